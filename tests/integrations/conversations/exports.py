"""Small exports of each application, made by functions that take overrides."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

START = 1_772_360_000
"""2026-03-01 10:13:20 UTC, in seconds."""


def write(path: Path, *conversations: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(conversations)))
    return path


def zipped(path: Path, members: Iterable[tuple[str | zipfile.ZipInfo, str | bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return path


def chatgpt_message(
    words: str, role: str = "user", at: float | None = None, **overrides: Any
) -> dict[str, Any]:
    return {
        "author": {"role": role, "name": None},
        "create_time": at,
        "content": {"content_type": "text", "parts": [words]},
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-5"} if role == "assistant" else {},
        **overrides,
    }


def chatgpt(*nodes: tuple[str, str | None, Any], leaf: str = "", **overrides: Any) -> dict[str, Any]:
    """`nodes`: (id, parent's id, message); the last one ends the path unless `leaf` says otherwise."""
    mapping = {key: {"id": key, "parent": parent, "message": message} for key, parent, message in nodes}
    return {
        "conversation_id": "c-1",
        "title": "Oslo",
        "create_time": START,
        "update_time": START + 100,
        "mapping": mapping,
        "current_node": leaf or (nodes[-1][0] if nodes else ""),
        **overrides,
    }


def dialogue(size: int, **overrides: Any) -> dict[str, Any]:
    """A ChatGPT conversation of `size` messages, question and answer in turn."""
    nodes = [
        (
            f"m{number}",
            f"m{number - 1}" if number else None,
            chatgpt_message(f"words {number}", "assistant" if number % 2 else "user", START + number),
        )
        for number in range(size)
    ]
    return chatgpt(*nodes, **{"update_time": START + size, **overrides})


def open_webui(*nodes: Mapping[str, Any], current: str = "", **overrides: Any) -> dict[str, Any]:
    messages = {node["id"]: {"timestamp": START, **node} for node in nodes}
    return {
        "id": "chat-1",
        "user_id": "ada",
        "title": "Oslo",
        "created_at": START,
        "updated_at": START + 10,
        "chat": {
            "history": {"messages": messages, "currentId": current or nodes[-1]["id"]},
            "messages": [dict(node) for node in nodes],
        },
        **overrides,
    }


def answer(key: str = "a", parent: str | None = "q", **overrides: Any) -> dict[str, Any]:
    fields = {"role": "assistant", "content": "Fine", "model": "gpt-4o", "done": True}
    return {"id": key, "parentId": parent, **fields, **overrides}


QUESTION = {"id": "q", "parentId": None, "role": "user", "content": "How?"}
