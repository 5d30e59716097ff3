"""A conversation as one reads it: turns, folded tool calls, and under each answer what it cost."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.models import Conversation, Message
from chat.pages.calls import CallSums, booked_calls, total_of
from chat.pages.text import Block, Part, blocks_of, part_of

PAGE = 200
"""Messages a page."""

MAX_CALLS = 2_000
"""Calls listed on a page of a conversation without messages, or between two messages."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message with its calls, or, with `message` None, calls that belong to no message shown."""

    message: Message | None
    author: str
    initials: str
    provider: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]
    calls: tuple[Any, ...]


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


def transcript_page(conversation: Conversation, user: User, *, after: int = 0) -> TranscriptPage:
    """The page of messages behind position `after`. The caller has checked that the user sees it."""
    is_readable = Conversation.objects.readable_by(user).filter(pk=conversation.pk).exists()
    calls = booked_calls([conversation])
    messages = _messages(conversation, after) if is_readable else []
    shown, has_more = messages[:PAGE], len(messages) > PAGE
    turns = _turns(conversation, shown, list(_calls_for(calls, shown, after, has_more)))
    return TranscriptPage(
        conversation=conversation,
        title=str(conversation) if is_readable else untitled(conversation),
        is_readable=is_readable,
        has_messages=bool(shown),
        turns=tuple(turns),
        totals=total_of(calls),
        next_after=shown[-1].position if has_more else None,
        is_first=after == 0,
        is_waiting=any(part.is_waiting for turn in turns for part in turn.parts),
    )


def untitled(conversation: Conversation) -> str:
    """What stands for the title to those who may not read it: titles are words, too."""
    return f"Conversation {str(conversation.pk)[-6:]}"


def _messages(conversation: Conversation, after: int) -> list[Message]:
    messages = conversation.messages.filter(project_id=conversation.project_id, position__gt=after)
    return list(messages.select_related("author").order_by("position")[: PAGE + 1])


def _calls_for(calls: Any, shown: list[Message], after: int, has_more: bool) -> Any:
    """The calls of the time that this page shows."""
    calls = calls.order_by("occurred_at", "id").defer("raw_usage", "tags")
    if shown and after:
        calls = calls.filter(occurred_at__gte=shown[0].sent_at)
    if shown and has_more:
        calls = calls.filter(occurred_at__lte=shown[-1].sent_at)
    return calls[:MAX_CALLS]


def _turns(conversation: Conversation, messages: list[Message], calls: list[Any]) -> list[Turn]:
    by_message: defaultdict[UUID, list[Any]] = defaultdict(list)
    known = {message.pk for message in messages}
    loose = []
    for call in calls:
        if call.message_id in known:
            by_message[call.message_id].append(call)
        else:
            loose.append(call)
    turns = []
    for message in messages:
        earlier = [call for call in loose if call.occurred_at < message.sent_at]
        if earlier:
            turns.append(_loose_turn(earlier))
            loose = loose[len(earlier) :]
        turns.append(_message_turn(conversation, message, by_message[message.pk]))
    if loose:
        turns.append(_loose_turn(loose))
    return turns


def _loose_turn(calls: list[Any]) -> Turn:
    return Turn(None, "", "", calls[0].provider, (), (), tuple(calls))


def _message_turn(conversation: Conversation, message: Message, calls: list[Any]) -> Turn:
    author = message.author_label or (str(message.author) if message.author else "")
    if not author:
        is_agent = message.role == Message.Role.ASSISTANT
        author = (conversation.agent_label if is_agent else "") or message.get_role_display()
    parts = [part_of(raw) for raw in message.parts if raw] if isinstance(message.parts, list) else []
    return Turn(
        message=message,
        author=author,
        initials="".join(word[0] for word in author.split()[:2]).upper(),
        provider=calls[0].provider if calls else "",
        blocks=blocks_of(message.content),
        parts=tuple(part for part in parts if part is not None),
        calls=tuple(calls),
    )


def transcript_data(conversation: Conversation, user: User) -> dict[str, Any]:
    """The whole conversation as JSON: messages only for those who may read them."""
    readable = Message.objects.readable_by(user).filter(
        project_id=conversation.project_id, conversation=conversation
    )
    is_readable = Conversation.objects.readable_by(user).filter(pk=conversation.pk).exists()
    return {
        "id": str(conversation.pk),
        "title": conversation.title if is_readable else None,
        "project": str(conversation.project),
        "started_at": conversation.started_at.isoformat(),
        "last_activity_at": conversation.last_activity_at.isoformat(),
        "messages": [
            {
                "position": message.position,
                "role": message.role,
                "author": message.author_label,
                "model": message.model,
                "sent_at": message.sent_at.isoformat(),
                "content": message.content,
                "parts": message.parts,
            }
            for message in readable.order_by("position").iterator()
        ],
        "calls": [
            {
                "id": str(call.pk),
                "occurred_at": call.occurred_at.isoformat(),
                "provider": call.provider,
                "model": call.model,
                "status": call.status,
                "input_tokens": call.input_tokens,
                "cache_read_tokens": call.cache_read_tokens,
                "cache_write_tokens": call.cache_write_tokens,
                "output_tokens": call.output_tokens,
                "reasoning_tokens": call.reasoning_tokens,
                "cost": None if call.cost is None else f"{call.cost:f}",
            }
            for call in booked_calls([conversation]).order_by("occurred_at", "id").iterator()
        ],
    }
