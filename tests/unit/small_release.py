"""A small candidate release on disk with its real file kinds, and reviewers with keys, for tests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sign_off import Vote, sign_off
from pipelines.sign_off_key import make_key, trust_entry
from pipelines.sign_off_publish import publish
from pipelines.sign_off_trust import load_trust
from schemas.release import ReleaseManifest
from schemas.released import COVERAGE
from schemas.sign_off import Decision, Reason, Role, Trust

NOW = datetime(2025, 9, 1, 12, 0, tzinfo=UTC)


def write_release(root: Path, run_key: str = "key-of-run-1", failed_gates: tuple[str, ...] = ()) -> Path:
    """`root`/released with one table in Parquet and DuckDB, a page, figures and a manifest; and the run's record."""
    folder = root / "released"
    (folder / "tables").mkdir(parents=True)
    row = {c.name: f"some {c.name}" if c.type == pa.string() else 120 for c in COVERAGE.columns}
    table = pa.Table.from_pylist([row], schema=COVERAGE.arrow)
    pq.write_table(table, folder / "tables" / f"{COVERAGE.name}.parquet")
    with duckdb.connect(str(folder / "summary.duckdb")) as connection:
        connection.execute(COVERAGE.ddl())
        connection.register("coverage", table)
        connection.execute(f"insert into {COVERAGE.name} by name from coverage")
    (folder / "report.html").write_text("<!doctype html><title>r</title><p>An expression is not an experience.")
    (folder / "report.json").write_text('{"release": "r-1"}\n')
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = ReleaseManifest(
        release="r-1", baseline=None, run_key=run_key, code_version="1", policy_fingerprint="f", unit="user",
        policies={}, models={}, counts={}, gates_passed=not failed_gates,
        failed_gates=failed_gates, files=files,
    )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest.plain(), indent=2))
    restricted = root / "restricted" / "r-1"
    restricted.mkdir(parents=True, exist_ok=True)
    (restricted / "run.json").write_text(json.dumps({"release": "r-1", "run_key": run_key, "ran_by": "Olga"}))
    return root


@dataclass
class Panel:
    """Reviewers with keys in `folder`, and the trust file that names them."""

    folder: Path
    keys: dict[str, Path] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)

    def add(self, *people: str) -> Panel:
        """Makes a key for each of `people`."""
        for person in people:
            self.keys[person], self.public[person] = make_key(person, self.folder)
        return self

    @property
    def trust_file(self) -> Path:
        """The trust file, written anew."""
        path = self.folder / "trust.toml"
        path.write_text(
            "\n".join(
                trust_entry(person, self.roles.get(person, Role.REVIEWER), key) + self.extra.get(person, "")
                for person, key in self.public.items()
            )
        )
        return path

    @property
    def trust(self) -> Trust:
        """What the trust file says."""
        return load_trust(self.trust_file)

    def vote(
        self, root: Path, person: str, decision: Decision = Decision.APPROVE, *, key: str = "", days: int = 30,
        at: datetime = NOW, ran_by: str | None = None, waivers: dict[str, str] | None = None,
    ) -> Path:  # fmt: skip
        """`person` signs; with another's key where `key` names one."""
        conditions = ("look again in a week",) if decision is Decision.CONDITIONS else ()
        reason = Reason.PRIVACY if decision is Decision.REJECT else None
        vote = Vote(person, decision, conditions, reason, days, waivers or {})
        return sign_off(root, self.keys[key or person], vote, ran_by, at)[0]

    def publish(self, root: Path, to: Path, at: datetime = NOW + timedelta(hours=1)) -> dict[str, object]:
        """Publishes as `welfare publish` does, with the run's record."""
        from jobs.run_record import read_record

        known = read_record(root)
        return publish(root, self.trust, to, known.ran_by, known.run_key, at)
