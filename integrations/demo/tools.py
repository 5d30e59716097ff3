"""The demo's tools, its people's policies, and calls that were decided or wait."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from accounts.models import Person, User
from chat.approvals.request import request_execution
from chat.approvals.steps import approve, cancel, complete, fail, reject, start
from chat.models import AutoApprovalPolicy, Conversation, Tool, ToolExecution
from integrations.demo.tool_script import CALLS, POLICIES, TOOLS, DemoCall, End
from projects.models import Project


def make_tools(projects: dict[str, Project], people: dict[str, UUID], user: User, *, until: datetime) -> None:
    """Make them once; `user` takes the decisions of the staff."""
    for project_name, name, risk, description in TOOLS:
        Tool.objects.get_or_create(
            project=projects[project_name], name=name, defaults={"risk": risk, "description": description}
        )
    for person_name, fields in POLICIES:
        AutoApprovalPolicy.objects.get_or_create(person_id=people[person_name], defaults=dict(fields))
    if ToolExecution.objects.filter(project__in=projects.values()).exists():
        return
    for call in sorted(CALLS, key=lambda call: -call.minutes_ago):
        _make_call(call, projects[call.project], people[call.person], user, until)


def _make_call(call: DemoCall, project: Project, person_id: UUID, user: User, until: datetime) -> None:
    asked_at = until - timedelta(minutes=call.minutes_ago, seconds=call.seconds)
    execution = request_execution(
        project=project,
        tool_name=call.tool,
        parameters=call.parameters,
        person=Person.objects.get(pk=person_id),
        conversation=_conversation(project, call.title),
        cost=None if call.cost is None else Decimal(call.cost),
        now=asked_at,
    )
    decided_at = asked_at + timedelta(seconds=95)
    if call.end in (End.REJECTED, End.CANCELLED):
        if call.end == End.REJECTED:
            reject(execution, user, call.note, now=decided_at)
        else:
            cancel(execution, now=decided_at)
        return
    if call.end in (End.COMPLETED, End.FAILED):
        if execution.status == ToolExecution.Status.PENDING:
            approve(execution, user, now=decided_at)
        _run(execution, call)


def _run(execution: ToolExecution, call: DemoCall) -> None:
    begun = cast(datetime, execution.decided_at) + timedelta(seconds=1)
    start(execution, now=begun)
    timing: dict[str, Any] = {"now": begun + timedelta(milliseconds=640 + 90 * call.seconds)}
    if call.end == End.FAILED:
        fail(execution, error=call.note, **timing)
    else:
        complete(execution, result=call.note or "ok", **timing)


def _conversation(project: Project, title: str) -> Conversation | None:
    """The newest conversation whose title begins so."""
    talks = Conversation.objects.filter(project=project, title__startswith=title)
    newest: Conversation | None = talks.order_by("-last_activity_at", "-id").first()
    return newest
