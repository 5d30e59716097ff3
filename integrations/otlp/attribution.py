"""Who and what a call was for, from attributes and the resource they came with."""

from collections.abc import Iterable
from typing import Any

from integrations.otlp.telemetry import Attributes
from integrations.otlp.vocabularies.embedded import embedded
from integrations.otlp.vocabularies.vocabulary import Words
from integrations.sources.values import text

_ENVIRONMENT = ("deployment.environment.name", "deployment.environment")

_LABELS = ("team.id", "department", "cost_center")
"""What teams set in OTEL_RESOURCE_ATTRIBUTES to say whose money it is (Claude Code's documentation)."""

_MOST_TAGS = 20


def word(attributes: Attributes, names: Words, limit: int) -> str:
    """The first of `names` that holds a text or a number, at most `limit` characters."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and (found := text(value, limit)):
            return found
    return ""


def environment(attributes: Attributes, resource: Attributes) -> str:
    return word(resource, _ENVIRONMENT, 64) or word(attributes, _ENVIRONMENT, 64)


def project_name(resource: Attributes) -> str:
    return word(resource, ("openinference.project.name", "service.name"), 200)


def tags(attributes: Attributes, resource: Attributes, names: Words) -> tuple[str, ...]:
    """The caller's tags, and whose money it is as "cost_center:eng-7"."""
    found = [
        text(member, 200) for name in names for member in _members(attributes.get(name)) if _is_plain(member)
    ]
    for label in _LABELS:
        if said := word(attributes, (label,), 150) or word(resource, (label,), 150):
            found.append(f"{label}:{said}")
    return tuple(dict.fromkeys(filter(None, found)))[:_MOST_TAGS]


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return (value,)
    members = embedded(value)
    return members if isinstance(members, list) else ()


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)
