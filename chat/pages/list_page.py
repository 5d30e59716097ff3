"""The list of conversations, newest first."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts.models import User
from chat.models import Conversation, Message
from chat.names import conversation_names
from chat.pages.calls import CallSums, sums_of
from chat.pages.choices import read_uuid
from chat.pages.tag_filter import with_tag
from chat.pages.tagged import TagChip, tags_of
from core.keyset import read_cursor, read_slice

SIZE = 50
SEARCHED = 10_000
"""Titles are looked through in the newest conversations only: no index finds a word within a text."""


@dataclass(frozen=True, slots=True)
class Line:
    conversation: Conversation
    title: str
    messages: int
    sums: CallSums
    tags: tuple[TagChip, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is kept, and the address without it."""

    name: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    lines: tuple[Line, ...]
    q: str
    environment: str
    tag: str
    project: str
    is_filtered: bool
    chips: tuple[Chip, ...]
    newer_url: str
    older_url: str


def list_page(params: QueryDict, user: User) -> ListPage:
    """Conversations that the user sees; only those whose words they may read are found by a title."""
    q, environment = params.get("q", "").strip(), params.get("environment", "").strip()
    tag, project = params.get("tag", "").replace("\x00", "").strip(), params.get("project", "")
    rows: QuerySet[Any] = Conversation.objects.visible_to(user)
    if project and (project_id := read_uuid(project)):
        rows = rows.filter(project_id=project_id)
    if environment:
        rows = rows.filter(environment=environment)
    if tag:
        rows = with_tag(rows, tag, user)
    if q:
        rows = rows.filter(_match(q, user))
    found = read_slice(
        rows.select_related("project", "person"),
        field="last_activity_at",
        before=read_cursor(params.get("before", "")),
        after=read_cursor(params.get("after", "")),
        size=SIZE,
    )
    kept = [
        (name, params[name]) for name in ("q", "environment", "tag", "project", "zone") if params.get(name)
    ]
    return ListPage(
        lines=_lines(list(found.rows), user),
        q=q,
        environment=environment,
        tag=tag,
        project=project,
        is_filtered=bool(q or environment or tag or project),
        chips=tuple(
            Chip(label, value, f"?{urlencode([pair for pair in kept if pair[0] != name])}")
            for name, label, value in (
                ("q", "Title or id", q),
                ("environment", "Environment", environment),
                ("tag", "Tag", tag),
            )
            if value
        ),
        newer_url=f"?{urlencode([*kept, ('after', str(found.newer))])}" if found.newer else "",
        older_url=f"?{urlencode([*kept, ('before', str(found.older))])}" if found.older else "",
    )


def _match(q: str, user: User) -> Q:
    exact = Q(external_id=q)
    if conversation_id := read_uuid(q):
        return exact | Q(pk=conversation_id)
    newest = Conversation.objects.readable_by(user).order_by("-last_activity_at", "-id")[:SEARCHED]
    titled = Conversation.objects.filter(pk__in=newest.values("pk"), title__icontains=q)
    return exact | Q(pk__in=titled.values("pk"))


def _lines(conversations: list[Conversation], user: User) -> tuple[Line, ...]:
    ids = [conversation.pk for conversation in conversations]
    projects = {conversation.project_id for conversation in conversations}
    names = conversation_names(conversations, user)
    counts: dict[Any, int] = dict(
        Message.objects.filter(project_id__in=projects, conversation_id__in=ids)
        .order_by()
        .values_list("conversation_id")
        .annotate(count=Count("id"))
    )
    sums = sums_of(conversations)
    tags = tags_of(conversations, user)
    return tuple(
        Line(
            conversation,
            names[conversation.pk],
            counts.get(conversation.pk, 0),
            sums.get(conversation.pk, CallSums()),
            tags.get(conversation.pk, ()),
        )
        for conversation in conversations
    )
