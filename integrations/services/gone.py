"""What was purged or erased stays so when its source sends it again."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from accounts.models import Person
from accounts.models.person import ERASED_NAME
from chat.services.retention import CONVERSATION_WORDS, FILE_WORDS, MESSAGE_TABLES
from projects.models import Agent
from projects.services.retention import JOB_WORDS

_ALSO = frozenset({"author_label", "name"})
"""Words that retention leaves, but an erasure takes."""
AGENT_WORDS: dict[str, Any] = {
    "name": ERASED_NAME,
    "display_name": "",
    "description": "",
    "role": "",
    "backstory": "",
    "goal": "",
    "system_prompt": "",
    "keywords": [],
    "metadata": {},
}
"""What an agent of an erased person becomes."""
_WORDS = {
    table.model: frozenset(table.emptied) | _ALSO
    for table in (*MESSAGE_TABLES, JOB_WORDS, CONVERSATION_WORDS, FILE_WORDS)
}


def kept_gone(model: Any, rows: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of `values` for the one row of `rows`, those that may be written: no words where they were removed,
    nothing at all of an erased person. The row is held until the transaction ends.
    """
    words = _WORDS.get(model)
    if words is not None and _is_set(rows, "purged_at"):
        return {name: value for name, value in values.items() if name not in words}
    if model is Person and _is_set(rows, "erased_at"):
        return {}
    erased = Q(person__erased_at__isnull=False) | Q(owner__erased_at__isnull=False)
    if model is Agent and rows.filter(erased).exists():
        return {name: value for name, value in values.items() if name not in AGENT_WORDS}
    return dict(values)


def _is_set(rows: Any, column: str) -> bool:
    held = rows.select_for_update(of=("self",)).values_list(column, flat=True)
    return held.first() is not None
