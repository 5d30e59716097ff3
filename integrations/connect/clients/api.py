"""Our own door, for programs that no tracer sees. /api/openapi.json describes its fields."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines

CLIENT = Client(
    slug="api",
    name="HTTP API",
    about="JSON or JSON Lines from any program, with a result for each record.",
    family=Family.OWN,
    door=Door.API,
    blocks=(
        Lines(
            "A shell",
            f"""\
curl {ADDRESS}/api/usage \\
  -H "x-api-key: {KEY}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "id": "my-first-call",
    "occurred_at": "2026-01-31T12:00:00Z",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "input_tokens": 1200,
    "cache_read_tokens": 1000,
    "output_tokens": 80
  }}'""",
        ),
    ),
    notes=(
        "input_tokens includes cached tokens, output_tokens reasoning. Leave out what you do not know.",
        "The same id again is a duplicate, so send again whatever was not answered.",
    ),
    docs_url="",
)
