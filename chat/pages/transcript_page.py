"""A conversation as one reads it: turns, folded tool calls, and under each answer what it cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from chat.models import Conversation, Message
from chat.names import conversation_names
from chat.pages.branches import Branch, branches_of, is_branch
from chat.pages.calls import CallSums, booked_calls, total_of
from chat.pages.tagged import NO_MARKS, Marks, marks_of_conversation, marks_of_messages
from chat.pages.turns import Turn, turns_of
from core.permissions import Action, may

PAGE = 200
"""Messages a page."""

MAX_CALLS = 1_000
"""Calls of no message that a page lists."""


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """`is_readable`: the reader may see the words; else titles and texts are left out of the value itself."""

    conversation: Conversation
    title: str
    is_readable: bool
    has_messages: bool
    turns: tuple[Turn, ...]
    totals: CallSums
    next_after: int | None
    is_first: bool
    is_waiting: bool
    has_more_calls: bool
    marks: Marks
    may_annotate: bool
    may_export: bool
    may_delete: bool
    after: int
    branches: tuple[Branch, ...]


def transcript_page(conversation: Conversation, user: User, *, after: int = 0) -> TranscriptPage:
    """The page of messages behind position `after`. The caller has checked that the user sees it.

    A position behind the last message opens the first page.
    """
    calls = booked_calls([conversation])
    messages = _messages(conversation, user, after)
    if after and all(is_branch(message) for message in messages):
        after, messages = 0, _messages(conversation, user, 0)
    path = [message for message in messages if not is_branch(message)]
    shown, following = path[:PAGE], path[PAGE:]
    beside = [] if following else _beside(conversation, user, messages)
    loose = _calls_between(
        _apart(conversation, calls) if shown else calls,
        shown[0].sent_at if after else None,
        following[0].sent_at if following else None,
    )
    is_readable = Conversation.objects.readable_by(user).filter(pk=conversation.pk).exists()
    marks = marks_of_messages(conversation, [*shown, *beside], user)
    answers = _answers(calls, [*shown, *beside])
    turns = turns_of(conversation, shown, answers, loose[:MAX_CALLS], marks)
    return TranscriptPage(
        conversation=conversation,
        title=conversation_names([conversation], user)[conversation.pk],
        is_readable=is_readable,
        has_messages=bool(shown),
        turns=tuple(turns),
        totals=total_of(calls),
        next_after=shown[-1].position if following else None,
        is_first=after == 0,
        is_waiting=any(part.is_waiting for turn in turns for part in turn.parts),
        has_more_calls=len(loose) > MAX_CALLS,
        marks=marks_of_conversation(conversation, user) if is_readable else NO_MARKS,
        may_delete=may(user, Action.DELETE_CONTENT, conversation.project_id),
        may_export=may(user, Action.EXPORT, conversation.project_id),
        may_annotate=is_readable and may(user, Action.ANNOTATE, conversation.project_id),
        after=after,
        branches=branches_of(turns_of(conversation, beside, answers, (), marks), shown),
    )


def _messages(conversation: Conversation, user: User, after: int) -> list[Message]:
    """A page of messages, and the first of the next page; none for those who may not read them."""
    readable = Message.objects.readable_by(user).filter(
        project_id=conversation.project_id, conversation=conversation, position__gt=after
    )
    return list(readable.select_related("author").order_by("position")[: PAGE + 1])


def _beside(conversation: Conversation, user: User, messages: list[Message]) -> list[Message]:
    """The branches of a conversation whose path ends among `messages`: they stand behind it."""
    beside = [message for message in messages if is_branch(message)]
    if not beside or len(messages) <= PAGE:
        return beside
    return _messages(conversation, user, beside[0].position - 1)


def _answers(calls: "QuerySet[Any]", shown: list[Message]) -> list[Any]:
    """The calls that made the messages shown."""
    made = calls.filter(message_id__in=[message.pk for message in shown])
    return list(made.order_by("occurred_at", "id").defer("raw_usage", "tags")) if shown else []


def _apart(conversation: Conversation, calls: "QuerySet[Any]") -> "QuerySet[Any]":
    """The calls that belong to no message of the conversation."""
    messages = Message.objects.filter(project_id=conversation.project_id, conversation=conversation)
    return calls.exclude(message_id__in=messages.order_by().values("pk"))


def _calls_between(calls: "QuerySet[Any]", start: datetime | None, end: datetime | None) -> list[Any]:
    """Calls of a page in their order, at most one more than it lists.

    `start`, `end`: when this page's first message was sent, and the next page's, so that each call stands on
    one page.
    """
    if start:
        calls = calls.filter(occurred_at__gte=start)
    if end:
        calls = calls.filter(occurred_at__lt=end)
    return list(calls.order_by("occurred_at", "id").defer("raw_usage", "tags")[: MAX_CALLS + 1])
