"""`welfare audit`: are planted values anywhere in what leaves, in passing files, or on the restricted side?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import DisclosureError

if TYPE_CHECKING:
    from jobs.audit import Finding, Searched

_MOST_LINES = 50


@click.command("audit")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--canaries", required=True, type=click.Path(path_type=Path), help="Planted values, one a line, in UTF-8."
)
@click.option("--released", "released_only", is_flag=True, help="Leave the restricted side out.")
def command(folder: Path, canaries: Path, released_only: bool) -> None:
    """Search every byte of the files in DIR for planted values.

    DIR is the output folder of a run, in which earlier releases are searched too, or a published release. Each value of
    the canaries file is looked for as it is, in any mixture of case, in NFKC, without separators, in hex, URL encoding,
    UTF-16, base64 at three offsets, and behind HTML and JSON escapes; in the raw bytes of every file, in its name, and
    in what is inside: values of Parquet and DuckDB files, members of archives. Values under 4 characters are skipped
    and counted; a number of fewer than 12 digits does not count inside a longer number, where it turns up by chance.

    Before that, the audit plants probes of its own in a temporary copy and searches it. If it misses one, it refuses.

    Encrypted tables of the restricted side are decrypted in memory where their release's keys are there (with a master
    key: WELFARE_KEY_FILE or WELFARE_KEY) and searched inside. A value found there is what scrubbing left: it is told,
    and no failure, as a table never leaves. Without the keys they are searched as they lie, and the output says so. In
    encrypted bytes, values under 8 bytes are not looked for: they turn up there by chance.

    Exit code 0: nothing found in the clear. Exit code 4: a value was found in what may leave, in a temporary file or a
    log, or elsewhere outside an encrypted table; or a released file could not be opened; or a probe was missed. The
    output names the file and the value's line in the canaries file, never the value.
    """
    from jobs.audit import Searcher, read_canaries, search_files
    from jobs.audit_places import TableKeys, area, files_of
    from jobs.audit_probes import self_test
    from jobs.progress import Progress
    from jobs.releases import released_in

    files = files_of(folder, released_only, canaries)
    released = released_in(folder)
    wanted, keys, progress = read_canaries(canaries), TableKeys(folder), Progress()
    with progress.step("self-test"):
        tested = self_test(released if (released / "manifest.json").is_file() else None)
    click.echo(f"self-test: {tested.found} of {tested.planted} planted probes found")
    if not tested.whole:
        raise DisclosureError("the search missed probes that it had planted itself, so it proves nothing. Report this.")
    with progress.step("search") as said:
        seen = search_files(folder, files, Searcher(wanted), keys)
        said["files"] = seen.files
    skipped = f", {wanted.skipped} skipped as too short" if wanted.skipped else ""
    click.echo(f"searched for {len(wanted.values)} values{skipped} in {seen.files} files, {seen.size / 1e6:.1f} MB")
    if released_only:
        click.echo("restricted side: left out, as you asked")
    _judge(seen, Counter(area(path.relative_to(folder).as_posix()) for path in files), keys.missing)


def _judge(seen: Searched, files: Mapping[str, int], missing: Mapping[str, str]) -> None:
    """Tells what was found, area by area; DisclosureError where something was found in the clear, or where a file that
    leaves could not be opened."""
    from jobs.audit_places import PASSING, RELEASED, RESTRICTED, area

    shut = [(name, why) for name, why in seen.unopened if area(name) == RELEASED]
    stayed = len(seen.unopened) - len(shut)
    if seen.decrypted:
        click.echo(f"{seen.decrypted} encrypted files were decrypted and searched inside")
    if stayed:
        click.echo(
            f"{stayed} restricted files are encrypted or not to be opened: searched as they lie, not decrypted. What"
            " they hold was not searched."
        )
        for release, why in missing.items():
            click.echo(f"release {release}: {why}")
    for name in (RELEASED, PASSING, RESTRICTED):
        found = [one for one in seen.findings if area(one.file) == name and not one.decrypted]
        if files.get(name):
            _tell(name, found, whole=name != RELEASED or not shut)
    if seen.decrypted:
        hidden = [one for one in seen.findings if one.decrypted]
        _tell("inside encrypted tables, where scrubbing left it", hidden, by_table=True)
    for name, why in shut[:_MOST_LINES]:
        click.echo(f"{name}: not searched inside, it holds {why}")
    found = [one for one in seen.findings if not one.decrypted]
    if found:
        count, where = len({one.ordinal for one in found}), len({one.file for one in found})
        raise DisclosureError(f"{count} planted values found in {where} files. Do not let these files out.")
    if shut:
        raise DisclosureError(f"{len(shut)} files could not be opened, so nothing is proven. Make the release anew.")


def _tell(where: str, found: list[Finding], whole: bool = True, by_table: bool = False) -> None:
    """How many values were found in one area, and where. whole: all files there could be opened. by_table: a line a
    table first, as each keeps what the one before it holds."""
    if not found:
        click.echo(f"{where}: {'none found' if whole else 'nothing found in what could be opened'}")
        return
    values, files = len({one.ordinal for one in found}), len({one.file for one in found})
    click.echo(f"{where}: {values} values found in {files} files")
    tables = {(one.file.rsplit("/", 2)[0], one.ordinal) for one in found} if by_table else set()
    for table, count in sorted(Counter(table for table, _ in tables).items()):
        click.echo(f"  {table}: {count} values")
    for one in found[:_MOST_LINES]:
        click.echo(f"  {one.file}: value of line {one.ordinal} ({one.variant})")
    if len(found) > _MOST_LINES:
        click.echo(f"  … and {len(found) - _MOST_LINES} more")
