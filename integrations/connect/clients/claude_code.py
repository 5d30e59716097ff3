"""https://code.claude.com/docs/en/monitoring-usage. Its events (logs) tell of each call."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines
from integrations.connect.environment import EXPORTER

CLIENT = Client(
    slug="claude-code",
    name="Claude Code",
    about="Anthropic’s coding agent, on a terminal or in an editor.",
    family=Family.AGENTS,
    door=Door.OTLP,
    blocks=(
        Lines(
            "In the shell that starts it",
            f"export CLAUDE_CODE_ENABLE_TELEMETRY=1\nexport OTEL_LOGS_EXPORTER=otlp\n{EXPORTER}",
        ),
        Lines(
            "Or, for every session: ~/.claude/settings.json",
            f"""\
{{
  "env": {{
    "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "{ADDRESS}",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key={KEY}"
  }}
}}""",
        ),
    ),
    notes=(
        "Its events arrive some seconds after each answer. Prompts are not among them.",
        "OTEL_RESOURCE_ATTRIBUTES=team.id=platform,cost_center=eng-7 adds tags to group by.",
        "Import transcripts from before into the same project: calls that both tell of are counted once.",
    ),
    docs_url="https://code.claude.com/docs/en/monitoring-usage",
    import_kind="claude-code",
)
