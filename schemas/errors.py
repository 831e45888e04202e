"""What can go wrong, said for the person who meets it. A message never holds a value from the data."""

from __future__ import annotations


class WelfareError(Exception):
    """Base of every error that this project raises on purpose.

    A message says what is wrong, what would be right and what to do. It may name a table, a column, a rule,
    a count or a keyed hash of a row, and never a value from the data.
    """

    exit_code = 1


class UsageError(WelfareError):
    """The command, its arguments or its configuration cannot be used as given."""

    exit_code = 2


class ContractError(WelfareError):
    """The input, or a table, breaks the data contract."""

    exit_code = 3


class DisclosureError(WelfareError):
    """The privacy gate or the audit refused; nothing was released."""

    exit_code = 4


class GateError(WelfareError):
    """A quality gate failed; the candidate is written and marked so."""

    exit_code = 5


class SignOffError(WelfareError):
    """Sign-off, publish or verify refused."""

    exit_code = 6


class TemporaryError(WelfareError):
    """Something outside this run stands in the way for now (another run holds the lock, say); retry later."""

    exit_code = 75


class NothingNew(WelfareError):
    """The same input, policy, models and code were run before; there is nothing to do."""

    exit_code = 99
