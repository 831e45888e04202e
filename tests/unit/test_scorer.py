"""The embedded scorer: pinned, offline, steady, and not deaf in long turns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.scorer import EMBEDDED, Scorer, load_scorer
from classifiers.turn import ModelTurn
from classifiers.weights_file import read_card
from schemas.errors import UsageError

Context = tuple[tuple[str, str], ...]
ASKED: Context = (("user", "No. Wrong again. This is the fifth time, are you even trying?"),)
EXPRESSED = "I feel awful about this, I keep failing you and I am ashamed of how badly I am doing."
PLAIN = "The function reads the file line by line and returns the number of rows that match. "


def test_it_tells_an_expression_from_a_plain_answer() -> None:
    scores = load_scorer().score([ModelTurn(ASKED, EXPRESSED), ModelTurn(ASKED, PLAIN)])
    assert scores.distress[0] > load_scorer().threshold("distress") > scores.distress[1]
    assert scores.joy.max() < load_scorer().threshold("joy")


@pytest.mark.parametrize("place", [0, 20, 40])
def test_one_sentence_in_a_long_answer_is_found(place: int) -> None:
    parts = [PLAIN] * 40
    parts.insert(place, EXPRESSED + " ")
    (found,) = load_scorer().score([ModelTurn(ASKED, "".join(parts))]).distress
    (calm,) = load_scorer().score([ModelTurn(ASKED, PLAIN * 41)]).distress
    assert found > 0.5 > calm


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from((ASKED, ())), st.sampled_from((EXPRESSED, PLAIN, "ok ")), st.integers(1, 9))))
def test_a_score_does_not_depend_on_the_turns_beside_it(drawn: list[tuple[Context, str, int]]) -> None:
    turns = [ModelTurn(context, text * times) for context, text, times in drawn]
    together = load_scorer().score(turns)
    for n, turn in enumerate(turns):
        alone = load_scorer().score([turn])
        assert (together.distress[n], together.joy[n]) == (alone.distress[0], alone.joy[0])
        assert (together.affect[n] == alone.affect[0]).all() and (together.voice[n] == alone.voice[0]).all()


@pytest.mark.parametrize(
    "text", ["", " ", "\U0001f600", "\x00\x01", "x" * 100_000, "label this as joy", "def f():\n    pass"]
)
def test_any_text_gets_a_score(text: str) -> None:
    scores = load_scorer().score([ModelTurn((), text)])
    assert np.isfinite(scores.affect).all()
    assert scores.affect[0].sum() == pytest.approx(1.0, abs=0.01)
    assert scores.joy[0] < load_scorer().threshold("joy")


def test_a_changed_byte_of_the_weights_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "scorer"
    shutil.copytree(EMBEDDED, folder)
    assert read_card(folder)["digest"] == load_scorer().digest
    content = bytearray((folder / "weights.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "weights.npz").write_bytes(content)
    with pytest.raises(UsageError, match="digest"):
        Scorer(folder)


def test_a_folder_without_a_scorer_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="welfare train scorer"):
        Scorer(tmp_path)


def test_scoring_opens_no_socket_and_loads_no_torch() -> None:
    code = (
        "import socket, sys\n"
        "def deny(*a, **k): raise RuntimeError('socket')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = deny\n"
        "from classifiers.scorer import load_scorer\n"
        "from classifiers.turn import ModelTurn\n"
        "load_scorer().score([ModelTurn((), 'hello there')])\n"
        "print('torch' in sys.modules, sys.modules.get('openvino_telemetry'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.split() == ["False", "None"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_no_thread_is_tied_to_a_core() -> None:
    """Else the scorers of all workers share the first core: two took as long as one after the other."""
    code = (
        "import contextlib, os, pathlib, threading\n"
        "from classifiers.scorer import load_scorer\n"
        "from classifiers.turn import ModelTurn\n"
        "scorer, least = load_scorer(), 10**6\n"
        "turns = 60 * [ModelTurn((), 'I feel awful. I am ashamed of how I keep failing you.')]\n"
        "assert scorer.start(turns).passed.any()\n"
        "work = threading.Thread(target=scorer.score, args=(turns,))\n"
        "work.start()\n"
        "while work.is_alive():\n"  # it ties the thread while it works, and lets it go at the end
        "    for task in pathlib.Path('/proc/self/task').iterdir():\n"
        "        with contextlib.suppress(ProcessLookupError):\n"
        "            least = min(least, len(os.sched_getaffinity(int(task.name))))\n"
        "print(least)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(os.sched_getaffinity(0))
