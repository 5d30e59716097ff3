"""Messages and their calls in the order in which they came."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateformat import format as format_date

from accounts.models.person import ERASED_NAME
from chat.models import Conversation, Message
from chat.pages.tagged import NO_MARKS, Marks
from chat.pages.text import Block, Part, blocks_of, part_of
from core.initials import initials


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
    marks: Marks = NO_MARKS
    removed: str = ""
    """Why there are no words, where they were removed."""


def turns_of(
    conversation: Conversation,
    messages: Sequence[Message],
    answers: Sequence[Any],
    loose: Sequence[Any],
    marks: Mapping[UUID, Marks],
) -> list[Turn]:
    """A turn for each message with its calls (`answers`); `loose` calls stand between them at their time."""
    by_message: defaultdict[UUID, list[Any]] = defaultdict(list)
    for call in answers:
        by_message[call.message_id].append(call)
    turns, placed = [], 0
    for message in messages:
        earlier = [call for call in loose[placed:] if call.occurred_at < message.sent_at]
        if earlier:
            turns.append(_loose_turn(earlier))
            placed += len(earlier)
        turns.append(
            _message_turn(conversation, message, by_message[message.pk], marks.get(message.pk, NO_MARKS))
        )
    if placed < len(loose):
        turns.append(_loose_turn(loose[placed:]))
    return turns


def _loose_turn(calls: Sequence[Any]) -> Turn:
    return Turn(None, "", "", calls[0].provider, (), (), tuple(calls))


def _message_turn(conversation: Conversation, message: Message, calls: Sequence[Any], marks: Marks) -> Turn:
    author = message.author_label or (str(message.author) if message.author else "")
    if not author:
        is_agent = message.role == Message.Role.ASSISTANT
        author = (conversation.agent_label if is_agent else "") or message.get_role_display()
    parts = [part_of(raw) for raw in message.parts if raw] if isinstance(message.parts, list) else []
    return Turn(
        message=message,
        author=author,
        initials=initials(author),
        provider=calls[0].provider if calls else "",
        blocks=blocks_of(message.content),
        parts=tuple(part for part in parts if part is not None),
        calls=tuple(calls),
        marks=marks,
        removed=_removed(message),
    )


def _removed(message: Message) -> str:
    if message.purged_at is None:
        return ""
    day = format_date(timezone.localtime(message.purged_at), "j M Y")
    if message.author_label == ERASED_NAME:
        return f"Words removed on {day} at their author’s request."
    return f"Words removed on {day} by the project’s retention."
