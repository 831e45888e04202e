"""The command line: every command documented, help at once and without heavy imports."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jobs.cli import COMMANDS, cli, main

README = Path(__file__).parents[2] / "jobs" / "README.md"
HEAVY = ("pyspark", "torch", "transformers", "bertopic", "presidio_analyzer", "duckdb", "pandas", "sklearn", "spacy")


def walk(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += walk(command, f"{prefix}{name} ")
        else:
            found.append((prefix + name, command))
    return found


@pytest.mark.parametrize(("name", "command"), walk(cli))
def test_every_command_says_what_it_does_and_every_option_too(name: str, command: click.Command) -> None:
    assert command.help and len(command.help) > 40
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", [name for name, _ in walk(cli)])
def test_every_command_is_in_the_scheduler_guide(name: str) -> None:
    assert f"welfare {name}" in README.read_text()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, jobs.cli\n"
        "try:\n    jobs.cli.main(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_scoring_imports_no_torch() -> None:
    code = "import sys, classifiers.scorer, classifiers.screen; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_listed_command_has_one_line_of_help() -> None:
    assert all(text.endswith(".") and len(text) < 90 for text in COMMANDS.values())


def test_a_full_disk_is_temporary_and_told_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/name.parquet")

    monkeypatch.setattr(cli, "main", full)
    with pytest.raises(SystemExit) as ended:
        main(["run"])
    said = capsys.readouterr().err
    assert ended.value.code == 75
    assert "disk is full" in said and "secret" not in said
