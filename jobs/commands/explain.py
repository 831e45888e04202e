"""`welfare explain`: what a table, a policy or the triggers mean, from where it is said."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
from typing import Any

import click

from schemas.errors import UsageError

TRIGGERS = "triggers"


@click.command("explain")
@click.argument("name", metavar="TABLE|POLICY|triggers", required=False)
def command(name: str | None) -> None:
    """Explain a table, a section of the policy file or the triggers.

    For a table: its sensitivity, key and columns, each with type and meaning. For a policy: its fields, each with
    default and meaning, as they may be set in the policy file. Without a name: the list of all names.
    """
    click.echo(everything() if name is None else explain(name))


def _tables() -> dict[str, Any]:
    from schemas.released import RELEASED
    from schemas.row_level import ROW_LEVEL

    return {table.name: table for table in (*ROW_LEVEL, *RELEASED)}


def _policies() -> dict[str, type]:
    from schemas.policy import Policies

    return {field.name: type(getattr(Policies(), field.name)) for field in dataclasses.fields(Policies)}


def everything() -> str:
    """Every name that can be explained, with a line each."""
    lines = ["Tables"]
    lines += [f"  {name}  ({table.sensitivity.name})  {table.doc}" for name, table in _tables().items()]
    lines += ["", "Policies, each a section of the policy file"]
    lines += [f"  {name}  {_first_line(kind)}" for name, kind in _policies().items()]
    lines += ["", "Vocabulary", f"  {TRIGGERS}  The situations from which expressions arise."]
    return "\n".join(lines)


def explain(name: str) -> str:
    """The explanation of one table or policy, or of the triggers. UsageError for another name, with near ones."""
    tables, policies = _tables(), _policies()
    if name == TRIGGERS:
        return _explain_triggers()
    if name in tables:
        return _explain_table(tables[name])
    section = name.strip("[]")
    if section in policies:
        return _explain_policy(section, policies[section])
    near = difflib.get_close_matches(name, [*tables, *policies, TRIGGERS], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(f"no table or policy has that name.{hint} `welfare explain` lists them all.")


def _explain_triggers() -> str:
    from schemas.taxonomy import TAXONOMY

    lines = ["triggers: the situations from which expressions arise; also the context codes of every conversation", ""]
    for trigger, definition in TAXONOMY.items():
        lines += [str(trigger), f"    {definition.means}", *(f"    for instance: {seed}" for seed in definition.seeds)]
    return "\n".join(lines)


def _explain_table(table: Any) -> str:
    lines = [
        f"table {table.name}: {table.doc}",
        f"sensitivity: {table.sensitivity.name}. {_member_docs(type(table.sensitivity))[table.sensitivity.name]}",
        f"one row for each: {', '.join(table.key)}",
        "",
    ]
    for column in table.columns:
        kind = f"{_type_name(column.type)}{', may be null' if column.nullable else ''}"
        lines += [f"{column.name}  ({kind})", f"    {column.doc}", *_fields(column.type, 4)]
    return "\n".join(lines)


def _type_name(kind: Any) -> str:
    import pyarrow as pa

    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    return "record" if pa.types.is_struct(kind) else str(kind)


def _fields(kind: Any, indent: int) -> list[str]:
    """The fields of a record, or of a list of records."""
    import pyarrow as pa

    if pa.types.is_list(kind):
        return _fields(kind.value_type, indent)
    if not pa.types.is_struct(kind):
        return []
    lines = []
    for field in kind:
        null = ", may be null" if field.nullable else ""
        lines += [f"{' ' * indent}.{field.name}  ({_type_name(field.type)}{null})", *_fields(field.type, indent + 4)]
    return lines


def _explain_policy(name: str, kind: type) -> str:
    docs, default = _member_docs(kind), kind()
    lines = [f"policy [{name}]: {_first_line(kind)}", ""]
    for field in dataclasses.fields(kind):
        lines += [f"{field.name} = {_toml(getattr(default, field.name))}", f"    {docs[field.name]}"]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    """A default as the policy file would say it."""
    if value is None:
        return "(left out)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").splitlines()[0]


def _member_docs(kind: type) -> dict[str, str]:
    """The string under each member of a class, by the member's name."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    docs: dict[str, str] = {}
    name = ""
    for node in body.body if isinstance(body, ast.ClassDef) else []:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs[name] = " ".join(str(node.value.value).split())
            name = ""
        else:
            name = ""
    return docs
