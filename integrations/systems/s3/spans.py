"""Conversations whose own rows hold no clock went from their first message to their last."""

from django.db.models import Max, Min

from chat.models import Conversation, Message
from integrations.models import ImportedRow, Source

WITHOUT_CLOCK = "rooms_without_clock"
_CHUNK = 400


def span_conversations(source: Source) -> None:
    """Set what the messages say; conversations without a message keep the time of their import."""
    rows = ImportedRow.objects.filter(source=source, source_table=WITHOUT_CLOCK)
    found = list(rows.values_list("target_id", flat=True))
    for start in range(0, len(found), _CHUNK):
        spans = (
            Message.objects.filter(conversation__in=found[start : start + _CHUNK])
            .order_by()
            .values("project", "conversation")
            .annotate(first=Min("sent_at"), last=Max("sent_at"))
        )
        for span in spans:
            Conversation.objects.filter(pk=span["conversation"], project=span["project"]).update(
                started_at=span["first"], last_activity_at=span["last"]
            )
