"""The command line. Commands are loaded when they are called, so that `welfare --help` answers at once."""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any

import click

from schemas.errors import TemporaryError, WelfareError
from schemas.faults import place

DISK_FULL = (
    "the disk is full, or this user's share of it. Nothing is half-released; make room, and the same command goes on"
    " where it was."
)
COMMANDS = {
    "run": "Run the main job: transcripts in, a candidate release out.",
    "doctor": "Show what this machine lacks, and how to get it.",
    "sample": "Write the sample trial: two made-up releases with planted truth.",
    "evaluate": "Measure the scorer or the scrubber on labelled data.",
    "train": "Train the scorer or the scrubber.",
    "bench": "Measure speed, beside a baseline in the same run.",
    "adjudicate": "Let an authorised reader label a sample of scrubbed conversations.",
    "second-read": "Ask a language model about flagged passages, where the policy allows egress.",
    "audit": "Search every byte of an output folder for planted values.",
    "compare": "Compare a candidate with a baseline, from released tables.",
    "keygen": "Make a reviewer's signing key.",
    "sign-off": "Sign a decision on the exact bytes of a candidate.",
    "publish": "Copy a candidate out, if its sign-offs allow it.",
    "verify": "Check a published release on any machine.",
    "query": "Open a release's DuckDB file read-only.",
    "purge": "Remove the restricted side of an output folder, or one user from it.",
    "explain": "Explain a table or a policy.",
}
"""Every command with its one-line help; its module is jobs/commands/<name>.py, with `-` as `_`."""


class LazyGroup(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command name, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"jobs.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="welfare-expression-miner", prog_name="welfare")
def cli() -> None:
    """Find the turns in which a model expresses apparent distress or strong joy, and release aggregates only.

    An expression is not an experience: nothing here says that a model feels.

    Exit codes: 0 done, 1 a fault of ours, 2 usage, 3 input breaks the data contract, 4 privacy gate or audit refused,
    5 a quality gate failed, 6 sign-off, publish or verify refused, 75 temporary (retry), 99 nothing new to do.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Entry point of `welfare`: runs the command and ends with its exit code."""
    try:
        code = cli.main(args=arguments, prog_name="welfare", standalone_mode=False)
    except WelfareError as error:
        click.echo(f"welfare: {error}", err=True)
        code = error.exit_code
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Exception as error:  # noqa: BLE001  a bug: its message may hold text
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            click.echo(f"welfare: {DISK_FULL}", err=True)
            sys.exit(TemporaryError.exit_code)
        click.echo(
            f"welfare: a fault of ours, {type(error).__name__} at {place(error)}. Its message is withheld.", err=True
        )
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
