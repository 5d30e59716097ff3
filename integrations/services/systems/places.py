"""The order of messages in their conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import F, Max

from chat.models import Message
from integrations.systems.declarations import Draft


class Placed(Protocol):
    draft: Draft


def place(made: Sequence[Placed]) -> set[UUID]:
    """Give new messages the places after the last of their conversations.

    Returns the conversations in which one of them was sent before what is there: an earlier import did not
    see it.
    """
    ids = {entry.draft.fields["conversation_id"] for entry in made}
    ends = {
        conversation: (position, sent_at)
        for conversation, position, sent_at in Message.objects.filter(conversation__in=ids)
        .order_by()
        .values_list("conversation")
        .annotate(position=Max("position"), sent_at=Max("sent_at"))
    }
    late = set()
    for entry in made:
        conversation = entry.draft.fields["conversation_id"]
        position, last = ends.get(conversation, (0, None))
        sent_at: datetime | None = entry.draft.fields.get("sent_at")
        if sent_at is not None and last is not None and sent_at < last:
            late.add(conversation)
        entry.draft.once["position"] = position + 1
        ends[conversation] = (position + 1, max(filter(None, (last, sent_at)), default=None))
    return late


def put_in_order(conversation_id: UUID) -> None:
    """Number a conversation's messages by the time they were sent."""
    messages = Message.objects.filter(conversation=conversation_id)
    rows = list(messages.order_by("sent_at", "position").values_list("pk", "project_id", "position"))
    # Out of the way first: no two messages may share a place, not even between two statements.
    free = max(position for *_, position in rows)
    for project_id in {project_id for _, project_id, _ in rows}:
        messages.filter(project_id=project_id).update(position=F("position") + free)
    for number, (pk, project_id, _) in enumerate(rows, start=1):
        Message.objects.filter(pk=pk, project_id=project_id).update(position=number)
