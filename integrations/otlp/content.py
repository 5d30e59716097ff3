"""The words of a call, where an instrumentation sent them along: the prompt's last turns and the answer.

Read only for projects that keep content. What cannot be read is left out: no call is refused for its words.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

from integrations.otlp.telemetry import Attributes
from integrations.otlp.vocabularies.embedded import embedded
from integrations.sources.parsed import CapturedMessage
from integrations.sources.values import plain, storable

_MOST_TURNS = 40
_LONGEST_TEXT = 200_000

_ROLES = {
    "ai": "assistant",
    "assistant": "assistant",
    "developer": "system",
    "function": "tool",
    "human": "user",
    "model": "assistant",
    "system": "system",
    "tool": "tool",
    "user": "user",
}
_CALLS = frozenset({"tool_call", "tool-call", "tool_use", "function_call"})
_RESULTS = frozenset({"tool_call_response", "tool_result", "tool-result", "function_call_output"})
_REASONING = frozenset({"reasoning", "thinking"})


def captured_of(attributes: Attributes) -> tuple[CapturedMessage, ...]:
    """The turns, oldest first; nothing when no vocabulary's words are there."""
    try:
        for read in _READERS:
            if turns := tuple(turn for turn in read(attributes) if turn.content or turn.parts):
                return turns[-_MOST_TURNS:]
    except RecursionError:
        # Arguments of a tool that nest a thousand deep are an attack, not words.
        pass
    return ()


def _genai(attributes: Attributes) -> Iterable[CapturedMessage]:
    """GenAI 1.37 and later, pydantic-ai and logfire: JSON texts on spans, structures on events."""
    instructions = embedded(attributes.get("gen_ai.system_instructions"))
    if isinstance(instructions, list):
        yield _message("system", instructions)
    for name in ("gen_ai.input.messages", "gen_ai.output.messages"):
        yield from _messages(embedded(attributes.get(name)), "assistant" if "output" in name else "user")


def _vercel(attributes: Attributes) -> Iterable[CapturedMessage]:
    yield from _messages(embedded(attributes.get("ai.prompt.messages")), "user")
    answer: list[Any] = []
    if isinstance(reasoning := attributes.get("ai.response.reasoning"), str) and reasoning:
        answer.append({"type": "reasoning", "text": reasoning})
    if isinstance(said := attributes.get("ai.response.text"), str) and said:
        answer.append({"type": "text", "text": said})
    calls = embedded(attributes.get("ai.response.toolCalls"))
    answer += [
        {"type": "tool_call", "name": call.get("toolName"), "arguments": call.get("input", call.get("args"))}
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, dict)
    ]
    yield _message("assistant", answer)


def _openinference(attributes: Attributes) -> Iterable[CapturedMessage]:
    for direction in ("llm.input_messages", "llm.output_messages"):
        for fields in _numbered(attributes, direction):
            parts: list[Any] = [{"type": "text", "text": fields.get("message.content")}]
            contents: dict[str, dict[str, Any]] = {}
            for name, value in fields.items():
                head, _, rest = name.partition("message.contents.")
                number, _, key = rest.partition(".")
                if not head and number.isdigit():
                    contents.setdefault(number, {})[key] = value
            for number in sorted(contents, key=int):
                part = contents[number]
                parts.append(
                    {
                        "type": part.get("message_content.type", "tool_use"),
                        "text": part.get("message_content.text"),
                        "name": part.get("tool_call.function.name"),
                        "arguments": part.get("tool_call.function.arguments"),
                    }
                )
            if not any(str(part["type"]) in _CALLS for part in parts):
                parts += _openinference_calls(fields)
            yield _message(str(fields.get("message.role")), parts)


def _openinference_calls(fields: Attributes) -> Iterable[dict[str, Any]]:
    for call in _numbered(fields, "message.tool_calls"):
        yield {
            "type": "tool_call",
            "name": call.get("tool_call.function.name"),
            "arguments": call.get("tool_call.function.arguments"),
        }


def _old_openllmetry(attributes: Attributes) -> Iterable[CapturedMessage]:
    for name, role in (("gen_ai.prompt", "user"), ("gen_ai.completion", "assistant")):
        for fields in _numbered(attributes, name):
            content = fields.get("content")
            parts = embedded(content)
            told: list[Any] = parts if isinstance(parts, list) else [{"type": "text", "text": content}]
            told += [
                {"type": "tool_call", "name": call.get("name"), "arguments": call.get("arguments")}
                for call in _numbered(fields, "tool_calls")
            ]
            yield _message(str(fields.get("role") or role), told)


def _old_pydantic_ai(attributes: Attributes) -> Iterable[CapturedMessage]:
    yield from _messages(embedded(attributes.get("events")), "user")


_READERS: tuple[Callable[[Attributes], Iterable[CapturedMessage]], ...] = (
    _genai,
    _vercel,
    _openinference,
    _old_openllmetry,
    _old_pydantic_ai,
)


def _messages(value: Any, role: str) -> Iterable[CapturedMessage]:
    for member in value if isinstance(value, list) else ():
        if isinstance(member, dict):
            content = member.get("parts", member.get("content"))
            parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
            yield _message(str(member.get("role") or role), parts)


def _message(role: str, parts: Iterable[Any]) -> CapturedMessage:
    words, structured = [], []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, dict):
            said, told = _part(part)
            words.append(said)
            structured += told
    content = "\n\n".join(filter(None, words))
    is_result = bool(structured) and not content and all(part["type"] == "tool_result" for part in structured)
    known = "tool" if is_result else _ROLES.get(role.lower(), "other")
    return CapturedMessage(known, storable(content)[:_LONGEST_TEXT], tuple(structured))


def _part(part: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """What a part says in words, and what it is as a structured part of a message."""
    kind = str(part.get("type"))
    said = next((part[key] for key in ("text", "content", "thinking") if isinstance(part.get(key), str)), "")
    name = str(part.get("name") or part.get("toolName") or "")
    if kind in _REASONING:
        return "", [{"type": "reasoning", "text": storable(said)[:_LONGEST_TEXT]}] if said else []
    if kind in _CALLS:
        arguments = next((part[key] for key in ("arguments", "input", "args") if key in part), None)
        return "", [{"type": "tool_call", "name": storable(name), "arguments": _kept(_opened(arguments))}]
    if kind in _RESULTS:
        keys = ("response", "result", "output", "content")
        result = next((part[key] for key in keys if part.get(key) is not None), None)
        return "", [{"type": "tool_result", "name": storable(name), "result": _kept(result)}]
    return said, []


def _kept(value: Any) -> Any:
    """As every database takes it: JSON knows no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {storable(str(key)): _kept(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_kept(member) for member in value]
    return plain(value)


def _opened(value: Any) -> Any:
    found = embedded(value)
    return value if found is None else found


def _numbered(attributes: Attributes, prefix: str) -> list[Attributes]:
    """The groups of "prefix.0.x", "prefix.1.x" in order, each with its own names: {"x": …}."""
    groups: dict[int, Attributes] = {}
    for name, value in attributes.items():
        if name.startswith(f"{prefix}."):
            number, _, rest = name[len(prefix) + 1 :].partition(".")
            if number.isdecimal() and len(number) < 7:
                groups.setdefault(int(number), {})[rest] = value
    return [groups[number] for number in sorted(groups)]
