"""https://geminicli.com/docs/cli/telemetry. Exporters read headers from OTEL_EXPORTER_OTLP_HEADERS."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines

CLIENT = Client(
    slug="gemini-cli",
    name="Gemini CLI",
    about="Google’s coding agent on a terminal.",
    family=Family.AGENTS,
    door=Door.OTLP,
    blocks=(
        Lines(
            "~/.gemini/settings.json",
            f"""\
{{
  "telemetry": {{
    "enabled": true,
    "target": "local",
    "otlpProtocol": "http",
    "otlpEndpoint": "{ADDRESS}",
    "logPrompts": false
  }}
}}""",
        ),
        Lines("In the shell that starts it", f"export OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}"),
    ),
    notes=(
        "“local” is any address but Google Cloud’s. Without “http” it speaks gRPC, which is not heard here.",
        "In place of the file: GEMINI_TELEMETRY_ENABLED=true, GEMINI_TELEMETRY_TARGET=local,"
        " GEMINI_TELEMETRY_OTLP_PROTOCOL=http, GEMINI_TELEMETRY_OTLP_ENDPOINT.",
        "Import chats from before into the same project: calls that both tell of are counted once.",
    ),
    docs_url="https://geminicli.com/docs/cli/telemetry",
    import_kind="gemini-cli",
)
