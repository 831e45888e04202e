"""`python -m jobs.sample FOLDER`: writes the sample trial."""

from __future__ import annotations

import argparse
from pathlib import Path

from jobs.sample.generate import SEED, write_trial


def main() -> None:
    """Read the arguments, write the trial, print where it lies."""
    parser = argparse.ArgumentParser(prog="python -m jobs.sample", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; made if missing")
    parser.add_argument("--conversations", type=int, default=1500, help="conversations a release (default 1500)")
    parser.add_argument("--seed", type=int, default=SEED, help="one seed gives the same trial everywhere")
    args = parser.parse_args()
    for release, path in write_trial(args.folder, args.conversations, args.seed).items():
        print(f"{release}: {path}")


if __name__ == "__main__":
    main()
