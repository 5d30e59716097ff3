"""`python -m tests.engines [pytest arguments]`: the whole suite on SQLite, then on a PostgreSQL of its own.

Both runs always happen; the exit status is that of the first that failed. Browser tests run
with SQLite alone: what they look at is the same on every engine.
"""

import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tests.engines.postgres import temporary_server, version


@dataclass(frozen=True, slots=True)
class Run:
    """One engine's test run."""

    engine: str
    exit_status: int
    passed: int
    failed: int
    skipped: int
    seconds: float

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.engine}: {counts} in {self.seconds:.0f} s"


def main(arguments: list[str]) -> int:
    # Ended from outside, the server must still be stopped: turn the signal into an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    runs = [_run("SQLite", "", arguments)]
    with temporary_server() as url:
        runs.append(_run(version(), url, ["-m", "not browser", *arguments]))
    for run in runs:
        _say(str(run))
    passed, failed, skipped = (
        sum(getattr(run, name) for run in runs) for name in ("passed", "failed", "skipped")
    )
    _say(f"Both engines: {passed} passed, {failed} failed, {skipped} skipped")
    return next((run.exit_status for run in runs if run.exit_status), 0)


def _run(engine: str, database_url: str, arguments: list[str]) -> Run:
    _say(f"\n{engine}")
    with tempfile.TemporaryDirectory(prefix="home") as home:
        results = Path(home) / "results.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "loadfile",
            "-p",
            "no:cacheprovider",
            f"--junit-xml={results}",
            *arguments,
        ]
        done = subprocess.run(command, check=False, env=_environment(home, database_url))
        if not results.exists():
            return Run(engine, done.returncode or 1, 0, 0, 0, 0.0)
        # pytest itself has just written it.
        suite = ElementTree.parse(results).getroot().find("testsuite")  # noqa: S314
        assert suite is not None
        count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        return Run(
            engine,
            done.returncode,
            count["tests"] - failed - count["skipped"],
            failed,
            count["skipped"],
            float(suite.get("time", "0")),
        )


def _environment(home: str, database_url: str) -> dict[str, str]:
    """Ours, but for the settings of an installation: tests run as a newcomer's laptop would."""
    configured = {"DEBUG", "PUBLIC_URL", "PRODUCTION", "ALLOWED_HOSTS", "SECRET_KEY", "REPORTING_TIME_ZONES"}
    environment = {name: value for name, value in os.environ.items() if name not in configured}
    return {**environment, "COUNTINGHOUSE_HOME": home, "DATABASE_URL": database_url}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
