"""Who saw a call, and whom to believe when several did."""

_FAMILIES = (
    # The provider's own library or tool.
    ("com.anthropic.sdk.", 0),
    ("claude-code.", 0),
    ("codex.", 0),
    ("gemini-cli.", 0),
    # OpenTelemetry's own instrumentations, and frameworks that write spans of their own calls.
    ("opentelemetry.instrumentation.genai.", 1),
    ("opentelemetry.instrumentation.openai_v2.", 1),
    ("@opentelemetry/instrumentation-", 1),
    ("ai.", 1),
    ("pydantic-ai.", 1),
    ("logfire.", 2),
    ("litellm.", 2),
    ("openinference.", 4),
    ("@arizeai/openinference-", 4),
)
"""The beginning of an observer's dotted name, and its rank: the smallest is believed."""

_OTHER = 3


def name_of(observer: str) -> str:
    """An observer without its version: "ai@6.0.326" is "ai", "@arizeai/x@1.0" is "@arizeai/x"."""
    return observer.rpartition("@")[0] or observer


def rank_of(observer: str) -> int:
    """0 is the provider's own word; larger is further away."""
    dotted = f"{name_of(observer)}."
    for beginning, rank in _FAMILIES:
        if dotted.startswith(beginning):
            return rank
    return _OTHER
