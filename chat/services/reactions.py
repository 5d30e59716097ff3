"""What the staff thinks of conversations and messages. `by` is an analyst, operator or manager of the
project, else PermissionDenied. Both ways may be taken twice, and by two processes at once.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from chat.models import Conversation, Message, Reaction
from core.permissions import Action, require


@transaction.atomic
def react(
    conversation: Conversation, kind: str, by: User, *, message: Message | None = None, comment: str = ""
) -> Reaction:
    """The reaction of `by`; one that is there stays with its comment.

    Raises ValidationError for a kind that there is not, and for another conversation's message.
    """
    require(by, Action.ANNOTATE, conversation.project_id)
    if kind not in Reaction.Kind.values:
        raise ValidationError("There is no such reaction.", code="invalid_choice")
    if message is not None and message.conversation_id != conversation.pk:
        raise ValidationError("The message is of another conversation.", code="other_conversation")
    wanted = {
        "project": conversation.project,
        "conversation": conversation,
        "message": message,
        "user": by,
        "kind": kind,
    }
    # Another process may insert it at this moment: the unique constraints let one of the two in.
    Reaction.objects.bulk_create([Reaction(**wanted, comment=comment)], ignore_conflicts=True)
    return Reaction.objects.get(**wanted)


def unreact(conversation: Conversation, kind: str, by: User, *, message: Message | None = None) -> bool:
    """Take the own reaction back; returns whether it was there."""
    require(by, Action.ANNOTATE, conversation.project_id)
    number, _ = Reaction.objects.filter(
        project=conversation.project, conversation=conversation, message=message, user=by, kind=kind
    ).delete()
    return bool(number)
