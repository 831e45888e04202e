"""The examples for schedulers: their command lines parse, and every exit code ends as jobs/README.md says."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from jobs.cli import cli

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "jobs" / "examples"
DONE, TEMPORARY, NOTHING_NEW = 0, 75, 99
FOR_A_PERSON = [2, 3, 4, 5, 6]
GUIDE = (ROOT / "jobs" / "README.md").read_text(encoding="utf-8")
LISTED = {int(code) for code in re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)}


def read(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a systemd unit; a setting may stand several times."""
    found: dict[str, list[str]] = {}
    for line in read(name).splitlines():
        key, apart, value = line.partition("=")
        if apart and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def container() -> Any:
    return yaml.safe_load(read("cronjob.yaml"))["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]


def dag_command() -> list[str]:
    for node in ast.parse(read("welfare_dag.py")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMAND":
            return list(ast.literal_eval(node.value))
    raise AssertionError("no COMMAND")


def stand_in(folder: Path, *codes: int) -> Path:
    """A program in the place of `welfare` that keeps its arguments, and ends with each of `codes` in turn."""
    program = folder / "welfare"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/calls\nset -- {" ".join(map(str, codes))}\n'
        f'shift $(($(wc -l < {folder}/calls) - 1))\necho "a summary"\nexit "$1"\n'
    )
    program.chmod(0o755)
    return program


def called(folder: Path) -> list[list[str]]:
    return [shlex.split(line) for line in (folder / "calls").read_text().splitlines()]


def nightly(folder: Path, *codes: int) -> int:
    env = os.environ | {"WELFARE": str(stand_in(folder, *codes)), "WELFARE_WAIT": "0", "WELFARE_TRIES": "3"}
    run = subprocess.run([EXAMPLES / "nightly.sh", "my-model-1", "in put"], env=env, capture_output=True, check=False)
    return run.returncode


def parsed(words: list[str]) -> dict[str, Any]:
    """The options of a command line, as the program's own parser takes them."""
    context = cli.make_context("welfare", list(words))
    name, command, rest = cli.resolve_command(context, [*context.protected_args, *context.args])
    assert name is not None
    assert isinstance(command, click.Command)
    return command.make_context(name, rest, parent=context).params


def test_the_list_of_exit_codes_is_the_one_that_the_examples_know() -> None:
    assert {DONE, TEMPORARY, NOTHING_NEW, *FOR_A_PERSON} == LISTED


def test_every_command_line_is_the_program_s_own(tmp_path: Path) -> None:
    nightly(tmp_path, 0)
    lines = {
        "systemd": shlex.split(unit("welfare-nightly.service")["ExecStart"][0])[1:],
        "Kubernetes": container()["args"][1:],
        "Airflow": dag_command()[1:],
        "cron": [word if word != "put" else "" for word in called(tmp_path)[0]],
    }
    for words in lines.values():
        options = parsed([word for word in words if word])
        assert options["release"] == "my-model-1"
        assert str(options["out"]) == "/srv/trial/out/my-model-1"
        assert str(options["config"]) == "/etc/welfare/policy.toml"
        assert options["ran_by"] == "nightly"
    assert lines["systemd"] == lines["Kubernetes"] == lines["Airflow"]


@pytest.mark.parametrize(
    ("codes", "ends", "times"),
    [
        ([DONE], 0, 1),
        ([NOTHING_NEW], 0, 1),
        ([TEMPORARY, DONE], 0, 2),
        ([TEMPORARY, NOTHING_NEW], 0, 2),
        ([TEMPORARY, 3], 3, 2),
        ([TEMPORARY] * 3, 75, 3),
        ([137], 137, 1),
        *(([code], code, 1) for code in FOR_A_PERSON),
    ],
)
def test_the_script_ends_as_the_code_asks(tmp_path: Path, codes: list[int], ends: int, times: int) -> None:
    assert nightly(tmp_path, *codes) == ends
    assert len(called(tmp_path)) == times


def test_the_script_keeps_the_inputs_apart_and_asks_for_a_release(tmp_path: Path) -> None:
    script = read("nightly.sh")
    assert 'run "$@"' in script
    run = subprocess.run([EXAMPLES / "nightly.sh"], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "usage: nightly.sh RELEASE INPUT" in run.stderr
    shell = shutil.which("dash") or "/bin/sh"
    assert subprocess.run([shell, "-n", EXAMPLES / "nightly.sh"], check=False).returncode == 0


def cron_entry() -> str:
    (entry,) = (line for line in read("welfare.cron").splitlines() if line[:1].isdigit())
    return entry


def test_the_cron_line_has_five_times_a_user_and_a_command() -> None:
    *times, user, command = cron_entry().split(maxsplit=6)
    assert all(re.fullmatch(r"[\d*/,-]+", time) for time in times)
    assert len(times) == 5
    assert user == "welfare"
    assert "%" not in command
    assert "jobs/examples/nightly.sh my-model-1 /srv/trial/transcripts" in command


@pytest.mark.parametrize(("code", "mailed"), [(0, False), (99, False), (3, True)])
def test_the_cron_line_prints_only_what_is_worth_a_mail(tmp_path: Path, code: int, mailed: bool) -> None:
    command = cron_entry().split(maxsplit=6)[6].replace("/opt/welfare/jobs", str(ROOT / "jobs"))
    (tmp_path / "logger").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "logger").chmod(0o755)
    stand_in(tmp_path, code)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    run = subprocess.run(["/bin/sh", "-c", command], env=env, capture_output=True, text=True, check=False)
    assert ("exit code 3" in run.stdout and "a summary" in run.stdout) is mailed
    assert bool(run.stdout + run.stderr) is mailed
    assert not list(tmp_path.glob("tmp.*"))


def test_the_service_maps_every_code() -> None:
    service = unit("welfare-nightly.service")
    assert service["Type"] == ["oneshot"]
    assert str(NOTHING_NEW) in service["SuccessExitStatus"][0].split()
    assert [int(code) for code in service["RestartPreventExitStatus"][0].split()] == FOR_A_PERSON
    assert service["Restart"] == ["on-failure"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    names = ["welfare-nightly.service", "welfare-nightly.timer"]
    for name in names:
        program = stand_in(tmp_path, 0)
        (tmp_path / name).write_text(read(name).replace("/opt/welfare/.venv/bin/welfare", str(program)))
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in run.stderr.splitlines() if "welfare" in line]
    assert (run.returncode, told) == (0, [])
    spoilt = tmp_path / names[0]
    spoilt.write_text(spoilt.read_text().replace("Type=oneshot", "Type=onceshot"))
    assert "onceshot" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_the_cron_job_is_what_kubernetes_asks_for() -> None:
    job = yaml.safe_load(read("cronjob.yaml"))
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert len(job["spec"]["schedule"].split()) == 5
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    spec = job["spec"]["jobTemplate"]["spec"]
    (codes,) = (rule for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule)
    assert codes["action"] == "FailJob"
    assert codes["onExitCodes"] == {"containerName": "welfare", "operator": "In", "values": FOR_A_PERSON}
    pod = spec["template"]["spec"]
    # The rules above hold for pods that are never restarted in place.
    assert pod["restartPolicy"] == "Never"
    mounts = {mount["name"] for mount in container()["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize("code", sorted(LISTED))
def test_the_container_ends_as_the_code_asks(tmp_path: Path, code: int) -> None:
    stand_in(tmp_path, code)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shown = container()
    run = subprocess.run([*shown["command"], *shown["args"]], env=env, capture_output=True, check=False)
    assert run.returncode == (0 if code == NOTHING_NEW else code)
    assert called(tmp_path) == [shown["args"][1:]]


def test_the_dag_compiles_and_knows_every_code() -> None:
    source = read("welfare_dag.py")
    compile(source, "welfare_dag.py", "exec")
    values = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
    }
    assert sorted(values["FOR_A_PERSON"]) == FOR_A_PERSON
    assert values["NOTHING_NEW"] == NOTHING_NEW
