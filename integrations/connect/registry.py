"""All clients, in the order of the page."""

from integrations.connect.client import Client
from integrations.connect.clients import (
    anthropic_sdk,
    api,
    claude_code,
    codex,
    gemini_cli,
    litellm,
    openinference,
    openllmetry,
    opentelemetry,
    pydantic_ai,
    vercel_ai,
)

CLIENTS: dict[str, Client] = {
    client.slug: client
    for client in (
        claude_code.CLIENT,
        codex.CLIENT,
        gemini_cli.CLIENT,
        litellm.CLIENT,
        opentelemetry.CLIENT,
        openinference.CLIENT,
        openllmetry.CLIENT,
        pydantic_ai.CLIENT,
        vercel_ai.CLIENT,
        anthropic_sdk.CLIENT,
        api.CLIENT,
    )
}
