"""Tags and reactions of a page's conversations or messages: those given here, and those of the source."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from chat.models import Conversation, Message, Reaction, Tag, Tagging

_BADGES = {"blue": "badge--info", "green": "badge--ok", "amber": "badge--warn", "red": "badge--danger"}


@dataclass(frozen=True, slots=True)
class TagChip:
    """`is_ours`: put on here, so that it can be taken off; else its source says so."""

    name: str
    badge: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class ReactionChip:
    """How many reacted so; `is_mine`: the reader too."""

    kind: str
    sign: str
    number: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Marks:
    tags: tuple[TagChip, ...] = ()
    reactions: tuple[ReactionChip, ...] = ()

    @property
    def choices(self) -> tuple[ReactionChip, ...]:
        """Every reaction that one may give, given or not."""
        given = {chip.kind: chip for chip in self.reactions}
        return tuple(
            given.get(kind, ReactionChip(kind, str(sign), 0, is_mine=False))
            for kind, sign in Reaction.Kind.choices
        )


NO_MARKS = Marks()


def tags_of(conversations: Collection[Conversation], user: User) -> dict[UUID, tuple[TagChip, ...]]:
    """The tags of those conversations that `user` may read: three queries, whatever their number."""
    readable = set(
        Conversation.objects.readable_by(user)
        .filter(pk__in=[each.pk for each in conversations])
        .values_list("pk", flat=True)
    )
    given = _tags(_own(Tagging.objects.readable_by(user), conversations), "conversation_id")
    return {
        each.pk: _with_source(given.get(each.pk, ()), each.tags)
        for each in conversations
        if each.pk in readable
    }


def marks_of_conversation(conversation: Conversation, user: User) -> Marks:
    """For somebody who may read it."""
    reactions = _reactions(_own(Reaction.objects.readable_by(user), [conversation]), "conversation_id", user)
    tags = tags_of([conversation], user).get(conversation.pk, ())
    return Marks(tags, reactions.get(conversation.pk, ()))


def marks_of_messages(
    conversation: Conversation, messages: Sequence[Message], user: User
) -> dict[UUID, Marks]:
    """Of a page of the conversation's messages: three queries."""
    if not messages:
        return {}
    on_page = Q(project_id=conversation.project_id, message_id__in=[message.pk for message in messages])
    tags = _tags(Tagging.objects.readable_by(user).filter(on_page), "message_id")
    reactions = _reactions(Reaction.objects.readable_by(user).filter(on_page), "message_id", user)
    return {pk: Marks(tags.get(pk, ()), reactions.get(pk, ())) for pk in {*tags, *reactions}}


def _own(rows: "QuerySet[Any]", conversations: Collection[Conversation]) -> "QuerySet[Any]":
    """Of the conversations themselves, not of their messages."""
    return rows.filter(
        project_id__in={each.project_id for each in conversations},
        conversation_id__in=[each.pk for each in conversations],
        message__isnull=True,
    )


def _tags(rows: "QuerySet[Any]", key: str) -> dict[UUID, tuple[TagChip, ...]]:
    given = list(rows.order_by("created_at", "id").values_list(key, "project_id", "tag_id"))
    projects, ids = {project for _, project, _ in given}, {tag for _, _, tag in given}
    tags = {tag.pk: tag for tag in Tag.objects.filter(project_id__in=projects, pk__in=ids)}
    chips: defaultdict[UUID, list[TagChip]] = defaultdict(list)
    for pk, _, tag_id in given:
        # One that was deleted since is left out.
        if tag := tags.get(tag_id):
            chips[pk].append(TagChip(tag.name, _BADGES.get(tag.color, ""), is_ours=True))
    return {pk: tuple(found) for pk, found in chips.items()}


def _with_source(given: Sequence[TagChip], source: object) -> tuple[TagChip, ...]:
    """A source's tag that was given here too is shown once."""
    known = {chip.name.casefold() for chip in given}
    names = source_tags(source)
    others = dict.fromkeys(name for name in names if name.casefold() not in known)
    return (*given, *(TagChip(name, "", is_ours=False) for name in others))


def source_tags(source: object) -> Iterable[str]:
    """The words among what a source gave as tags."""
    return [tag for tag in source if isinstance(tag, str) and tag] if isinstance(source, list) else []


def _reactions(rows: "QuerySet[Any]", key: str, user: User) -> dict[UUID, tuple[ReactionChip, ...]]:
    numbers: defaultdict[UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    mine: set[tuple[UUID, str]] = set()
    for pk, kind, user_id in rows.order_by().values_list(key, "kind", "user_id"):
        numbers[pk][kind] += 1
        if user_id == user.pk:
            mine.add((pk, kind))
    return {
        pk: tuple(
            ReactionChip(kind, str(sign), found[kind], (pk, kind) in mine)
            for kind, sign in Reaction.Kind.choices
            if kind in found
        )
        for pk, found in numbers.items()
    }
