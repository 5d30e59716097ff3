"""background_jobs, in every column set that the application had, and the model calls that they stand for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.ledger.events import UsageEvent
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, UsageDraft
from integrations.systems.fields import money, not_negative
from integrations.systems.row import Row
from integrations.systems.s4 import usage
from integrations.systems.s4.directories import project_of
from integrations.systems.secrets import REMOVED, secrets_in, without_secrets
from integrations.systems.vocabularies import WORK_STATUS, translated
from projects.models import BackgroundJob
from projects.models.work_status import WORK_STEPS, WorkStatus

_KEPT = (
    *("chars_received", "last_update", "is_finalized", "server_request_id", "system_prompt_template"),
    *("system_prompt_id", "diff_patch", "temperature", "include_syntax", "visible"),
    *("cache_read_tokens", "cache_write_tokens", "total_tokens"),
)
"""Known columns for which a job of ours has no field: they stay in its metadata, as they are."""


def job(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A job of the project of its directory, and its call if it made one.

    The directory is its own, else the one in its metadata, else that of its session.
    """
    known = secrets_in(row.values.get("metadata"))
    options = _options(row)
    session = links.to(row, "session_id")
    project_id = _project_id(row, links, options, session)
    if session is not None and session.project_id != project_id:
        row.flag("session_of_another_project")
        row.keep("session_id", row.text("session_id"))
        session = None
    status = translated(row, "status", WORK_STATUS, WorkStatus.QUEUED)
    made, began, ended = (row.time(name) for name in ("created_at", "start_time", "end_time"))
    last = row.time("last_update") if "last_update" in row else None
    changed = (row.time("updated_at") if "updated_at" in row else None) or last or made
    model = row.text("model_used")
    slug = usage.provider(row, model)
    input_tokens = usage.tokens(row, "tokens_sent", "prompt_tokens")
    output_tokens = usage.tokens(row, "tokens_received", "completion_tokens")
    usage.flag_stated_total(row, input_tokens, output_tokens)
    cost = money(row, "actual_cost") if "actual_cost" in row else None
    response = _cleared_of(_either(row, "response", "model_output"), known)
    is_cleared = row.boolean("cleared") if "cleared" in row else None
    fields: dict[str, Any] = {
        "session_id": None if session is None else session.id,
        "task_type": row.text("task_type"),
        "api_type": row.text("api_type") if "api_type" in row else "",
        "provider": slug,
        "model": model,
        "status": status,
        "source_status": row.text("status"),
        "status_message": without_secrets(_optional(row, "status_message"), known),
        "prompt": _cleared_of(_either(row, "prompt", "raw_input"), known),
        "response": response,
        "output_path": _either(row, "output_file_path", "xml_path"),
        "error": without_secrets(_optional(row, "error_message"), known),
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "reported_cost": cost,
        "max_output_tokens": not_negative(row, "max_output_tokens") if "max_output_tokens" in row else None,
        "payload": None if options is None else without_secrets(options, known),
        "queued_at": made,
        "started_at": began,
        "finished_at": ended,
        "cleared_at": (changed or ended or began) if is_cleared else None,
        **{name: time for name, time in (("created_at", made), ("updated_at", changed)) if time is not None},
    }
    _flag_contradictions(row, status, ended, output_tokens, response)
    for column in _KEPT:
        if column in row and row.raw(column) is not None:
            row.keep(column, row.raw(column))
    fields["metadata"] = without_secrets(row.rest(), known)
    yield Draft(BackgroundJob, fields, project_id)
    if usage.is_call(status, input_tokens, output_tokens, cost):
        times = (ended, changed, began, made)
        yield UsageDraft(
            UsageEvent(
                occurred_at=links.time_of(
                    row,
                    next((time for time in times if time is not None), None),
                    None if session is None else session.values["updated_at"],
                ),
                provider=usage.named_provider(row, slug),
                model=model,
                source="",
                native_id="",
                dedup_scope="",
                project_id=project_id,
                request_type=usage.request_type(fields["task_type"], fields["api_type"], model),
                status=usage.call_status(status),
                input_tokens=input_tokens,
                cache_read_tokens=_cached(row, "cache_read_tokens"),
                cache_write_tokens=_cached(row, "cache_write_tokens"),
                output_tokens=output_tokens,
                reported_cost=usage.booked_cost(row, cost),
                job_id=links.id(row),
                session_id=row.text("session_id"),
                raw_usage=usage.raw_usage(row),
            ),
            part="usage",
        )


def _options(row: Row) -> dict[str, Any] | None:
    """The job's metadata: an object, or None for null, JSON null and what is none (kept, flagged)."""
    if "metadata" not in row:
        return None
    options = row.json("metadata")
    if isinstance(options, dict):
        return options
    if options is not None:
        row.keep("metadata", options)
    elif row.text("metadata").strip() in ("", "null"):
        row.flag("no_metadata")
    return None


def _project_id(row: Row, links: Links, options: dict[str, Any] | None, session: Found | None) -> UUID:
    directory = _optional(row, "project_directory").strip()
    if not directory:
        named = (options or {}).get("projectDirectory")
        directory = named if isinstance(named, str) else ""
    project = project_of(links, directory)
    if project is not None:
        return project.id
    if session is not None and session.project_id is not None:
        return session.project_id
    row.flag("no_project")
    return links.unassigned


def _optional(row: Row, column: str) -> str:
    return row.text(column) if column in row else ""


def _either(row: Row, column: str, other: str) -> str:
    """A text that has two names; where both hold one, the second stays in metadata."""
    text = row.text(column) if column in row or other not in row else ""
    return text or _optional(row, other)


def _cleared_of(text: str, known: frozenset[str]) -> str:
    """A prompt or response without the secrets that the job's metadata name; otherwise as it is."""
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, REMOVED)
    return text


def _cached(row: Row, column: str) -> int | None:
    return row.integer(column) if column in row else None


def _flag_contradictions(
    row: Row, status: str, ended: datetime | None, output_tokens: int | None, response: str
) -> None:
    """What the application itself repairs by guessing when it reads a job: here it stays as it is."""
    if status == WorkStatus.RUNNING and ended is not None:
        row.flag("running_with_end_time")
    if status in WORK_STEPS.final and ended is None:
        row.flag("terminal_without_end_time")
    if status == WorkStatus.SUCCEEDED and response and not output_tokens:
        row.flag("response_without_tokens")
    if status == WorkStatus.SUCCEEDED and not response and "response" in row and row.raw("response") is None:
        row.flag("succeeded_without_response")
