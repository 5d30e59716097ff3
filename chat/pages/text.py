"""Words of people and models as blocks: paragraphs and fenced code. Never HTML: templates escape them."""

import json
import re
from dataclasses import dataclass
from typing import Any

_FENCE = re.compile(r"^```[^\n`]*\n(.*?)(?:^```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_SHORT_ARGUMENTS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or code as it was written."""

    text: str
    is_code: bool = False


def blocks_of(content: str) -> tuple[Block, ...]:
    """ "Hi.\\n\\n```py\\nx\\n```" → a paragraph and a block of code. An open fence runs to the end."""
    blocks: list[Block] = []
    position = 0
    for fence in _FENCE.finditer(content):
        blocks.extend(_paragraphs(content[position : fence.start()]))
        blocks.append(Block(fence.group(1).rstrip("\n"), is_code=True))
        position = fence.end()
    blocks.extend(_paragraphs(content[position:]))
    return tuple(blocks)


def _paragraphs(text: str) -> list[Block]:
    return [Block(part.strip("\n")) for part in re.split(r"\n\s*\n", text) if part.strip()]


@dataclass(frozen=True, slots=True)
class Part:
    """A folded part of a message: a tool call, its result, or reasoning."""

    name: str
    summary: str
    body: str
    result: str
    status: str
    badge: str
    is_waiting: bool = False
    is_reasoning: bool = False


_BADGES = {
    "completed": "badge--ok",
    "pending": "badge--warn",
    "approved": "badge--info",
    "executing": "badge--info",
    "rejected": "badge--danger",
    "failed": "badge--danger",
}


def part_of(raw: Any) -> Part | None:
    """A part as chat.Message keeps it; None for what is no object."""
    if not isinstance(raw, dict):
        return None
    if raw.get("type") == "reasoning":
        return Part("Reasoning", "", str(raw.get("text", "")), "", "", "", is_reasoning=True)
    arguments = raw.get("arguments")
    status = str(raw.get("status", ""))
    result = raw.get("result")
    return Part(
        name=str(raw.get("name") or raw.get("type") or "part"),
        summary=_summary(arguments),
        body="" if arguments in (None, {}, "") else _pretty(arguments),
        result="" if result in (None, "") else _pretty(result),
        status="waits for approval" if status == "pending" else status,
        badge=_BADGES.get(status, ""),
        is_waiting=status == "pending",
    )


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _summary(arguments: Any) -> str:
    """'order_id: "48213", amount_usd: 64.9', cut to a line."""
    if not isinstance(arguments, dict):
        return ""
    text = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return text if len(text) <= _SHORT_ARGUMENTS else f"{text[: _SHORT_ARGUMENTS - 1]}…"
