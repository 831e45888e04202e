"""`welfare audit`: are planted values anywhere in what leaves?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import DisclosureError, UsageError

if TYPE_CHECKING:
    from jobs.audit import Searched

_MOST_LINES = 50


@click.command("audit")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--canaries", required=True, type=click.Path(path_type=Path), help="Planted values, one a line, in UTF-8."
)
@click.option("--all", "everything", is_flag=True, help="Search the whole of DIR, the restricted side with it.")
def command(folder: Path, canaries: Path, everything: bool) -> None:
    """Search every byte of the released files in DIR for planted values.

    DIR is the output folder of a run, in which earlier releases are searched too, or a published release. Each value of
    the canaries file is looked for as it is, in any mixture of case, in NFKC, without separators, in hex, URL encoding,
    UTF-16, base64 at three offsets, and behind HTML and JSON escapes; in the raw bytes of every file, in its name, and
    in what is inside: values of Parquet and DuckDB files, members of archives. Values under 4 characters are skipped
    and counted; a number of fewer than 12 digits does not count inside a longer number, where it turns up by chance.

    Before that, the audit plants probes of its own in a temporary copy and searches it. If it misses one, it refuses.

    Exit code 0: none found. Exit code 4: one was found, or a released file could not be opened, or a probe was missed.
    The output names the file and the value's line in the canaries file, never the value.

    With --all, encrypted tables of the restricted side are searched as they lie and not decrypted: it shows that
    nothing lies there in the clear, not what the tables hold. They are counted, and the output says so.
    """
    from jobs.audit import Searcher, plain_files, read_canaries, search_files
    from jobs.audit_probes import self_test
    from jobs.progress import Progress
    from jobs.releases import released_in
    from schemas.release import EARLIER

    released, earlier = released_in(folder), folder / EARLIER
    is_release = (released / "manifest.json").is_file()
    if not is_release and not everything:
        raise UsageError("there is no release in this folder. Name the output folder of a run, or a published release.")
    wanted = read_canaries(canaries)
    progress = Progress()
    with progress.step("self-test"):
        tested = self_test(released if is_release else None)
    click.echo(f"self-test: {tested.found} of {tested.planted} planted probes found")
    if not tested.whole:
        raise DisclosureError("the search missed probes that it had planted itself, so it proves nothing. Report this.")
    root = folder if everything or earlier.is_dir() else released
    places = [folder] if everything else [released, *([earlier] if earlier.is_dir() else [])]
    files = [file for place in places for file in plain_files(place, but=canaries)]
    with progress.step("search") as said:
        seen = search_files(root, files, Searcher(wanted))
        said["files"] = seen.files
    skipped = f", {wanted.skipped} skipped as too short" if wanted.skipped else ""
    click.echo(f"searched for {len(wanted.values)} values{skipped} in {seen.files} files, {seen.size / 1e6:.1f} MB")
    _judge(seen, "restricted/")


def _judge(seen: Searched, may_stay_shut: str) -> None:
    """Tells what was found; DisclosureError where something was, or where a file that leaves could not be opened."""
    shut = [(name, why) for name, why in seen.unopened if not name.startswith(may_stay_shut)]
    if len(seen.unopened) > len(shut):
        count = len(seen.unopened) - len(shut)
        click.echo(
            f"{count} restricted files are encrypted or not to be opened: searched as they lie, not decrypted. What the"
            " tables hold was not searched."
        )
    lines = [f"{one.file}: value of line {one.ordinal} ({one.variant})" for one in seen.findings]
    lines += [f"{name}: not searched inside, it holds {why}" for name, why in shut]
    for line in lines[:_MOST_LINES]:
        click.echo(line)
    if len(lines) > _MOST_LINES:
        click.echo(f"… and {len(lines) - _MOST_LINES} more")
    if seen.findings:
        count, files = len({one.ordinal for one in seen.findings}), len({one.file for one in seen.findings})
        raise DisclosureError(f"{count} planted values found in {files} files. Do not let these files out.")
    if shut:
        raise DisclosureError(f"{len(shut)} files could not be opened, so nothing is proven. Make the release anew.")
    click.echo("none found")
