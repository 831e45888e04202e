"""What the readers promise as a whole: nothing heavy on import, no value in quarantine, a true guide."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.readers.catalogue import FORMATS
from jobs.readers.rules import Rule
from schemas.conversation import Conversation, Malformed

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "jobs" / "readers" / "README.md").read_text(encoding="utf-8")
CANARY = "kestrel-4471"
TALK = {"messages": [{"role": "user", "content": CANARY}]}


def test_importing_the_readers_loads_nothing_heavy() -> None:
    heavy = ["pyspark", "pyarrow", "zstandard", "pandas", "torch"]
    code = f"import sys, jobs.readers.catalogue; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "change",
    [
        {"messages": CANARY},
        {"messages": [CANARY]},
        {"messages": [{"role": CANARY, "content": CANARY}]},
        {"messages": [{"role": "user", "content": [{"type": CANARY}]}]},
        {"conversation_id": [CANARY]},
        {"started_at": CANARY},
        {"ended_by": CANARY},
        {"surface": {CANARY: CANARY}},
    ],
)
def test_a_quarantined_record_shows_no_value(read_bytes: ReadBytes, change: dict[str, object]) -> None:
    kept, broken = read_bytes(f"{json.dumps(TALK)}\n{json.dumps(TALK | change)}".encode(), "native")
    assert isinstance(kept, Conversation)
    assert isinstance(broken, Malformed)
    assert CANARY not in repr(broken)
    assert type(broken.rule) is str


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_guide_shows_every_format(name: str) -> None:
    assert f"| `{name}` |" in GUIDE
    assert FORMATS[name].name == name


@pytest.mark.parametrize("rule", list(Rule))
def test_the_guide_explains_every_rule(rule: Rule) -> None:
    assert f"| `{rule}` |" in GUIDE
