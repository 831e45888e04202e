"""Which files of an output folder the audit searches, as what, and with which key it opens encrypted ones."""

from __future__ import annotations

import os
from pathlib import Path

from jobs.audit import plain_files
from jobs.keys import find_keys
from jobs.releases import released_in
from schemas.errors import UsageError

RELEASED, RESTRICTED, PASSING = "what may leave", "restricted side", "temporary files and logs"
"""The areas, told apart in what the audit says. The third is on the restricted side, too: nothing there may hold raw
text, where a table of the second holds what scrubbing left."""
_RESTRICTED, _TEMPORARY = "restricted", "temporary"
_LOGS = (".log", ".draft", ".tmp", ".err", ".out")


def area(name: str) -> str:
    """The area of a file, by its path in the output folder (or in a published release)."""
    parts = Path(name).parts
    if parts[0] != _RESTRICTED:
        return RELEASED
    return PASSING if _TEMPORARY in parts[1:2] or name.endswith(_LOGS) else RESTRICTED


def files_of(folder: Path, released_only: bool, but: Path) -> list[Path]:
    """Every file to search; `but` is the canaries file.

    Raises UsageError where there is neither a release nor a restricted side, or a folder may not be read.
    """
    released, restricted = released_in(folder), folder / _RESTRICTED
    if not (released / "manifest.json").is_file() and (released_only or not restricted.is_dir()):
        raise UsageError("there is no release in this folder. Name the output folder of a run, or a published release.")
    if not released_only and restricted.is_dir() and not os.access(restricted, os.R_OK | os.X_OK):
        raise UsageError(
            "you may not read the restricted side of this folder. Run the audit as the user who ran the job, or search"
            " what may leave alone, with --released."
        )
    return plain_files(folder, but=but, without=_RESTRICTED if released_only else "")


class TableKeys:
    """Keys of the restricted tables under an output folder; missing: release to the reason why there is none."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet, and no key is ever made."""
        self._root = folder / _RESTRICTED
        self._keys: dict[str, bytes | None] = {}
        self.missing: dict[str, str] = {}

    def __call__(self, path: Path) -> bytes | None:
        """The key of the release that the file belongs to; None for a file of none, or where its key is not there."""
        if not path.is_relative_to(self._root) or len(path.relative_to(self._root).parts) < 2:
            return None
        release = path.relative_to(self._root).parts[0]
        if release not in self._keys:
            self._keys[release] = self._open(release)
        return self._keys[release]

    def _open(self, release: str) -> bytes | None:
        try:
            keys = find_keys(self._root / release / "keys")
        except UsageError as error:
            self.missing[release] = str(error)
            return None
        except OSError:
            self.missing[release] = "its keys may not be read."
            return None
        if keys is None:
            self.missing[release] = "its keys are not there."
        return None if keys is None else keys.table
