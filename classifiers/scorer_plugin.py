"""Any `transformers` sequence classifier in the scorer's place, from disk: the same turns, windows and scores."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.codes import CodeHeads, sigmoid
from classifiers.language import known_languages
from classifiers.local_model import folder_digest, lacking, most_tokens
from classifiers.plugged_input import Windows
from classifiers.reading import DECIMALS, Input, Matrix
from classifiers.scorer import EMBEDDED, Scorer, load_scorer
from classifiers.screen import NoScreen
from classifiers.turn import ModelTurn
from classifiers.weights_file import CODES, read_card
from schemas.errors import ContractError, UsageError
from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect, Voice
from schemas.policy import ScorePolicy
from schemas.policy_check import check
from schemas.policy_plug import Plug

LEAST_TOKENS = 16
"""A model that reads fewer tokens at once, special ones aside, is refused."""
_PROBE = "It is. \U0001f600"


class PluggedScorer(Scorer):
    """A classifier by others. What it finds is taken for the model's own: such a classifier tells nothing of voices.

    card: as a scorer's, but without thresholds and validation. digest: of the model's folder and of the embedded
    scorer, whose cheap heads tell the situations.
    """

    def __init__(self, plug: Plug) -> None:
        """Raises UsageError where the model is not on this machine, not whole or no such classifier, or where labels or
        languages of the policy do not fit it. Nothing is fetched, and no code that comes with it is run."""
        self._section = plug.section
        folder = _folder(plug)
        self._model, tokenizer = _load(plug.section, folder)
        self._typed = "token_type_ids" in tokenizer.model_input_names
        self._levels = _label_levels(plug, self._model.config)
        self._several = self._model.config.problem_type == "multi_label_classification"
        embedded = str(read_card(EMBEDDED)["digest"])
        self.screen = NoScreen()
        self.codes = CodeHeads.load(EMBEDDED / CODES)
        self.languages = frozenset(plug.languages) or known_languages()
        unknown = len(self.languages - known_languages())
        check(not unknown, plug.section, "languages", f"codes of languages that can be identified; {unknown} are not")
        self.digest = hashlib.sha256((folder_digest(folder) + embedded).encode()).hexdigest()
        self.card = {"digest": self.digest, "languages": sorted(self.languages), "thresholds": {}, "validation": {}}
        failed = ""
        try:
            self._windows = Windows(tokenizer, most_tokens(tokenizer, self._model.config), plug.context)
            check(self._windows.room >= LEAST_TOKENS, plug.section, "model", f"one that reads {LEAST_TOKENS} tokens")
            self.score([ModelTurn((("user", "Is this right?"),), _PROBE), ModelTurn((), _PROBE)])
        except (UsageError, ContractError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever a model raises over a plain sentence
            failed = type(error).__name__
        check(not failed, plug.section, "model", f"a classifier that can read plain text here ({failed})")

    def causes(self, turns: Sequence[ModelTurn]) -> Matrix:
        """[n, 11]: the situations that the cheap heads see in n turns, rounded: the model tells none."""
        return np.round(self.codes.probabilities(turns), DECIMALS)

    def _found(
        self, turns: Sequence[ModelTurn], inputs: Sequence[Input], owners: Sequence[int], rows: NDArray[np.int64]
    ) -> tuple[Matrix, Matrix, Matrix]:
        """Affect and voice from the model, situations from the cheap heads over the whole turn."""
        affect, voice, _ = self._run([inputs[row] for row in rows])
        whose, place = np.unique(np.asarray(owners, dtype=np.int64)[rows], return_inverse=True)
        return affect, voice, self.codes.probabilities([turns[n] for n in whose])[place]

    def _inputs(self, turns: Sequence[ModelTurn]) -> tuple[list[Input], list[int]]:
        windows = [self._windows.of(turn) for turn in turns]
        return [one for own in windows for one in own], [n for n, own in enumerate(windows) for _ in own]

    def _run(self, inputs: list[Input]) -> tuple[Matrix, Matrix, Matrix]:
        """Probabilities of windows: affect, voice, and situations of zero."""
        affect = (_of_several if self._several else _of_one)(self._logits(inputs), self._levels)
        voice = np.zeros((len(inputs), len(VOICES)))
        neutral = affect[:, AFFECTS.index(Affect.NEUTRAL)]
        voice[:, VOICES.index(Voice.NONE)], voice[:, VOICES.index(Voice.SELF)] = neutral, 1.0 - neutral
        return affect, voice, np.zeros((len(inputs), len(SITUATIONS)))

    def _logits(self, inputs: list[Input]) -> Matrix:
        """[windows, labels]. Each window is read by itself, so that its scores depend on nothing else."""
        import torch

        logits = np.zeros((len(inputs), len(self._levels)))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.inference_mode():
                for row, (ids, types) in enumerate(inputs):
                    given = {"input_ids": ids, "attention_mask": [1] * len(ids)}
                    if self._typed:
                        given["token_type_ids"] = types
                    found = self._model(**{name: torch.tensor([values]) for name, values in given.items()})
                    logits[row] = found.logits[0].double().numpy()
        finally:
            torch.set_num_threads(threads)
        if not np.isfinite(logits).all():
            raise ContractError(
                f"the model that [{self._section}] names gave scores that are no numbers. Name one that works in"
                " float32."
            )
        return logits


def _of_one(logits: Matrix, levels: Matrix) -> Matrix:
    """[n, 5] from logits of which one label holds: probabilities of labels that mean one level add up."""
    from scipy.special import softmax

    found: Matrix = softmax(logits, axis=1) @ levels
    return found


def _of_several(logits: Matrix, levels: Matrix) -> Matrix:
    """[n, 5] from logits of labels that hold or not, each by itself.

    A level's share is the probability that one of its labels holds, if they were independent. What no label claims is
    neutral; where they claim more than there is, all shares shrink alike.
    """
    missed = 1.0 - sigmoid(logits)[:, :, None] * levels[None, :, :]
    claimed: Matrix = 1.0 - missed.prod(axis=1)
    claimed[:, AFFECTS.index(Affect.NEUTRAL)] += np.maximum(0.0, 1.0 - claimed.sum(axis=1))
    shares: Matrix = claimed / claimed.sum(axis=1, keepdims=True)
    return shares


def _label_levels(plug: Plug, config: Any) -> Matrix:
    """[labels, 5]: 1 where a label of the model means a level."""
    names = [str(config.id2label[number]) for number in range(config.num_labels)]
    classifies = len(names) >= 2 and config.problem_type != "regression"
    check(classifies, plug.section, "model", "a classifier with two labels or more")
    missing, extra = [name for name in names if name not in plug.levels], len(set(plug.levels) - set(names))
    told = f"; {len(missing)} of {len(names)} are missing: {', '.join(missing)}" if missing else ""
    told += f"; {extra} are no labels of the model" if extra else ""
    check(not told, plug.section, "labels", f"a map of all labels of the model, and of no others{told}")
    return np.array([[float(plug.levels[name] == level) for level in AFFECTS] for name in names])


def _folder(plug: Plug) -> Path:
    """The model's folder: as named, or that of a model in the local cache of the hub."""
    if Path(plug.model).is_dir():
        return Path(plug.model)
    try:
        from transformers.utils import cached_file

        return Path(cached_file(plug.model, "config.json", local_files_only=True)).parent
    except (OSError, ValueError, TypeError):
        raise UsageError(
            f"policy [{plug.section}], field 'model': must be the folder of a model on this machine, or the name of one"
            " in its cache. A run never downloads one: fetch it beforehand and give its path."
        ) from None


def _load(section: str, folder: Path) -> tuple[Any, Any]:
    """The model in float32 and its tokenizer."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # nothing but JSON lines belongs into a run's log
    logging.set_verbosity_error()
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        model, told = AutoModelForSequenceClassification.from_pretrained(
            folder, use_safetensors=True, output_loading_info=True, dtype=torch.float32, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
    except Exception as error:  # noqa: BLE001  # what the package raises over a folder that is no model of its own
        raise UsageError(
            f"policy [{section}], field 'model': must be a sequence classifier in safetensors, with its tokenizer, that"
            f" `transformers` can load without running code of its own ({type(error).__name__}). Save it anew with"
            " `save_pretrained`."
        ) from None
    lacks = lacking(folder, told, tokenizer)
    check(not lacks, section, "model", f"a whole classifier, but {lacks}")
    check(bool(tokenizer.is_fast), section, "model", "one with a fast tokenizer (tokenizer.json)")
    fits = len(tokenizer) <= model.get_input_embeddings().num_embeddings
    check(fits, section, "model", "one whose tokenizer knows no more tokens than the model")
    return model.eval(), tokenizer


@functools.cache
def plugged(plug: Plug) -> PluggedScorer:
    """The classifier that a policy names, loaded once a process."""
    return PluggedScorer(plug)


def scorer_of(policy: ScorePolicy) -> Scorer:
    """The scorer that [score] names, loaded once a process. Raises UsageError where it cannot be used."""
    return load_scorer(policy.model) if policy.plug is None else plugged(policy.plug)


def card_of(policy: ScorePolicy) -> dict[str, Any]:
    """The card of the scorer that [score] names. A model by others is loaded for it and let go of, so that whatever is
    wrong with it is told before anything runs; of a scorer of this project only the files are read."""
    if policy.plug is not None:
        return PluggedScorer(policy.plug).card
    return read_card(EMBEDDED if policy.model == "embedded" else Path(policy.model))
