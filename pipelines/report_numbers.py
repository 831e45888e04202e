"""How the report prints figures. Shares are 0 to 1 and print as percentages; a missing figure is never a zero."""

from __future__ import annotations

SPACE = "\u00a0"
MINUS = "\u2212"
MISSING = "not given"


def count(number: int | None) -> str:
    """A rounded count: `1,480`."""
    return MISSING if number is None else f"{number:,}"


def _decimals(share: float) -> int:
    """Decimals of a percentage: two under 1 %, else one; none for 0 % and from 99.95 % on."""
    size = abs(share)
    return 0 if size == 0 else 2 if size < 0.00995 else 1 if size < 0.9995 else 0


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def percent(share: float | None) -> str:
    """`3.4 %`, `0.55 %`."""
    return MISSING if share is None else f"{_number(100 * share, _decimals(share))}{SPACE}%"


def between(low: float | None, high: float | None, like: float | None) -> str:
    """`2.4 to 4.8 %`, with the decimals that `like` has. Raises nothing: a missing end makes the whole missing."""
    if low is None or high is None:
        return "interval not given"
    decimals = _decimals(high if like is None else like)
    return f"{_number(100 * low, decimals)}{SPACE}to{SPACE}{_number(100 * high, decimals)}{SPACE}%"


def with_interval(share: float | None, low: float | None, high: float | None) -> str:
    """`3.4 % (2.4 to 4.8 %)`."""
    return MISSING if share is None else f"{percent(share)} ({between(low, high, share)})"


def points(difference: float | None, *, signed: bool = True) -> str:
    """A difference of shares in percentage points: `+1.3 points`."""
    return MISSING if difference is None else f"{_points(difference, _decimals(difference), signed)}{SPACE}points"


def points_with_interval(difference: float, low: float | None, high: float | None, name: str = "") -> str:
    """`+1.3 points (+0.2 to +2.4)`, all with the decimals of the widest; name: what the brackets hold."""
    if low is None or high is None:
        return points(difference)
    decimals = _decimals(max(abs(difference), abs(low), abs(high)))
    ends = f"{_points(low, decimals, True)}{SPACE}to{SPACE}{_points(high, decimals, True)}"
    return f"{_points(difference, decimals, True)}{SPACE}points ({name}{ends})"


def _points(difference: float, decimals: int, signed: bool) -> str:
    text = _number(100 * difference, decimals)
    return f"+{text}" if signed and text[0] != MINUS and float(text) > 0 else text


def times(ratio: float | None) -> str:
    """A lift: `2.4 times`."""
    return MISSING if ratio is None else f"{_number(ratio, 1 if ratio < 9.95 else 0)}{SPACE}times"


def plain_figure(value: float | None) -> str:
    """A figure that is not a share: four significant digits."""
    return MISSING if value is None else f"{value:.4g}".replace("-", MINUS)


def unbroken(text: str) -> str:
    """`text` with no line break before a per cent sign."""
    return text.replace(" %", f"{SPACE}%")


def for_terminal(text: str) -> str:
    """`text` in ASCII where typography alone differs."""
    return text.replace(SPACE, " ").replace(MINUS, "-").replace("–", "-").replace("\u2026", "...")
