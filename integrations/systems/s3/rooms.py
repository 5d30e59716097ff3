"""Where people and agents talk: conversations at first, then direct messages and channels of projects.

A room is found under its id, and in the latest state, where ids are unique to an owner, under both.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from chat.models import Conversation, Participant
from chat.models.conversation import ConversationKind
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, RefusedError
from integrations.systems.fields import times
from integrations.systems.row import Row
from integrations.systems.s3.people import author, disabled_at
from integrations.systems.s3.spans import WITHOUT_CLOCK
from integrations.systems.vocabularies import translated

ROOMS = "rooms"
ROOM_COLUMNS = ("conversation_id", "dm_conversation_id", "direct_message_id", "source_id")
_METADATA = frozenset({"metadata"})
_KINDS = {"dm": ConversationKind.DIRECT, "channel": ConversationKind.CHANNEL}


def conversation(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A conversation of the first states, which have both kinds in one table, or none."""
    kind = translated(row, "type", _KINDS, ConversationKind.CHAT)
    project = links.to(row, "project_id") if "project_id" in row else None
    if project is None:
        row.flag("no_project")
    yield from _room(row, links, kind, links.unassigned if project is None else project.id)


def direct(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A conversation of the later states between a few people and agents."""
    row.flag("no_project")
    yield from _room(row, links, ConversationKind.DIRECT, links.unassigned)


def channel(row: Row, links: Links) -> Iterator[AnyDraft]:
    """What was said in a channel; the channel itself is imported already."""
    room = links.met("project_channels", links.key(row))
    if room is not None and room.project_id is not None:
        yield from _room(row, links, ConversationKind.CHANNEL, room.project_id, channel_id=room.id)


def _room(
    row: Row, links: Links, kind: str, project_id: UUID, channel_id: UUID | None = None
) -> Iterator[AnyDraft]:
    owner = links.to(row, "owner_id") if "owner_id" in row else None
    moments = times(row)
    start, last = moments.get("created_at"), moments.get("updated_at")
    archived, ended = row.time("archived_at") if "archived_at" in row else None, disabled_at(row)
    if ended is not None:
        row.keep("deactivated_at", ended.isoformat())
    fields: dict[str, Any] = {
        "kind": kind,
        "title": row.text("name"),
        "description": row.text("description"),
        "person_id": None if owner is None else owner.id,
        "channel_id": channel_id,
        "archived_at": archived or ended,
        "source": links.source_name,
        "external_id": links.key(row),
        **moments,
    }
    once = {}
    if start is not None and last is not None:
        fields |= {"started_at": start, "last_activity_at": max(start, last)}
    else:
        moment = links.time_of(row, start, last)
        once = {"started_at": moment, "last_activity_at": moment}
    own_id = links.id(row)
    composed = _composed(row, row.text("id"))
    is_first = links.claim(row, ROOMS, row.text("id"))
    if channel_id is None:
        # What else a channel's row says stands at the channel.
        fields["metadata"] = row.rest()
    yield Draft(Conversation, fields, project_id, once=once, merged=_METADATA & fields.keys())
    for key in (composed, row.text("id") if is_first else ""):
        if key:
            yield Draft(Conversation, {}, project_id, into=own_id, remembered_as=(ROOMS, key))
    if once:
        unclocked = (WITHOUT_CLOCK, links.key(row))
        yield Draft(Conversation, {}, project_id, into=own_id, remembered_as=unclocked)


def _composed(row: Row, key: str) -> str:
    """A room's key together with its owner's; "" in states where rooms have no owner."""
    owner = row.raw("owner_id") if "owner_id" in row else None
    return "" if owner in (None, "") else json.dumps([str(owner), key])


def room_of(row: Row, links: Links) -> Found:
    """The room that a message or participant belongs to. Raises RefusedError when there is none."""
    column = row.first(*ROOM_COLUMNS)
    composed = _composed(row, row.text(column))
    found = (links.met(ROOMS, composed) if composed else None) or links.to(row, column)
    if found is None or found.project_id is None:
        raise RefusedError(f"{column}: there is no such conversation")
    return found


def participant(row: Row, links: Links) -> Iterator[AnyDraft]:
    """Who takes part. Somebody who is named twice takes part once."""
    room, person = room_of(row, links), author(row, links, "participant_id")
    if person is None:
        raise RefusedError("participant_id: there is no such user")
    key, who = f"{room.id}:{person.id}", {"conversation_id": room.id, "person_id": person.id}
    if not links.claim(row, "participants_seen", key):
        row.flag("participant_twice")
    ours = links.shared("participants", key, lambda: Draft(Participant, who, room.project_id, adopts=who))
    is_active, ended = row.boolean("is_active") if "is_active" in row else None, disabled_at(row)
    if ended is not None or is_active is False:
        row.flag("participants_who_left")
        row.keep("deactivated_at", None if ended is None else ended.isoformat())
    clocks, rest = dict(times(row)), row.rest()
    yield Draft(Participant, clocks, room.project_id, into=ours.id)
    if rest:
        more = {"metadata": {f"participant {row.text('id')}": {"person": str(person.id), **rest}}}
        yield Draft(Conversation, more, room.project_id, part="more", into=room.id, merged=_METADATA)
