"""What a policy's field is held against when it is made."""

from __future__ import annotations

from schemas.errors import UsageError


def check(holds: bool, policy: str, field_name: str, rule: str) -> None:
    """UsageError that names policy, field and rule unless `holds`."""
    if not holds:
        raise UsageError(
            f"policy [{policy}], field '{field_name}': must be {rule}. Change it in the policy file;"
            f" `welfare explain {policy}` lists every field with its meaning."
        )


def check_share(value: float, policy: str, field_name: str) -> None:
    """UsageError unless `value` is a share."""
    check(0.0 <= value <= 1.0, policy, field_name, "between 0 and 1")
