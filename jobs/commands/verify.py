"""`welfare verify`: is this the release that was published?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("verify")
@click.argument("folder", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--trust", "trust_file", required=True, type=click.Path(path_type=Path), help="Trust file (TOML).")
def command(folder: Path, trust_file: Path) -> None:
    """Check the published release in DEST on any machine.

    Needs the folder and a trust file, nothing of the project's state. Every byte must be the published one, and every
    rule of `welfare publish` must have held at the moment of publication. If not, the command says which file changed
    or which rule does not hold, and ends with exit code 6.

    publication.json itself is not signed. To notice that a whole folder was put in another's place, compare the
    printed publication digest with the one that `welfare publish` printed, which the audit trail keeps.
    """
    from pipelines.sign_off import now_utc
    from pipelines.sign_off_publish import verify
    from pipelines.sign_off_trust import load_trust

    trust = load_trust(trust_file)
    record = verify(folder, trust, now_utc())
    click.echo(f"{record['release']}: whole and rightly signed, published {record['published_at']}")
    for vote in record["sign_offs"]:
        click.echo(f"  {vote['person']}: {vote['decision']}, signed {vote['signed_at']}")
        for condition in vote["conditions"]:
            click.echo(f"    condition: {condition}")
        for gate, reason in vote.get("waivers", {}).items():
            click.echo(f"    waived {gate}: {reason}")
    if record["trust"] != trust.digest:
        click.echo("  note: the trust file is not the one used at publication; the sign-offs hold under this one too.")
    click.echo(f"publication digest {record['digest']}")
