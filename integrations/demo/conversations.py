"""The demo's conversations: messages, tool calls, and the model calls behind each answer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from billing.ledger.events import UsageEvent
from chat.models import Conversation, Message
from integrations.demo.cast import DemoProject, Profile
from integrations.demo.dialogues import DIALOGUES, VARIATIONS, Dialogue
from integrations.demo.traffic import SOURCE, token_counts
from projects.models import Project


def make_conversations(
    cast: dict[str, DemoProject],
    projects: dict[str, Project],
    people: dict[str, UUID],
    *,
    days: int,
    seed: int,
    until: datetime,
) -> list[UsageEvent]:
    """Make the conversations that are missing; returns the model calls of all of them, to be booked."""
    events: list[UsageEvent] = []
    for number, (dialogue, variation) in enumerate(_scripts()):
        random = Random(f"{seed}/conversation/{number}")
        # Spread over the period, the newest yesterday: a start of its own for each, whatever the day.
        age = timedelta(
            days=1 + number * (days - 1) / len(DIALOGUES) / len(VARIATIONS), seconds=random.randrange(9000)
        )
        started_at = (until - age).replace(microsecond=0)
        member = cast[dialogue.project]
        conversation = _conversation(
            projects[dialogue.project],
            member,
            dialogue,
            variation,
            people,
            started_at,
            f"demo-{seed}-{number}",
            random,
        )
        events.extend(_calls(conversation, member, random))
    return events


def _scripts() -> Iterator[tuple[Dialogue, dict[str, str]]]:
    for variation in VARIATIONS:
        for dialogue in DIALOGUES:
            yield dialogue, variation


def _conversation(
    project: Project,
    member: DemoProject,
    dialogue: Dialogue,
    variation: dict[str, str],
    people: dict[str, UUID],
    started_at: datetime,
    external_id: str,
    random: Random,
) -> Conversation:
    person = random.choice(member.people)
    known: Conversation | None = Conversation.objects.filter(
        project=project, source=SOURCE, external_id=external_id
    ).first()
    if known is not None:
        return known
    moments = [started_at]
    for turn in dialogue.turns[1:]:
        moments.append(moments[-1] + timedelta(seconds=turn.pause))
    conversation: Conversation = Conversation.objects.create(
        project=project,
        title=dialogue.title.format(**variation),
        person_id=people[person],
        agent_label=member.agent,
        environment="production",
        source=SOURCE,
        external_id=external_id,
        tags=list(dialogue.tags),
        started_at=started_at,
        last_activity_at=moments[-1],
    )
    profile = _speaker(member)
    Message.objects.bulk_create(
        Message(
            project=project,
            conversation=conversation,
            position=position,
            role=turn.role,
            author_id=people[person] if turn.role == "user" else None,
            author_label={"user": person, "assistant": member.agent}.get(turn.role, ""),
            model=profile.model if turn.role == "assistant" else "",
            content=turn.text.format(**variation),
            parts=[_filled(part, variation) for part in turn.parts],
            sent_at=moment,
        )
        for position, (turn, moment) in enumerate(zip(dialogue.turns, moments, strict=True), start=1)
    )
    return conversation


def _filled(value: Any, variation: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, variation) for name, part in value.items()}
    return value.format(**variation) if isinstance(value, str) else value


def _speaker(member: DemoProject) -> Profile:
    return next(profile for profile in member.profiles if profile.request_type == "chat")


def _calls(conversation: Conversation, member: DemoProject, random: Random) -> Iterator[UsageEvent]:
    """One call an answer, one more where it used a tool first."""
    profile = _speaker(member)
    answers = conversation.messages.filter(role=Message.Role.ASSISTANT).order_by("position")
    for message in answers:
        used_tool = any(part.get("type") == "tool_call" for part in message.parts)
        for number in range(2 if used_tool else 1):
            latency = round(profile.latency_ms * random.uniform(0.7, 1.4))
            yield UsageEvent(
                project_id=conversation.project_id,
                occurred_at=message.sent_at - timedelta(seconds=0 if number or not used_tool else 2),
                provider=profile.provider,
                model=profile.model,
                source=SOURCE,
                native_id=f"{conversation.external_id}/{message.position}/{number}",
                dedup_scope=SOURCE,
                service_tier=profile.service_tier,
                person_id=conversation.person_id,
                person_label=str(conversation.person) if conversation.person else "",
                agent_label=conversation.agent_label,
                conversation_id=conversation.pk,
                message_id=message.pk,
                session_id=conversation.external_id,
                environment=conversation.environment,
                tags=tuple(conversation.tags),
                latency_ms=latency,
                time_to_first_token_ms=latency // 5,
                **token_counts(profile, random),
            )
