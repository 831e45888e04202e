"""What an earlier run of a trial already made: a conversation that reads as it did then is not judged again.

A stored table names the settings under which it was made (models, policies, code). A run over other input under the
same settings gives a stage only those conversations whose `version` the earlier table does not hold, and writes the
earlier rows beside the new ones, in the order in which a run from nothing would write them: the tables are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from jobs.tables import Stored, find_table, part_name, partition, read_part, rows_of
from jobs.workspace import read_json, write_text
from schemas.errors import ContractError

VERSION = "version"


@dataclass(frozen=True, slots=True)
class Reuse:
    """earlier: part files of the earlier table. folder: of the table that is made now. key: of both.

    gone: pseudonyms of erased users, whose rows are never used again, even where an erasure was cut short.
    """

    earlier: tuple[str, ...]
    folder: str
    key: bytes
    gone: frozenset[str] = frozenset()

    def new(self, batches: Iterable[pa.RecordBatch], version: Callable[[str], str] = str) -> Iterator[pa.RecordBatch]:
        """The rows of this task's partition that the earlier table does not hold; notes which rows there are.

        version: gives the stored version for that of a row.
        """
        index = partition()
        held = frozenset(self._earlier(index, [VERSION]).column(VERSION).to_pylist())
        order: list[str] = []
        for batch in batches:
            versions = [version(value) for value in batch.column(VERSION).to_pylist()]
            order += versions
            fresh = batch.filter(pa.array([value not in held for value in versions], pa.bool_()))
            if fresh.num_rows:
                yield fresh
        write_text(self._order(index), json.dumps(order))

    def merged(self, index: int, made: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The whole partition: rows made now and earlier ones, in the order that `new` noted.

        Raises ContractError where a row is neither here nor there, and no user was erased.
        """
        # `new` has noted the order only when the last row is through.
        rows = pa.Table.from_batches([*made], schema)
        order: list[str] = json.loads(self._order(index).read_text())
        whole = pa.concat_tables([rows, self._earlier(index, schema.names).cast(schema)])
        place = {value: row for row, value in enumerate(whole.column(VERSION).to_pylist())}
        found = [place[value] for value in order if value in place]
        if len(found) != len(order) and not self.gone:
            raise ContractError(
                "rows of an earlier run are missing from its stored table. Run the job again with --fresh."
            )
        yield from rows_of(whole.take(pa.array(found, pa.int64())))
        self._order(index).unlink()

    def _order(self, index: int) -> Path:
        return Path(self.folder) / f"{part_name(index)}.order"

    def _earlier(self, index: int, columns: Sequence[str]) -> pa.Table:
        # Spark's hash of a conversation's id decides over its part, modulo the number of parts.
        part = read_part(Path(self.earlier[index % len(self.earlier)]), self.key)
        if self.gone:
            part = part.filter(pc.invert(pc.is_in(part.column("user_key"), pa.array(sorted(self.gone), pa.string()))))
        return part.select(list(columns))


def find_earlier(
    folder: Path, settings: str, parts: int, key: bytes, gone: frozenset[str] = frozenset()
) -> Reuse | None:
    """What can be used again for the table that `folder` will hold: the newest finished table beside it that was made
    under the same settings, with as many parts or so few that each of them became several; None where there is none."""
    best: tuple[float, Stored] | None = None
    for other in folder.parent.glob("*"):
        stored = find_table(other) if other != folder else None
        if stored is None or read_json(other / "manifest.json").get("settings") != settings:
            continue
        age = other.stat().st_mtime
        if stored.parts and parts % len(stored.parts) == 0 and (best is None or age > best[0]):
            best = (age, stored)
    if best is None:
        return None
    files = tuple(str(best[1].folder / name) for name in sorted(best[1].parts))
    return Reuse(files, str(folder), key, gone)
