"""The demo's model calls: office hours, weekends, growth, caches, an outage now and then."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from billing.ledger.events import UsageEvent
from integrations.demo.cast import DemoProject, Profile

SOURCE = "demo"
_OUTAGE_DAYS = 29
"""Once in so many days Mistral fails for a morning."""


def calls_of_day(
    project: DemoProject, project_id: UUID, people: dict[str, UUID], day: date, *, seed: int, until: datetime
) -> Iterator[UsageEvent]:
    """The calls of a project on a UTC day that end before `until`; the same for the same seed and day."""
    random = Random(f"{seed}/{project.name}/{day.isoformat()}")
    weekday = project.weekend if day.weekday() >= 5 else 1 - abs(day.weekday() - 2) * 0.04
    # Four per cent more a week, counted from a fixed day, so that a day's traffic does not depend on today.
    growth = 1.04 ** ((day - date(2026, 11, 1)).days / 7)
    expected = project.calls_a_day * weekday * min(growth, 2.5) * random.uniform(0.9, 1.1)
    for number in range(round(expected)):
        profile = random.choices(project.profiles, [profile.weight for profile in project.profiles])[0]
        moment = datetime.combine(day, time.min, tzinfo=UTC) + _time_of_day(project, random)
        event = _call(project, project_id, people, profile, moment, f"{project.name}/{day}/{number}", random)
        if moment < until:
            yield event


def _time_of_day(project: DemoProject, random: Random) -> timedelta:
    if project.is_nightly:
        return timedelta(hours=1) + timedelta(seconds=random.triangular(0, 4 * 3600, 1800))
    if random.random() < 0.12:
        return timedelta(seconds=random.uniform(0, 86_399))
    return timedelta(seconds=min(86_399.0, max(0.0, random.gauss(12.6, 3.1) * 3600)))


def _call(
    project: DemoProject,
    project_id: UUID,
    people: dict[str, UUID],
    profile: Profile,
    moment: datetime,
    native_id: str,
    random: Random,
) -> UsageEvent:
    person = random.choice(project.people)
    environment = "staging" if random.random() < 0.07 else "production"
    common: dict[str, Any] = {
        "project_id": project_id,
        "occurred_at": moment,
        "provider": profile.provider,
        "model": profile.model,
        "source": SOURCE,
        "native_id": native_id,
        "dedup_scope": SOURCE,
        "dedup_time": moment,
        "request_type": profile.request_type,
        "service_tier": profile.service_tier,
        "person_id": people[person],
        "person_label": person,
        "agent_label": project.agent,
        "environment": environment,
        "tags": project.tags,
    }
    latency = profile.latency_ms * random.lognormvariate(0, 0.35)
    if _is_outage(profile.provider, moment) or random.random() < profile.error_rate:
        error = "overloaded_error" if random.random() < 0.6 else "RateLimitError"
        return UsageEvent(**common, status="error", error_type=error, latency_ms=round(latency / 4))
    return UsageEvent(
        **common,
        **token_counts(profile, random),
        latency_ms=round(latency),
        time_to_first_token_ms=round(latency * random.uniform(0.12, 0.3)) if profile.output_tokens else None,
    )


def token_counts(profile: Profile, random: Random) -> dict[str, Any]:
    """Token counts of one call around the profile's medians, parts within their wholes."""
    size = random.lognormvariate(0, 0.45)
    total = max(20, round(profile.input_tokens * size))
    read = round(total * profile.cached * random.uniform(0.6, 1.2)) if random.random() < 0.9 else 0
    read = min(read, round(total * 0.95))
    written = round(total * profile.written * random.uniform(0.4, 1.3)) if random.random() < 0.5 else 0
    output = round(profile.output_tokens * random.lognormvariate(0, 0.5))
    has_long_cache = written > 0 and random.random() < 0.15
    return {
        "input_tokens": total,
        "cache_read_tokens": read,
        "cache_write_tokens": min(written, total - read),
        "cache_write_1h_tokens": min(written, total - read) if has_long_cache else 0,
        "output_tokens": output,
        "reasoning_tokens": math.floor(output * profile.reasoning * random.uniform(0.5, 1.2)),
        "web_search_requests": 1 if profile.provider == "anthropic" and random.random() < 0.01 else None,
    }


def _is_outage(provider: str, moment: datetime) -> bool:
    if provider != "mistral" or moment.toordinal() % _OUTAGE_DAYS != 11:
        return False
    return time(8, 51) <= moment.time() < time(11, 20)
