"""From files, folders and globs to a list of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from jobs.readers.catalogue import content_digest, list_inputs, name_inputs
from schemas.errors import ContractError, UsageError

CANARY = "kestrel-4471"
NOBODY = 65534
LISTED = ["logs/a.jsonl", "logs/b.jsonl", "logs/day/c.jsonl"]
Make = Callable[[Path], None]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with transcripts and what lies beside them."""
    monkeypatch.chdir(tmp_path)
    for name in (*LISTED, "logs/.hidden/x", "logs/.y"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    Path("logs/_SUCCESS").touch()
    Path("single").write_text("x")
    Path("odd[1].jsonl").write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "files"),
    [
        (["single"], ["single"]),
        (["logs"], LISTED),
        (["logs/"], LISTED),
        (["logs/*.jsonl"], ["logs/a.jsonl", "logs/b.jsonl"]),
        (["logs/*"], LISTED),
        (["logs/**/*.jsonl"], LISTED),
        (["single", "logs/b.jsonl"], ["single", "logs/b.jsonl"]),
        (["logs/b.jsonl", "logs"], ["logs/b.jsonl", "logs/a.jsonl", "logs/day/c.jsonl"]),
        (["single", "./single", "s*e"], ["single"]),
        (["odd[1].jsonl"], ["odd[1].jsonl"]),
        (["logs/.y"], ["logs/.y"]),
    ],
)
@pytest.mark.usefixtures("tree")
def test_inputs_are_listed_in_order_and_once(inputs: Sequence[str], files: list[str]) -> None:
    assert [str(file) for file in list_inputs(inputs)] == files


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([], "no input"),
        ([""], "not a path"),
        (["absent"], "does not exist"),
        (["logs/*.csv"], "matches nothing"),
        (["s3://bucket/x"], "only paths are read"),
        (["single", "absent"], r"input 2 of 2 \('absent'\)"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_an_input_that_names_nothing_is_a_usage_error(inputs: Sequence[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        list_inputs(inputs)


def test_a_folder_without_files_is_a_usage_error(tree: Path) -> None:
    (tree / "bare").mkdir()
    (tree / "bare" / ".hidden").write_text("x")
    with pytest.raises(UsageError, match="holds no file"):
        list_inputs(["bare"])


def _empty(path: Path) -> None:
    path.touch()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link_out(path: Path) -> None:
    path.symlink_to("../single")


def _link_out_to_folder(path: Path) -> None:
    outside = path.parent.parent / "outside"
    outside.mkdir()
    (outside / "z").write_text("x")
    path.symlink_to(outside, target_is_directory=True)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


FAULTS = [
    (_empty, "1 empty file"),
    (_pipe, "1 special file"),
    (_link_out, r"1 symbolic link\(s\) that point out"),
    (_link_out_to_folder, r"1 symbolic link\(s\) that point out"),
    (_dangling, r"1 symbolic link\(s\) to nothing"),
    (_loop, r"1 symbolic link\(s\) to nothing"),
]


@pytest.mark.parametrize(("make", "words"), FAULTS)
@pytest.mark.parametrize("given", ["logs", "logs/*"])
def test_what_cannot_be_read_is_counted_not_named(tree: Path, make: Make, words: str, given: str) -> None:
    make(tree / "logs" / CANARY)
    with pytest.raises(ContractError, match=words) as caught:
        list_inputs([given])
    assert CANARY not in str(caught.value)
    assert "input 1 of 1" in str(caught.value)


@pytest.fixture
def as_nobody(tree: Path) -> Iterator[None]:
    """The account without root's power to read everything."""
    me = os.geteuid()
    if me == 0:
        for path in (tree, *tree.rglob("*")):
            os.chown(path, NOBODY, -1)
        os.seteuid(NOBODY)
    yield
    os.seteuid(me)


@pytest.mark.usefixtures("as_nobody")
def test_what_this_account_may_not_read_is_counted() -> None:
    Path("logs/a.jsonl").chmod(0)
    with pytest.raises(ContractError, match=r"1 file\(s\) that this account may not read"):
        list_inputs(["logs"])


@pytest.mark.usefixtures("as_nobody")
def test_a_folder_that_this_account_may_not_list_is_refused() -> None:
    Path("logs/day").chmod(0)
    try:
        with pytest.raises(ContractError, match="cannot list"):
            list_inputs(["logs"])
    finally:
        Path("logs/day").chmod(0o700)


def test_links_that_stay_inside_are_read_once(tree: Path) -> None:
    (tree / "logs" / "again").symlink_to("a.jsonl")
    (tree / "logs" / "same-day").symlink_to("day", target_is_directory=True)
    (tree / "logs" / "day" / "up").symlink_to("..", target_is_directory=True)
    assert [str(file) for file in list_inputs(["logs"])] == LISTED


def test_a_link_that_a_person_names_is_followed(tree: Path) -> None:
    (tree / "link").symlink_to("single")
    (tree / "folder").symlink_to("logs", target_is_directory=True)
    assert [str(file) for file in list_inputs(["link"])] == ["link"]
    assert len(list_inputs(["folder"])) == 3


@pytest.mark.usefixtures("tree")
def test_only_typed_names_are_named() -> None:
    inputs = ["./single", "logs"]
    names = name_inputs(inputs, list_inputs(inputs))
    assert names == ["input file 1 of 4 ('single')", *(f"input file {number} of 4" for number in (2, 3, 4))]


def test_the_digest_is_that_of_the_bytes(tree: Path) -> None:
    of_x = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert content_digest(tree / "single") == of_x
    with pytest.raises(ContractError, match="cannot be read") as caught:
        content_digest(tree / CANARY)
    assert CANARY not in str(caught.value)
