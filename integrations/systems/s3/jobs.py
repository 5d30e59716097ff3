"""jobs: the queue through which agents call their models. `data` holds the provider's key in clear text.

The key is removed wherever it stands in the row: in `data`, and where a provider's error repeats it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from billing.pricing.providers import canonical_provider
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, UsageDraft
from integrations.systems.fields import not_negative, times
from integrations.systems.row import Row
from integrations.systems.s3.usage import call, counts
from integrations.systems.secrets import secrets_in, without_secrets
from integrations.systems.vocabularies import WORK_STATUS, translated
from projects.models import BackgroundJob
from projects.models.work_status import WorkStatus

_LINKS = (
    ("projects", "projectId"),
    ("users", "userId", "ownerId"),
    ("agents", "agentId"),
)
"""Table, and the fields of `data` that may hold a key of it."""

_ATTEMPTS = ("attempts", "max_attempts")


def job(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A job of the project, person and agent that its data name, and the call that its result counts."""
    known = secrets_in(row.values.get("data"))
    data, result = row.mapping("data"), row.json("result")
    project, person, agent = (_named(links, data, *each) for each in _LINKS)
    if project is None:
        row.flag("no_project")
    project_id = links.unassigned if project is None else project.id
    provider = str(data.get("providerType") or data.get("provider") or "")
    model = str(data.get("model") or "")
    usage = result.get("usage") if isinstance(result, dict) else None
    booked = counts(row, usage) if isinstance(usage, dict) else {}
    moments = times(row)
    began, ended = row.time("processed_on"), row.time("finished_on")
    fields: dict[str, Any] = {
        "queue": row.text("queue_name"),
        "task_type": str(data.get("type") or data.get("task") or ""),
        "provider": canonical_provider(provider) if provider else "",
        "model": model,
        "person_id": None if person is None else person.id,
        "agent_id": agent.id if agent is not None and agent.project_id == project_id else None,
        "status": translated(row, "status", WORK_STATUS, WorkStatus.QUEUED),
        "source_status": row.text("status"),
        "error": without_secrets(row.text("failure_reason"), known),
        "input_tokens": booked.get("input_tokens"),
        "output_tokens": booked.get("output_tokens"),
        "priority": row.integer("priority"),
        **{name: not_negative(row, name) for name in _ATTEMPTS},
        "payload": without_secrets(data, known),
        "result": without_secrets(result, known),
        "queued_at": moments.get("created_at"),
        "scheduled_for": row.time("scheduled_for"),
        "started_at": began,
        "finished_at": ended,
        **moments,
    }
    fields["metadata"] = without_secrets(_details(row), known)
    yield Draft(BackgroundJob, fields, project_id)
    if isinstance(usage, dict):
        yield UsageDraft(
            call(
                row,
                usage,
                booked,
                provider=provider,
                model=model,
                occurred_at=_occurred_at(row, links, ended, began, moments),
                project_id=project_id,
                agent=agent,
                person_id=None if person is None else person.id,
                person_label="" if person is None else person.label,
                job_id=links.id(row),
            ),
            part="usage",
        )


def _named(links: Links, data: Mapping[str, Any], table: str, *names: str) -> Found | None:
    """The row that the first of these fields names; data that name none are no fault."""
    key = next((data[name] for name in names if data.get(name)), None)
    return None if key is None else links.met(table, str(key))


def _occurred_at(
    row: Row, links: Links, ended: datetime | None, began: datetime | None, moments: Mapping[str, datetime]
) -> datetime:
    return links.time_of(row, ended, moments.get("updated_at"), began, moments.get("created_at"))


def _details(row: Row) -> dict[str, Any]:
    options = row.json("opts")
    delay = row.integer("delay_ms")
    kept = {"opts": options, "delay_ms": delay, "worker_id": row.text("worker_id") or None}
    return {**{name: value for name, value in kept.items() if value is not None}, **row.rest()}
