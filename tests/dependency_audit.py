"""`make audit`: known vulnerabilities of the locked packages that serving needs, told by pip-audit.

pip-audit calls packages that its service does not know "skipped", and then finds nothing: that is no audit.
Exit status: 0 each package was audited and nothing was found, 1 something was found, 2 packages could not be
audited (0 with --may-be-offline).
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_SERVICES = ("pypi", "osv")
_SOCKET_TIMEOUT_S = 5
_PATIENCE_S = 90
_SHOWN = 5


class NotAuditedError(Exception):
    """There is no audit; the message says why."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Names of packages that were audited, those that were not, and "NAME VERSION: ID" of what was found."""

    audited: Sequence[str]
    skipped: Sequence[str]
    found: Sequence[str]
    accepted: Sequence[str]


def accepted_vulnerabilities(text: str) -> dict[str, str]:
    """Reasons by id. Raises ValueError for an id without a reason."""
    lines = [line.strip() for line in text.splitlines()]
    reasons = {}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        identifier, _, reason = line.partition(" ")
        if not reason.strip():
            raise ValueError(f"{identifier} is accepted without a reason.")
        reasons[identifier] = reason.strip()
    return reasons


def judged(report: Mapping[str, Any], accepted: Mapping[str, str]) -> Audit:
    """What pip-audit's JSON says; an id is accepted by itself or by one of its other names."""
    audited, skipped, found, known = [], [], [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            skipped.append(str(package["name"]))
            continue
        audited.append(str(package["name"]))
        for flaw in package["vulns"]:
            names = {flaw["id"], *flaw.get("aliases", ())}
            told = f"{package['name']} {package['version']}: {flaw['id']}"
            (known if names & set(accepted) else found).append(told)
    return Audit(audited, skipped, found, known)


def reported(service: str) -> dict[str, Any]:
    """pip-audit's report. Raises NotAuditedError when there is none in time."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", "requirements.txt"),
        *("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"),
        *("--vulnerability-service", service, "--timeout", str(_SOCKET_TIMEOUT_S)),
    ]
    try:
        done = subprocess.run(
            command, check=False, cwd=_ROOT, capture_output=True, text=True, timeout=_PATIENCE_S
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise NotAuditedError(f"{service} gave no answer within {_PATIENCE_S} seconds") from None
    except ValueError:
        raise NotAuditedError(f"{service} cannot be reached") from None
    return report


def audit(accepted: Mapping[str, str]) -> Audit:
    """By the first service that knows a package. Raises NotAuditedError when none does."""
    reasons = []
    for service in _SERVICES:
        try:
            told = judged(reported(service), accepted)
        except NotAuditedError as error:
            reasons.append(str(error))
            continue
        if told.audited:
            return told
        reasons.append(f"{service} knows none of the {len(told.skipped)} packages")
    raise NotAuditedError("; ".join(reasons))


def run(*, may_be_offline: bool) -> tuple[int, str]:
    """The exit status, and what to say."""
    accepted = accepted_vulnerabilities((_ROOT / ".ci" / "accepted-vulnerabilities").read_text())
    unaudited = 0 if may_be_offline else 2
    try:
        told = audit(accepted)
    except NotAuditedError as error:
        return unaudited, f"audit: NOT DONE, nothing is known of any package: {error}."
    if told.found:
        return 1, "audit: vulnerable: " + "; ".join(told.found)
    if told.skipped:
        names = ", ".join([*told.skipped[:_SHOWN], *(["…"] if len(told.skipped) > _SHOWN else [])])
        said = f"audit: NOT COMPLETE, {len(told.skipped)} packages are unknown to the service: {names}"
        return unaudited, said
    also = f", {len(told.accepted)} accepted" if told.accepted else ""
    return 0, f"audit: {len(told.audited)} packages, no known vulnerability{also}"


if __name__ == "__main__":
    status, said = run(may_be_offline="--may-be-offline" in sys.argv[1:])
    sys.stdout.write(f"{said}\n")
    sys.exit(status)
