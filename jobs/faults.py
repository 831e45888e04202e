"""Turns what Spark raises on the driver back into our own errors, without text.

A WelfareError that a worker raised arrives as a PythonException whose message names class and text; its text is ours
and safe, which the mark of this process before it shows (pipelines/worker.py). Anything else that Spark says may quote
a row, even one that imitates an error of ours, so that only its type is kept.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from pipelines.worker import WorkerFault, seal
from schemas import errors

_OURS = r"^(?:schemas\.errors|pipelines\.worker)\.(\w+): {mark} (.*)$"
"""How Python writes an exception that was raised as ours."""
_KINDS: dict[str, type[errors.WelfareError]] = {
    kind.__name__: kind
    for kind in (
        errors.WelfareError,
        errors.UsageError,
        errors.ContractError,
        errors.DisclosureError,
        errors.TemporaryError,
        WorkerFault,
    )
}


@contextlib.contextmanager
def spark_faults(step: str) -> Iterator[None]:
    """Within it, an exception of Spark leaves as a WelfareError that names `step`. Our own errors pass as they are."""
    fault: errors.WelfareError | None = None
    try:
        yield
    except errors.WelfareError:
        raise
    except Exception as error:  # any other passes on
        module = type(error).__module__
        if not module.startswith(("pyspark", "py4j")):
            raise
        fault = _translated(str(error), type(error).__name__, step)
    if fault is not None:
        raise fault from None


def _translated(message: str, kind: str, step: str) -> errors.WelfareError:
    found = re.findall(_OURS.format(mark=seal().mark), message, re.MULTILINE)
    if found:
        name, text = found[-1]
        return _KINDS.get(name, errors.WelfareError)(text)
    return errors.WelfareError(
        f"{step} failed inside Spark ({kind}). Its message is withheld, as it may hold text. A worker may have run out"
        " of memory or disk: `welfare doctor` shows what is free. The same command goes on from the last finished part."
    )
