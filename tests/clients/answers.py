"""Answers of a model, in its provider's words."""

import json
import secrets
from collections.abc import Iterable
from typing import Any

from tests.clients.billing import Model

Json = dict[str, Any]
_WORDS = ("It ", "depends ", "on ", "the ", "question.")
_CREATED = 1_772_366_400
_USAGE_IN_ADVANCE = 1
"""Output tokens that Anthropic names when a stream begins."""


def chat_completion(model: Model) -> Json:
    """https://platform.openai.com/docs/api-reference/chat/object"""
    message = {"role": "assistant", "content": "".join(_WORDS), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return _completion(model, "chat.completion", [choice]) | {"usage": _openai_usage(model)}


def chat_completion_stream(model: Model, *, with_usage: bool) -> bytes:
    """https://platform.openai.com/docs/api-reference/chat/streaming; usage comes alone and last."""
    first = _completion(model, "chat.completion.chunk", [])
    choices = [
        *({"index": 0, "delta": {"content": word}, "finish_reason": None} for word in _WORDS),
        {"index": 0, "delta": {}, "finish_reason": "stop"},
    ]
    chunks = [{**first, "choices": [choice]} for choice in choices]
    if with_usage:
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**first, "usage": _openai_usage(model)})
    return "".join(f"data: {text}\n\n" for text in [*map(json.dumps, chunks), "[DONE]"]).encode()


def embeddings(model: Model) -> Json:
    """https://platform.openai.com/docs/api-reference/embeddings/object"""
    vector = {"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}
    tokens = model.usage.input_tokens
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": [vector], "model": model.name, "usage": usage}


def message(model: Model) -> Json:
    """https://docs.anthropic.com/en/api/messages"""
    return _message(model, model.usage.output_tokens) | {
        "content": [{"type": "text", "text": "".join(_WORDS)}],
        "stop_reason": "end_turn",
    }


def message_stream(model: Model) -> bytes:
    """https://docs.anthropic.com/en/api/messages-streaming; the last word on output is the sum so far."""
    events: Iterable[Json] = [
        {"type": "message_start", "message": _message(model, _USAGE_IN_ADVANCE)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
            for word in _WORDS
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": model.usage.output_tokens},
        },
        {"type": "message_stop"},
    ]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def _completion(model: Model, kind: str, choices: list[Json]) -> Json:
    id_ = f"chatcmpl-{secrets.token_hex(12)}"
    return {"id": id_, "object": kind, "created": _CREATED, "model": model.name, "choices": choices}


def _openai_usage(model: Model) -> Json:
    usage = model.usage
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": 0},
    }


def _message(model: Model, output_tokens: int) -> Json:
    usage = model.usage
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "type": "message",
        "role": "assistant",
        "model": model.name,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens,
            "cache_read_input_tokens": usage.cache_read_tokens,
            "cache_creation_input_tokens": usage.cache_write_tokens,
            "cache_creation": {
                "ephemeral_5m_input_tokens": usage.cache_write_tokens,
                "ephemeral_1h_input_tokens": 0,
            },
            "output_tokens": output_tokens,
            "service_tier": "standard",
        },
    }
