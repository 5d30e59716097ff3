"""What conversations are called, for a reader: their title, if they may read it."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from chat.models import Conversation


def conversation_names(conversations: Iterable[Conversation], user: User | AnonymousUser) -> dict[UUID, str]:
    """Title (or the source's id) of each that `user` may read, the neutral name of the others. One query."""
    conversations = list(conversations)
    readable = (
        Conversation.objects.readable_by(user)
        .only("title", "external_id")
        .in_bulk([conversation.pk for conversation in conversations])
    )
    return {
        conversation.pk: str(readable.get(conversation.pk, conversation.neutral_name))
        for conversation in conversations
    }
