"""`welfare keygen`: a reviewer's signing key."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("keygen")
@click.option("--person", required=True, help="Who will sign: a-z, 0-9, '.', '_', '-'; best the login name.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the private key.")
@click.option(
    "--role",
    type=click.Choice(["reviewer", "operator"]),
    default="reviewer",
    show_default=True,
    help="What the person may do: decide on releases, or run jobs.",
)
def command(person: str, out: Path, role: str) -> None:
    """Make a reviewer's signing key (ed25519).

    The private key goes to OUT/PERSON.key.pem, which only its owner can read, and never over an older one. It has no
    password: keep it where nobody else gets at it. The public part is printed as an entry of the trust file, which
    `welfare publish` and `welfare verify` read. Whoever keeps the trust file should get it from the person directly.
    """
    from pipelines.sign_off_key import make_key, trust_entry
    from schemas.sign_off import Role

    path, public = make_key(person, out)
    click.echo(f"Private key: {path}\nAdd these lines to the trust file:\n", err=True)
    click.echo(trust_entry(person, Role(role), public), nl=False)
