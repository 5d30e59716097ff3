"""The queue of tool calls that wait for somebody to decide, oldest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from chat.models import Tool, ToolExecution
from chat.pages.approval_cards import LARGE, Card, cards_of
from chat.pages.approval_summary import Summary, summary_of
from chat.pages.choices import Choice, project_choices, read_uuid
from core.keyset import Cursor, Slice, read_cursor, read_slice

SIZE = 20
MOST_AT_ONCE = 50
_CHOICES = 100
_START = Cursor(datetime.min.replace(tzinfo=UTC), UUID(int=0))
"""Before every row: the page behind it is the queue's first."""

KEPT = ("tool", "project", "zone")
"""Parameters that stay in the address from page to page, and over a decision."""


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """`waiting` counts the whole queue as filtered; `kept` goes along with a decision."""

    cards: tuple[Card, ...]
    waiting: int
    tools: tuple[Choice, ...]
    projects: tuple[Choice, ...]
    summary: Summary
    kept: tuple[tuple[str, str], ...]
    is_filtered: bool
    may_decide: bool
    older_url: str
    newer_url: str

    @property
    def has_several(self) -> bool:
        """Whether deciding on several at once is worth a bar of its own."""
        return sum(card.is_waiting and card.may_decide for card in self.cards) > 1


def approvals_page(params: QueryDict, user: User) -> ApprovalsPage:
    """Waiting calls that `user` sees, and those just decided that the address names (`decided=ID`)."""
    now = timezone.now()
    tool, project = params.get("tool", ""), read_uuid(params.get("project", ""))
    visible = _narrowed(ToolExecution.objects.visible_to(user), tool, project)
    waiting = visible.filter(status=ToolExecution.Status.PENDING)
    loaded = waiting.select_related("project", "person").defer(*LARGE)
    before, after = read_cursor(params.get("before", "")), read_cursor(params.get("after", ""))
    found = _queue(loaded, before, after)
    cards = cards_of(_with_decided(found, params.getlist("decided"), user), user, now)
    kept = tuple((name, str(params[name])) for name in KEPT if params.get(name))
    return ApprovalsPage(
        cards=cards,
        waiting=waiting.order_by().count(),
        tools=_tools(user, project, tool),
        projects=project_choices(user, project),
        summary=summary_of(visible, user, now),
        kept=kept,
        is_filtered=bool(tool or project),
        may_decide=any(card.may_decide for card in cards),
        older_url=f"?{urlencode([*kept, ('before', str(found.older))])}" if found.older else "",
        newer_url=f"?{urlencode([*kept, ('after', str(found.newer))])}" if found.newer else "",
    )


def waiting_count(user: User, projects: list[UUID]) -> int:
    """How many calls wait that `user` sees, in `projects` or all: a partial index holds no others."""
    rows = ToolExecution.objects.visible_to(user).filter(status=ToolExecution.Status.PENDING)
    return int((rows.filter(project_id__in=projects) if projects else rows).order_by().count())


def chosen_ids(texts: list[str]) -> list[UUID]:
    """At most as many as one address holds; what is no id is passed over."""
    found = (read_uuid(text) for text in texts[:MOST_AT_ONCE])
    return [one for one in found if one is not None]


def _queue(rows: "QuerySet[Any]", before: Cursor | None, after: Cursor | None) -> Slice:
    """A page of `rows`, oldest first: what `core.keyset` calls newer are the pages that follow."""
    if before is not None:
        page = read_slice(rows, "requested_at", size=SIZE, before=before, after=None)
        if page.rows:
            return Slice(page.rows[::-1], page.newer, page.older)
    page = read_slice(rows, "requested_at", size=SIZE, before=None, after=after or _START)
    return Slice(page.rows[::-1], page.newer, page.older if after is not None else None)


def _with_decided(found: Slice, texts: list[str], user: User) -> list[ToolExecution]:
    """The page's rows and those just decided, each where it stood."""
    known = {row.pk for row in found.rows}
    wanted = [one for one in chosen_ids(texts) if one not in known]
    if not wanted:
        return list(found.rows)
    decided = ToolExecution.objects.visible_to(user).filter(pk__in=wanted).defer(*LARGE)
    rows = [*found.rows, *decided.select_related("project", "person")]
    return sorted(rows, key=lambda row: (row.requested_at, row.pk))


def _narrowed(rows: "QuerySet[Any]", tool: str, project: UUID | None) -> "QuerySet[Any]":
    if tool:
        rows = rows.filter(tool_name=tool)
    return rows.filter(project_id=project) if project else rows


def _tools(user: User, project: UUID | None, chosen: str) -> tuple[Choice, ...]:
    """Names of the tools that staff know of, and the chosen one."""
    tools = Tool.objects.visible_to(user)
    if project:
        tools = tools.filter(project_id=project)
    names = list(tools.order_by("name").values_list("name", flat=True).distinct()[:_CHOICES])
    if chosen and chosen not in names:
        names.append(chosen)
    return tuple(Choice(name, name, name == chosen) for name in names)
