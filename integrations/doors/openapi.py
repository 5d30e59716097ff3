"""The OpenAPI document of the JSON doors. The test of it holds it to integrations/doors/usage_records.py."""

from typing import Any

from billing.models import TokenUsage


def _text(description: str, longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "description": description, **more}


def _count(description: str) -> dict[str, Any]:
    return {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 2**53,
        "description": f"{description} Null or absent: unknown, which is not zero.",
    }


def _hexadecimal(description: str, digits: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^[0-9a-fA-F]{{{digits}}}$", "description": description}


USAGE_FIELDS: dict[str, dict[str, Any]] = {
    "id": {
        "type": "string",
        "minLength": 1,
        "description": "The call's own id, unique in the project: sent again, it is a duplicate. Needed"
        " unless there is a response_id.",
    },
    "occurred_at": {
        "type": ["string", "number"],
        "description": "When the call ended: ISO 8601 (without a zone it is UTC), or seconds or milliseconds"
        " since 1970.",
        "examples": ["2026-11-22T05:20:03.436Z"],
    },
    "provider": _text("Such as openai, anthropic, google, bedrock.", 64),
    "model": _text("The model that answered, as the provider names it.", 200),
    "request_type": {
        "enum": TokenUsage.RequestType.values,
        "default": "chat",
        "description": "What was asked for.",
    },
    "status": {
        "enum": TokenUsage.Status.values,
        "default": "ok",
        "description": "partial: the stream was cut, the usage is known. cached, mock: no provider was"
        " called. unmeasured: answered, and no usage is known.",
    },
    "error_type": _text("What failed, when status is error.", 200),
    "input_tokens": _count("All tokens of the prompt, those read from and written to caches included."),
    "cache_read_tokens": _count("The part of input_tokens that was read from a cache."),
    "cache_write_tokens": _count("The part of input_tokens that was written to a cache."),
    "cache_write_1h_tokens": _count("The part of cache_write_tokens that is kept for an hour."),
    "input_audio_tokens": _count("The part of input_tokens that is audio."),
    "output_tokens": _count("All tokens of the answer, reasoning included."),
    "reasoning_tokens": _count("The part of output_tokens that is reasoning."),
    "output_audio_tokens": _count("The part of output_tokens that is audio."),
    "web_search_requests": _count("Searches that the provider made and bills apart."),
    "service_tier": _text("Such as batch, flex, priority; empty for the usual one.", 32),
    "cost": {
        "type": ["number", "string", "null"],
        "minimum": 0,
        "description": "US dollars as you know them; exact as text. Used where the project says so.",
        "examples": ["0.000375"],
    },
    "latency_ms": _count("From the request to the end of the answer."),
    "time_to_first_token_ms": _count("From the request to the first token of a stream."),
    "person": _text("On whose behalf: a name, an e-mail address or an id.", 320),
    "agent": _text("The agent that asked.", 200),
    "session_id": _text("The conversation that the call belongs to.", 255),
    "environment": _text("Such as production.", 64),
    "tags": {
        "type": "array",
        "maxItems": 100,
        "items": {"type": "string", "maxLength": 200},
        "description": "Words to group by.",
    },
    "service": _text("The program that made the call: OpenTelemetry's service.name.", 200),
    "response_id": _text("The provider's id of the answer: by it other reports of the call are found.", 200),
    "request_id": _text("The provider's id of the request.", 200),
    "trace_id": _hexadecimal("The trace that the call lies in.", 32),
    "span_id": _hexadecimal("The call's span.", 16),
    "parent_span_id": _hexadecimal("The span around it.", 16),
    "raw_usage": {
        "type": "object",
        "description": "The provider's own usage object, kept for audits.",
    },
}
"""In the order in which people look for them."""

_RECORD = {
    "type": "object",
    "description": "One model call. Unknown fields are left out, with a warning.",
    "required": ["occurred_at", "provider", "model"],
    "anyOf": [{"required": ["id"]}, {"required": ["response_id"]}],
    "properties": USAGE_FIELDS,
}
_RESULT_FIELDS: dict[str, dict[str, Any]] = {
    "record": {"type": "integer", "minimum": 1, "description": "Its place in the request."},
    "result": {"enum": ["recorded", "duplicate", "error"]},
    "id": {"type": ["string", "null"], "format": "uuid", "description": "The call's id in the ledger."},
    "field": {"type": ["string", "null"], "description": "The field to blame for an error."},
    "reason": {"type": ["string", "null"]},
    "warnings": {"type": "array", "items": {"type": "string"}},
}
_RESULT = {
    "type": "object",
    "required": ["record", "result", "id", "field", "reason"],
    "properties": _RESULT_FIELDS,
}
_FAULT = {name: _RESULT_FIELDS[name] for name in ("record", "field", "reason")}
_NUMBERS = {name: {"type": "integer", "minimum": 0} for name in ("recorded", "duplicate")}
_USAGE_ANSWER = {
    "type": "object",
    "required": ["recorded", "duplicate", "error", "results"],
    "properties": {
        **_NUMBERS,
        "error": {"type": "integer", "minimum": 0},
        "results": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/RecordResult"},
            "description": "One for each record, in order.",
        },
    },
}
_LOGGER_ANSWER = {
    "type": "object",
    "required": ["recorded", "duplicate", "rejected", "errors"],
    "properties": {
        **_NUMBERS,
        "rejected": {"type": "integer", "minimum": 0},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["record", "field", "reason"],
                "properties": _FAULT,
            },
        },
    },
}
_REFUSALS = {
    "400": "Nothing could be read as JSON.",
    "401": "No ingest key, or one that is not valid.",
    "403": "The key's project is archived.",
    "411": "The body came in chunks, and this server reads none.",
    "413": "The body is too large, or holds too many records.",
    "415": "The body is packed in a way that is not read here: use gzip, deflate or none.",
    "429": "More requests than the key may send: come again after Retry-After seconds.",
    "503": "The database is busy, nothing was committed: come again after Retry-After seconds.",
}


def document(server: str) -> dict[str, Any]:
    """OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html) of the installation at the address `server`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Countinghouse",
            "version": "1",
            "description": "Report the model calls of your programs. Each call is booked once, however often"
            " it is sent.",
        },
        "servers": [{"url": server}],
        "security": [{"bearer": []}, {"apiKey": []}],
        "paths": {
            "/api/usage": {
                "post": _operation(
                    "reportUsage",
                    "Report calls",
                    "Usage",
                    "UsageAnswer",
                    "a result each",
                )
            },
            "/ingest/litellm": {
                "post": _operation(
                    "receiveLiteLLM",
                    "What LiteLLM's logger generic_api sends",
                    None,
                    "LoggerAnswer",
                    "counts",
                )
            },
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
            "schemas": {
                "Usage": _RECORD,
                "RecordResult": _RESULT,
                "UsageAnswer": _USAGE_ANSWER,
                "LoggerAnswer": _LOGGER_ANSWER,
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                },
            },
        },
    }


def _operation(name: str, summary: str, record: str | None, answer: str, what: str) -> dict[str, Any]:
    """JSON of one record or many, or a record a line; the body decides, not its content type."""
    one: dict[str, Any] = {"type": "object"} if record is None else _reference(record)
    many = {"type": "array", "items": one}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [one, many]}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "A record a line."}},
            },
        },
        "responses": {
            "200": _answer(f"Committed: {what}.", answer),
            **{status: _answer(words, "Error") for status, words in _REFUSALS.items()},
        },
    }


def _answer(words: str, schema: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _reference(schema)}}}


def _reference(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}
