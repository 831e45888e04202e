"""Where a fault happened, in names of our own code only: safe to say when the exception's message is not."""

from __future__ import annotations


def place(error: BaseException) -> str:
    """File and line, inside the project, where `error` was raised: names of our own code only."""
    found = "unknown"
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename.replace("\\", "/")
        parts = name.split("/")
        if len(parts) > 1 and any(part in ("schemas", "classifiers", "pipelines", "jobs") for part in parts[:-1]):
            found = f"{parts[-2]}/{parts[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
