"""https://github.com/openai/codex/blob/main/docs/config.md#otel. `protocol` is binary (protobuf) or json."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines

CLIENT = Client(
    slug="codex",
    name="Codex CLI",
    about="OpenAI’s coding agent on a terminal.",
    family=Family.AGENTS,
    door=Door.OTLP,
    blocks=(
        Lines(
            "~/.codex/config.toml",
            f"""\
[otel.exporter.otlp-http]
endpoint = "{ADDRESS}/v1/logs"
protocol = "binary"
headers = {{ "x-api-key" = "{KEY}" }}""",
        ),
    ),
    notes=(
        "Where an [otel] table has a line “exporter = …”, these lines take its place.",
        "The log events are enough. Its spans repeat them, thousands a turn: leave trace_exporter as it is.",
        "Prompts are left out unless log_user_prompt = true.",
        "Import rollouts from before into the same project: calls that both tell of are counted once.",
    ),
    docs_url="https://github.com/openai/codex/blob/main/docs/config.md",
    import_kind="codex",
)
