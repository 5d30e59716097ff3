"""A project with many old messages and some spend, for `make bench-purge`."""

import json
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.utils import timezone

from accounts.models import Person, User
from billing.ledger.record import record_usage
from chat.models import Conversation, Message
from core.sessions import SessionStore, cookie_of
from projects.models import Project
from tests.factories import make_event

_OF_ONE = 200
"""Messages a conversation."""
_CALLS = 20_000
_WORDS = "The quick brown fox jumps over the lazy dog. " * 12


def make(messages: int) -> str:
    """JSON: an owner's session, and a conversation that stays (its project keeps words for ever)."""
    now = timezone.now()
    shop = Project.objects.create(name="Shop", message_days=30)
    kept = Project.objects.create(name="Kept")
    people = [Person.objects.create(name=f"Person {number}") for number in range(50)]
    talks = [
        Conversation(
            project=shop,
            title=f"Talk {number}",
            person=people[number % len(people)],
            started_at=now - timedelta(days=400),
            last_activity_at=now - timedelta(days=60, minutes=number % 300_000),
        )
        for number in range(-(-messages // _OF_ONE))
    ]
    for start in range(0, len(talks), 5_000):
        Conversation.objects.bulk_create(talks[start : start + 5_000], batch_size=500)
    for start in range(0, messages, 10_000):
        numbers = range(start, min(start + 10_000, messages))
        with transaction.atomic():
            Message.objects.bulk_create((_message(talks, number) for number in numbers), batch_size=1_000)
    stays = Conversation.objects.create(project=kept, title="Stays", started_at=now, last_activity_at=now)
    Message.objects.bulk_create(_message([stays], number) for number in range(_OF_ONE))
    for start in range(0, _CALLS, 2_000):
        record_usage(
            [
                make_event(
                    shop,
                    occurred_at=now - timedelta(days=60 + number % 90),
                    person_id=people[number % len(people)].pk,
                    person_label=f"Person {number % len(people)}",
                    conversation_id=talks[number % len(talks)].pk,
                )
                for number in range(start, start + 2_000)
            ]
        )
    return json.dumps({"session": _session(), "conversation": str(stays.pk)})


def _message(talks: list[Conversation], number: int) -> Message:
    talk = talks[number // _OF_ONE]
    return Message(
        project_id=talk.project_id,
        conversation=talk,
        position=number % _OF_ONE + 1,
        role="user" if number % 2 else "assistant",
        content=f"{number} {_WORDS}",
        parts=[{"type": "tool_call", "name": "find", "arguments": {"q": _WORDS[:80]}}]
        if number % 5 == 0
        else [],
        metadata={"turn": f"{number:032x}"},
        sent_at=talk.last_activity_at - timedelta(seconds=_OF_ONE - number % _OF_ONE),
    )


def _session() -> str:
    owner = User.objects.create_user("bench@example.com", role=User.Role.OWNER)
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    return cookie_of(str(session.session_key))
