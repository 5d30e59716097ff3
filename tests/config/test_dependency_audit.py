"""An audit of dependencies that did not happen is never told as one that found nothing."""

import subprocess
from typing import Any

import pytest

from tests import dependency_audit
from tests.dependency_audit import Audit, NotAuditedError, accepted_vulnerabilities, judged, run

FLAW = {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": []}
CLEAN = {"name": "django", "version": "5.2", "vulns": []}
FLAWED = {"name": "old", "version": "1", "vulns": [FLAW]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found on PyPI"}


def answering(monkeypatch: pytest.MonkeyPatch, **reports: Any) -> None:
    """Lets services report packages; one without a report cannot be reached."""

    def reported(service: str) -> dict[str, Any]:
        if service not in reports:
            raise NotAuditedError(f"{service} cannot be reached")
        return {"dependencies": reports[service]}

    monkeypatch.setattr(dependency_audit, "reported", reported)


def test_a_report_is_read() -> None:
    report = {"dependencies": [CLEAN, FLAWED, SKIPPED]}
    assert judged(report, {}) == Audit(["django", "old"], ["odd"], ["old 1: PYSEC-1"], [])
    assert judged(report, {"CVE-2026-1": "why"}) == Audit(["django", "old"], ["odd"], [], ["old 1: PYSEC-1"])


@pytest.mark.parametrize(
    ("reports", "status", "offline_status", "said"),
    [
        ({"pypi": [CLEAN]}, 0, 0, "1 packages, no known vulnerability"),
        ({"pypi": [CLEAN, FLAWED]}, 1, 1, "vulnerable: old 1: PYSEC-1"),
        ({"pypi": [FLAWED, SKIPPED]}, 1, 1, "vulnerable: old 1: PYSEC-1"),
        ({"pypi": [CLEAN, SKIPPED]}, 2, 0, "NOT COMPLETE, 1 packages are unknown to the service: odd"),
        ({"pypi": [SKIPPED]}, 2, 0, "NOT DONE"),
        ({"pypi": [SKIPPED], "osv": [CLEAN]}, 0, 0, "no known vulnerability"),
        ({"osv": [FLAWED]}, 1, 1, "vulnerable"),
        (
            {},
            2,
            0,
            "NOT DONE, nothing is known of any package: pypi cannot be reached; osv cannot be reached",
        ),
    ],
)
def test_what_is_told(
    monkeypatch: pytest.MonkeyPatch, reports: dict[str, Any], status: int, offline_status: int, said: str
) -> None:
    answering(monkeypatch, **reports)
    strict, lenient = run(may_be_offline=False), run(may_be_offline=True)
    assert (strict[0], lenient[0], strict[1] == lenient[1]) == (status, offline_status, True)
    assert said in strict[1]


def test_a_service_that_hangs_or_says_nothing_is_no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def hanging(*args: Any, **kwargs: Any) -> None:
        raise subprocess.TimeoutExpired("pip-audit", kwargs["timeout"])

    def silent(*args: Any, **kwargs: Any) -> Any:
        return subprocess.CompletedProcess(args, 1, "", "no network")

    for way in (hanging, silent):
        monkeypatch.setattr(subprocess, "run", way)
        assert run(may_be_offline=False)[0] == 2


def test_what_is_accepted_has_a_reason() -> None:
    assert accepted_vulnerabilities("# remark\n\nPYSEC-1 not used here\n") == {"PYSEC-1": "not used here"}
    with pytest.raises(ValueError, match="PYSEC-1 is accepted without a reason"):
        accepted_vulnerabilities("PYSEC-1\n")
