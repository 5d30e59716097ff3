"""Tags on conversations and messages. `by` is an analyst, operator or manager of the project, else
PermissionDenied. Adding what is there, or removing what is not, changes nothing.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from accounts.models import User
from chat.models import Conversation, Message, Tag, Tagging
from core.permissions import Action, require
from projects.models import Project

NAME_LENGTH = 100


@transaction.atomic
def add_tag(conversation: Conversation, name: str, by: User, *, message: Message | None = None) -> Tagging:
    """Case is passed over: the project's tag "VIP" stands for "vip" too; a new one is created as written.

    Raises ValidationError for a name without letters or of more than 100, and for another talk's message.
    """
    require(by, Action.ANNOTATE, conversation.project_id)
    _check_message(conversation, message)
    wanted = {
        "project": conversation.project,
        "tag": project_tag(conversation.project, name),
        "conversation": conversation,
        "message": message,
    }
    # Another process may add it at this moment: the unique constraints let one of the two in.
    Tagging.objects.bulk_create([Tagging(**wanted, user=by)], ignore_conflicts=True)
    return Tagging.objects.get(**wanted)


def remove_tag(conversation: Conversation, name: str, by: User, *, message: Message | None = None) -> bool:
    """Off the conversation, or off the message; returns whether it was there. The tag itself stays."""
    require(by, Action.ANNOTATE, conversation.project_id)
    tag = find_tag(conversation.project, name)
    if tag is None:
        return False
    number, _ = Tagging.objects.filter(
        project=conversation.project, tag=tag, conversation=conversation, message=message
    ).delete()
    return bool(number)


def project_tag(project: Project, name: str) -> Tag:
    """The project's tag of this name, made when there is none."""
    name = clean_name(name)
    found = find_tag(project, name)
    if found is None:
        Tag.objects.bulk_create([Tag(project=project, name=name)], ignore_conflicts=True)
        found = Tag.objects.alias(lower=Lower("name")).get(project=project, lower=Lower(Value(name)))
    return found


def find_tag(project: Project, name: str) -> Tag | None:
    name = " ".join(name.split())
    tags = Tag.objects.filter(project=project)
    found: Tag | None = tags.alias(lower=Lower("name")).filter(lower=Lower(Value(name))).first()
    if found is None and not name.isascii():
        # SQLite knows the case of ASCII letters alone.
        same = (pk for pk, other in tags.values_list("pk", "name") if other.casefold() == name.casefold())
        found = tags.filter(pk=next(same, None)).first()
    return found


def clean_name(name: str) -> str:
    """Without spaces that nobody sees. Raises ValidationError as `add_tag` says."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise ValidationError("Give the tag a name.", code="required")
    if len(name) > NAME_LENGTH:
        raise ValidationError(f"A tag has at most {NAME_LENGTH} letters.", code="max_length")
    return name


def _check_message(conversation: Conversation, message: Message | None) -> None:
    if message is not None and message.conversation_id != conversation.pk:
        raise ValidationError("The message is of another conversation.", code="other_conversation")
