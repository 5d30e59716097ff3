"""Chats, their messages, and the Telegram chats that speak with them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Person
from billing.pricing.catalog import provider_of
from chat.models import Conversation, Message
from integrations.models import TelegramSession
from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.fields import timed, times
from integrations.systems.row import Row
from integrations.systems.s2.people import telegram_person
from integrations.systems.vocabularies import ROLES, translated


def clocks(row: Row) -> dict[str, datetime]:
    """`*_on` in messaging, `*_at` elsewhere and in the document."""
    return times(row, row.first("created_on", "created_at"), row.first("modified_on", "updated_at"))


def chat(row: Row, links: Links) -> Iterator[AnyDraft]:
    moments = clocks(row)
    start, last = moments.get("created_at"), moments.get("updated_at")
    fields: dict[str, Any] = {
        "title": row.text("title") if "title" in row else "",
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
    fields["metadata"] = row.rest()
    yield Draft(Conversation, fields, project_id=links.main, once=once)


def message(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = links.to(row, "chat_id")
    if conversation is None:
        raise RefusedError("chat_id: there is no such chat")
    known, once = timed(links, row, "sent_at", row.time(row.first("created_on", "created_at")))
    said = row.mapping(row.first("message_metadata", "metadata"))
    model = row.text(row.first("llm_model", "model"))
    if "previous_message_id" in row and (previous := row.text("previous_message_id")):
        row.keep("previous_message_id", previous)
    fields = {
        "conversation_id": conversation.id,
        "role": translated(row, "role", ROLES, Message.Role.OTHER),
        "source_role": row.text("role"),
        "content": row.text("content"),
        "provider": provider_of(model) or "",
        "model": model,
        "token_count": _token_count(row, said),
        **known,
        **clocks(row),
    }
    fields["metadata"] = {**row.rest(), **said}
    yield Draft(Message, fields, project_id=conversation.project_id, once=once)


def _token_count(row: Row, said: Mapping[str, Any]) -> int | None:
    """`tokens_used`, else input and output together, which may stand in an object `usage`."""
    usage = said.get("usage")
    counts = usage if isinstance(usage, dict) else said
    named = {name: counts.get(name) for name in ("tokens_used", "input_tokens", "output_tokens")}
    if any(isinstance(value, str) for value in named.values()):
        row.flag("text_numbers")
    total, spent, made = (_whole(value) for value in named.values())
    if total is None and spent is not None and made is not None:
        return spent + made
    return total


def _whole(value: Any) -> int | None:
    """The whole number that JSON holds, also as text."""
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return value if is_whole else None


def telegram_session(row: Row, links: Links) -> Iterator[AnyDraft]:
    """Groups have negative ids beyond 32 bits. The document's table has a key of its own and user names."""
    telegram_chat = row.integer(row.first("telegram_chat_id", "chat_id"))
    if telegram_chat is None:
        raise RefusedError("telegram_chat_id: missing")
    user = row.integer(row.first("telegram_user_id", "user_id"))
    conversation = links.to(row, "active_chat_id")
    person = None if user is None else telegram_person(links, str(user))
    name = row.text("username") if "username" in row else ""
    if name and person is None:
        row.keep("username", name)
    fields: dict[str, Any] = {
        "telegram_chat_id": telegram_chat,
        "telegram_user_id": user,
        "person_id": None if person is None else person.id,
        "conversation_id": None if conversation is None else conversation.id,
        **clocks(row),
    }
    fields["metadata"] = row.rest()
    yield Draft(TelegramSession, fields, links.main, adopts={"telegram_chat_id": telegram_chat})
    if name and person is not None:
        yield Draft(Person, {"handle": name}, part="username", into=person.id)
