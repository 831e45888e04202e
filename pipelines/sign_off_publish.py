"""publish: the release is copied out whole, if its sign-offs allow it; verify: that it still is what was published."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.sign_off_files import MANIFEST, check_released, differences, files_under, read_manifest
from pipelines.sign_off_rules import Judged, judge, read_envelopes
from pipelines.sign_off_trail import Trail, open_trail
from pipelines.sign_off_waivers import waived
from schemas.errors import SignOffError, TemporaryError, UsageError
from schemas.release import EXPRESSION_NOTE, output_root
from schemas.sign_off import (
    CLOCK_TOLERANCE,
    ENVELOPE_SUFFIX,
    PUBLICATION,
    SIGN_OFFS,
    TRAIL,
    Trust,
    parse_time,
    time_text,
)

Record = dict[str, Any]


def publish(
    root: Path, trust: Trust, destination: Path, ran_by: str | None, run_key: str | None, now: datetime
) -> Record:
    """Copies `root`/released and its sign-offs to `destination`, a fresh folder; returns the publication record.

    ran_by, run_key: from the run's own record, None where it is gone. The copy is judged, not the original, so what
    was checked is what is published; it takes its name in one rename. Raises SignOffError with every refusal,
    UsageError where `destination` exists, TemporaryError where the disk refuses.
    """
    empty = destination.is_dir() and not destination.is_symlink() and not any(destination.iterdir())
    if not empty and os.path.lexists(destination):
        raise UsageError("the folder to publish to exists and is not empty. A published release is never overwritten.")
    check_released(root / "released")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{destination.name}.draft-", dir=destination.parent))
    except OSError:
        raise UsageError("the folder to publish to cannot be made. Name another one with --to.") from None
    try:
        with open_trail(output_root(root) / TRAIL) as trail:
            return _publish(root, trust, destination, draft, trail, ran_by, run_key, now)
    except OSError:
        raise TemporaryError("the copy cannot be written: is the disk full? Nothing was published.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(
    root: Path, trust: Trust, destination: Path, draft: Path, trail: Trail, ran_by: str | None, run_key: str | None,
    now: datetime,
) -> Record:  # fmt: skip
    shutil.copytree(root / "released", draft, symlinks=True, dirs_exist_ok=True)
    manifest, digests = check_released(draft)
    if run_key is not None and run_key != manifest["run_key"]:
        raise SignOffError("the released files are not those of the run's own record. Run the job again.")
    envelopes = read_envelopes(root / SIGN_OFFS)
    recorded = {
        str(entry["person"]): str(entry["envelope"])
        for entry in trail.entries
        if entry["event"] == "sign-off" and entry["manifest"] == digests[MANIFEST]
    }
    judged = judge(manifest, digests, envelopes, trust, ran_by, now, recorded)
    (draft / SIGN_OFFS).mkdir()
    for person, raw in envelopes.items():
        (draft / SIGN_OFFS / f"{person}{ENVELOPE_SUFFIX}").write_bytes(raw)
    record = publication(manifest, files_under(draft), judged, trust.digest, trail.head, now)
    (draft / PUBLICATION).write_bytes(_bytes(record))
    _settle(draft)
    facts = {"release": record["release"], "run_key": record["run_key"], "publication": record["digest"]}
    facts |= waived(gate for vote in judged.votes.values() for gate in vote.waivers)
    trail.append("publish", now, **facts)
    try:
        os.rename(draft, destination)
    except OSError:
        trail.append("publish-failed", now, **facts)
        raise
    return record


def _settle(draft: Path) -> None:
    """Everybody may read, nobody writes, and all of it is on disk before the folder takes its name."""
    for path in draft.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        path.chmod(0o755 if path.is_dir() else 0o444)
    draft.chmod(0o755)


def publication(
    manifest: Record, files: dict[str, str], judged: Judged, trust_digest: str, trail_head: str, at: datetime
) -> Record:
    """The publication record. `digest` covers all the rest of it; `files` is every other file of the folder."""
    votes = [
        {"person": vote.person, "decision": vote.decision.value, "conditions": list(vote.conditions),
         "signed_at": time_text(vote.signed_at), "expires_at": time_text(vote.expires_at),
         **({"waivers": dict(vote.waivers)} if vote.waivers else {})}
        for vote in judged.votes.values()
    ]  # fmt: skip
    record = {
        "format": 1,
        "note": EXPRESSION_NOTE,
        "release": manifest["release"],
        "run_key": manifest["run_key"],
        "published_at": time_text(at),
        "ran_by": judged.ran_by,
        "sign_offs": votes,
        "trust": trust_digest,
        "trail": trail_head,
        "files": files,
    }
    return {**record, "digest": hashlib.sha256(_bytes(record)).hexdigest()}


def _bytes(record: Record) -> bytes:
    return json.dumps(record, indent=1, sort_keys=True).encode() + b"\n"


def verify(folder: Path, trust: Trust, now: datetime) -> Record:
    """The publication record of a published release that is whole, unchanged and rightly signed.

    Needs the folder and a trust file only. Validity counts at the moment of publication: what was rightly published
    stays so after a sign-off runs out. Raises SignOffError, which says which file changed or which rule does not hold.
    """
    record = _read_record(folder)
    found = files_under(folder)
    found.pop(PUBLICATION)
    wrong = differences(record["files"], found)
    if wrong:
        raise SignOffError(f"this is not what was published: {'; '.join(wrong)}.")
    at = parse_time(record["published_at"])
    if at > now + CLOCK_TOLERANCE:
        raise SignOffError("the publication lies in the future. Set this machine's clock right.")
    manifest = read_manifest((folder / MANIFEST).read_bytes())
    digests = {name: digest for name, digest in found.items() if not name.startswith(f"{SIGN_OFFS}/")}
    unlike = differences({**manifest["files"], MANIFEST: digests[MANIFEST]}, digests)
    if unlike:
        raise SignOffError(f"the files are not the ones that manifest.json names: {'; '.join(unlike)}.")
    judged = judge(manifest, digests, read_envelopes(folder / SIGN_OFFS), trust, str(record["ran_by"]), at)
    if publication(manifest, found, judged, record["trust"], record["trail"], at) != record:
        raise SignOffError(f"{PUBLICATION} does not say what the sign-offs and the manifest say.")
    return record


def _read_record(folder: Path) -> Record:
    """publication.json, whose bytes must be the very ones that we write: any change of it shows."""
    try:
        raw = (folder / PUBLICATION).read_bytes()
    except OSError:
        raise SignOffError(
            f"there is no {PUBLICATION} in this folder. Name a folder that `welfare publish` wrote."
        ) from None
    try:
        record = json.loads(raw)
        rest = {name: value for name, value in record.items() if name != "digest"}
        whole = raw == _bytes(record) and record["digest"] == hashlib.sha256(_bytes(rest)).hexdigest()
        whole = whole and isinstance(rest["files"], dict) and MANIFEST in rest["files"]
        parse_time(rest["published_at"])
        _ = rest["ran_by"], rest["trust"], rest["trail"]
    except (ValueError, KeyError, AttributeError, TypeError):
        whole = False
    if not whole:
        raise SignOffError(f"{PUBLICATION} changed since it was written.")
    return dict(record)
