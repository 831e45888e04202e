"""Ships the frame of a sample trial: `python -m jobs.sample.make_frame OUT`, OUT being the output folder of a run.

    welfare sample TRIAL --conversations 5000 --seed 20260902
    welfare run TRIAL/sample-1.jsonl.gz --release sample-1 --out OUT

The seed is another than that of `make run`, so that the sample trial itself can be released over this frame.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from jobs.frames import SHIPPED, folder_of
from pipelines.frames import Frame, read_frame

NAME = "sample-trial"
"""The release that the shipped frame names as its origin; no trial is called so."""


def ship(root: Path, target: Path = SHIPPED) -> Frame:
    """Writes the frame of the run in `root` to `target`, under the name of its origin. UsageError where it is none."""
    frame = read_frame((folder_of(root) / "sample-1.json").read_text(encoding="utf-8"))
    shipped = replace(frame, release=NAME)
    target.write_text(shipped.text(), encoding="utf-8")
    return shipped


if __name__ == "__main__":
    ship(Path(sys.argv[1]))
