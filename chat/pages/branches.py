"""Branches of a conversation: what was said beside the path that its reader saw last.

Imports of chat applications keep them behind the path, with {"branch": true, "id": …, "parent": …} as
metadata.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.models import Message
from chat.pages.turns import Turn


def is_branch(message: Message) -> bool:
    return _metadata(message).get("branch") is True


@dataclass(frozen=True, slots=True)
class Branch:
    """Turns that follow one another. `after`: the position of the message from which it parts, if shown."""

    after: int | None
    turns: tuple[Turn, ...]


def branches_of(turns: Sequence[Turn], path: Sequence[Message]) -> tuple[Branch, ...]:
    """The turns of branch messages, apart where one does not follow the one before it."""
    places = {_metadata(message).get("id"): message.position for message in path}
    branches: list[Branch] = []
    before: Any = None
    for turn in turns:
        if turn.message is None:
            continue
        metadata = _metadata(turn.message)
        parent = metadata.get("parent")
        if branches and parent == before:
            branches[-1] = Branch(branches[-1].after, (*branches[-1].turns, turn))
        else:
            branches.append(Branch(places.get(parent), (turn,)))
        before = metadata.get("id")
        places[before] = turn.message.position
    return tuple(branches)


def _metadata(message: Message) -> Mapping[str, Any]:
    return message.metadata if isinstance(message.metadata, dict) else {}
