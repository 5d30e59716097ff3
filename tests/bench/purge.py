"""`python -m tests.bench.purge`: how long pages take while a purge of MESSAGES old messages runs beside them.

On SQLite and then on a PostgreSQL of its own: the server answers the same pages before the purge and during
it, one of them a page that writes. Printed are medians, 95th percentiles and their ratios; exit status 1
when a median takes more than twice as long, or when a report is not the same afterwards.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.engines.postgres import temporary_server, version
from tests.serving import Installation

MESSAGES = int(os.environ.get("MESSAGES") or 1_000_000)
ROUNDS = 20
BOUND = 2.0
_DIMENSIONS = (
    "project", "provider", "model", "request_type", "person", "agent", "conversation", "environment", "tag",
    "source", "status",
)  # fmt: skip
_LAST_DAY = datetime.now(UTC).date()
_FIRST_DAY = _LAST_DAY - timedelta(days=360)


class Browser:
    """One person's browser: a session, a token, one connection."""

    def __init__(self, url: str, session: str) -> None:
        self._connection = HTTPConnection(str(urlsplit(url).netloc), timeout=120)
        self._cookies = {"sessionid": session, "csrftoken": "a" * 32}

    def seconds(self, path: str, form: dict[str, str] | None = None) -> float:
        """How long the answer takes. Raises RuntimeError for a page that fails."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": self._cookies["csrftoken"]})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self._connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != (200 if form is None else 302):
            raise RuntimeError(f"{path}: {answer.status} {answer.headers.get('Location', '')}")
        return time.perf_counter() - started


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench") as home:
        status = _measure("SQLite", Installation(Path(home)))
    with tempfile.TemporaryDirectory(prefix="bench") as home, temporary_server() as url:
        # The suite's database is made by pytest; here its server's own one will do.
        installation = Installation(Path(home), DATABASE_URL=url.replace("/countinghouse?", "/postgres?"))
        return _measure(version(), installation) or status


def _measure(engine: str, installation: Installation) -> int:
    _say(f"\n{engine}, {MESSAGES:,} messages")
    installation.run("migrate", "--verbosity", "0")
    script = f"from tests.bench.purge_data import make; print(make({MESSAGES}))"
    made = json.loads(installation.run("shell", "--no-imports", "-c", script).splitlines()[-1])
    reports = _reports(installation)
    with installation.serve() as url:
        browser = Browser(url, made["session"])
        pages = _pages(browser, made)
        for _ in range(3):
            _round(pages)
        before = [_round(pages) for _ in range(ROUNDS)]
        started = time.perf_counter()
        purge = installation.start("purge_expired", "--format", "json")
        during = []
        while purge.poll() is None:
            during.append(_round(pages))
        took = time.perf_counter() - started
        out, err = purge.communicate()
    if purge.returncode:
        raise RuntimeError(f"purge_expired failed:\n{out}{err}")
    purged = json.loads(out)["rows"].get("chat.message", 0)
    _say(f"  purged {purged:,} messages in {took:,.0f} s; pages were asked for {len(during)} times meanwhile")
    slow = _compare(list(pages), before, during)
    same = _reports(installation) == reports
    _say(f"  reports by {len(_DIMENSIONS)} dimensions: {'the same' if same else 'NOT THE SAME'}")
    return 0 if same and not slow and purged == MESSAGES else 1


def _pages(browser: Browser, made: dict[str, str]) -> dict[str, Callable[[], float]]:
    talk = made["conversation"]
    period = urlencode({"from": _FIRST_DAY, "to": _LAST_DAY, "group_by": "model"})
    marks = f"/conversations/{talk}/marks/"

    def write() -> float:
        taken = browser.seconds(marks, {"do": "add", "tag": "bench"})
        return max(taken, browser.seconds(marks, {"do": "remove bench"}))

    paths = {
        "transcript": f"/conversations/{talk}/",
        "conversations": "/conversations/",
        "overview": "/",
        "usage report": f"/usage/?{period}",
        "messages": "/admin/chat/message/",
        "audit log": "/audit/",
    }
    reads: dict[str, Callable[[], float]] = {
        name: (lambda path=path: browser.seconds(path)) for name, path in paths.items()
    }
    return {**reads, "writing a tag": write}


def _round(pages: dict[str, Callable[[], float]]) -> list[float]:
    return [ask() for ask in pages.values()]


def _compare(names: Sequence[str], before: list[list[float]], during: list[list[float]]) -> bool:
    """Print a line a page; whether a median is above the bound."""
    if len(during) < 2:
        _say("  the purge ended before a page could be asked for twice: take more MESSAGES")
        return True
    _say(f"  {'ms':<16}{'median':>8}{'during':>8}{'ratio':>7}{'p95':>9}{'during':>8}{'ratio':>7}")
    is_slow = False
    for index, name in enumerate(names):
        alone, beside = ([taken[index] * 1000 for taken in rounds] for rounds in (before, during))
        medians = statistics.median(alone), statistics.median(beside)
        tails = _p95(alone), _p95(beside)
        ratio = medians[1] / medians[0]
        is_slow |= ratio > BOUND
        _say(
            f"  {name:<16}{medians[0]:>8.0f}{medians[1]:>8.0f}{ratio:>6.2f}x"
            f"{tails[0]:>9.0f}{tails[1]:>8.0f}{tails[1] / tails[0]:>6.2f}x"
        )
    return is_slow


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _reports(installation: Installation) -> list[Any]:
    """What every report says, without when it was asked."""
    found = []
    for dimension in _DIMENSIONS:
        command = ["usage_report", "--group-by", dimension, "--from", str(_FIRST_DAY), "--to", str(_LAST_DAY)]
        report = json.loads(installation.run(*command, "--format", "json"))
        if dimension == "conversation":
            # Their titles are words, and go; their spend does not.
            for row in report["rows"]:
                del row["conversation"]
        rows = sorted(json.dumps(row, sort_keys=True) for row in report["rows"])
        found.append((rows, report["totals"]))
    return found


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
