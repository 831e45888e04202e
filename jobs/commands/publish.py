"""`welfare publish`: a release that its reviewers let go."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("publish")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--trust", "trust_file", required=True, type=click.Path(path_type=Path), help="Trust file (TOML).")
@click.option("--to", "destination", required=True, type=click.Path(path_type=Path), help="A fresh folder.")
def command(folder: Path, trust_file: Path, destination: Path) -> None:
    """Copy the release of DIR out, if its sign-offs allow it.

    They do if at least two different reviewers of the trust file, with two different keys, approved exactly these
    bytes, neither of them ran the job, nobody rejected it, no decision has run out, and each failed gate is waived by
    one of them who may do so. Otherwise
    nothing is written, the command ends with exit code 6, and each reason is told.

    The copy holds the released files, the sign-offs and publication.json, appears in one step, and is read-only.
    `welfare verify` checks it on any machine. The event goes to DIR/audit-trail.jsonl, a chain of hashes.
    """
    from jobs.run_record import read_record
    from pipelines.sign_off import now_utc
    from pipelines.sign_off_publish import publish
    from pipelines.sign_off_trust import load_trust

    known = read_record(folder)
    record = publish(folder, load_trust(trust_file), destination, known.ran_by, known.run_key, now_utc())
    click.echo(f"published {record['release']} in {destination}\npublication digest {record['digest']}")
