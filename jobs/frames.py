"""Frames on disk: one file a release in restricted/frames, kept for as long as its own policy says.

A frame outlives the tables and keys of its trial, so it is not encrypted with them; it holds no text, and every cluster
in it rests on the floors of users and conversations.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.ingest import Source
from jobs.survey import Survey
from jobs.workspace import Workspace, write_text
from pipelines.frames import Frame, read_frame
from schemas.errors import UsageError
from schemas.policy import Policies
from schemas.policy_file import fingerprint
from schemas.release import RELEASE_NAME, output_root

_DAY = 86_400
_MOST_BYTES = 64 * 1024 * 1024
SHIPPED = Path(__file__).parent / "sample" / "frame.json"
"""The frame of a sample trial with a seed of its own (jobs/sample/README.md): made-up conversations, nobody's."""


def folder_of(root: Path) -> Path:
    """Where the frames of an output folder lie."""
    return root / "restricted" / "frames"


def store_frame(space: Workspace, frame: Frame) -> None:
    """Puts the frame in place of an earlier one of its release; one without clusters or kept for no day is not kept."""
    path = folder_of(space.root) / f"{space.release}.json"
    if not frame.clusters or not frame.kept_days:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_text(path, frame.text())
    path.chmod(0o600)


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames that a run starts from. given: the one whose clusters it uses, None where it fits its own. before: the
    baseline's, None where only its released tables are at hand: clusters are then matched by terms. alone: each
    conversation is judged by itself, whatever the others are, as a differentially private release needs it."""

    given: Frame | None = None
    before: Frame | None = None
    alone: bool = False

    @property
    def digests(self) -> list[str]:
        """What the clusters depend on; empty for a frame that is not there."""
        digests = [frame.digest if frame else "" for frame in (self.given, self.before)]
        return [*digests, "alone"] if self.alone else digests

    def models(self) -> dict[str, str]:
        """The digest of the given frame by the name under which the run records it."""
        return {"cluster_frame": self.given.digest} if self.given else {}

    def trial(self, release: str, sources: Sequence[Source], found: Survey) -> str:
        """Which trial this is, whatever it is called: digest of the input and of how many of its records are its own.

        Raises UsageError where the given frame was made from this very trial: its clusters would be found in the
        passages that made them, which shows nothing.
        """
        trial = fingerprint(sorted((s.digest, s.format) for s in sources), found.conversations, found.other_release)
        if self.given and {release, trial} & {self.given.release, self.given.trial, *self.given.origins}:
            raise UsageError(
                "policy [cluster], field 'frame': this frame was made from the same trial. Name the frame of an earlier"
                " release, or leave the field out, so that clusters are fitted."
            )
        return trial


def open_frames(policies: Policies, baseline: Path | None) -> Frames:
    """The frames that [cluster] frame and --baseline name; under `dp`, which needs one, the shipped one where none is
    named. Raises UsageError where the named one is none."""
    alone, named = policies.disclosure.policy == "dp", policies.cluster.frame
    before = None if baseline is None or alone else _baseline_frame(baseline)
    given = Path(named) if named else SHIPPED if alone else None
    return Frames(None if given is None else _read(given), before, alone)


def _baseline_frame(root: Path) -> Frame | None:
    """The frame of the run whose release lies in `root`, where its folder still has one that this version can use."""
    try:
        manifest = json.loads((root / "released" / "manifest.json").read_text(encoding="utf-8"))
        release, run_key = manifest["release"], manifest["run_key"]
        if not RELEASE_NAME.fullmatch(release):
            return None
        frame = _read(folder_of(output_root(root)) / f"{release}.json")
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return None
    return frame if (frame.release, frame.run_key) == (release, run_key) else None


def _read(path: Path) -> Frame:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise OSError
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            "policy [cluster], field 'frame': the file is missing or may not be read. Name a file of an earlier run's"
            " `restricted/frames`, or leave the field out, so that clusters are fitted."
        ) from None
    return read_frame(text)


def drop_frame(space: Workspace, now: float | None = None) -> int:
    """Removes the frame of a release; with `now` (seconds of the epoch), only if its days have passed, by the file's
    age. What cannot be read as a frame goes at once: nobody can say how long it may be kept. The number of files."""
    path = folder_of(space.root) / f"{space.release}.json"
    if not path.is_file() or (now is not None and now < _ends(path)):
        return 0
    path.unlink()
    return 1


def _ends(path: Path) -> float:
    """When the days of a stored frame have passed, in seconds of the epoch; 0 where it cannot be read."""
    try:
        return path.lstat().st_mtime + _read(path).kept_days * _DAY
    except UsageError:
        return 0.0
