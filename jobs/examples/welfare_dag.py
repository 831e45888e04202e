"""An Airflow DAG: one run a night, with exit codes as Airflow's own outcomes. For Airflow 3.3, in its own environment.

What is temporary is tried again, nothing new is skipped, and everything else fails at once, for a person to look at.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

COMMAND = [
    "/opt/welfare/.venv/bin/welfare",
    "run",
    "/srv/trial/transcripts",
    "--release",
    "my-model-1",
    "--out",
    "/srv/trial/out/my-model-1",
    "--config",
    "/etc/welfare/policy.toml",
    "--ran-by",
    "nightly",
]
NOTHING_NEW = 99
FOR_A_PERSON = {
    2: "the command, its arguments or the policy file",
    3: "the input breaks the data contract",
    4: "a privacy rule or the audit refused",
    5: "a quality gate failed; the candidate is written and marked so",
    6: "sign-off, publish or verify refused",
}


@dag(  # type: ignore[untyped-decorator]  # Airflow is not there where types are checked
    dag_id="welfare_nightly",
    schedule="15 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["welfare"],
)
def welfare_nightly() -> None:
    @task(  # type: ignore[untyped-decorator]
        retries=4, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=12)
    )
    def run() -> None:
        code = subprocess.run(COMMAND, check=False).returncode
        if code == NOTHING_NEW:
            raise AirflowSkipException("nothing new since the last run")
        if code in FOR_A_PERSON:
            raise AirflowFailException(f"exit code {code}: {FOR_A_PERSON[code]}")
        if code:
            raise RuntimeError(f"exit code {code}: tried again; what was finished is kept")

    run()


welfare_nightly()
