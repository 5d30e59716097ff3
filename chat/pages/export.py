"""A conversation as a file: everything at once."""

from typing import Any

from accounts.models import User
from chat.models import Conversation, Message
from chat.pages.branches import is_branch
from chat.pages.calls import booked_calls


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
                **({"purged_at": message.purged_at.isoformat()} if message.purged_at else {}),
                **({"is_branch": True} if is_branch(message) else {}),
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
