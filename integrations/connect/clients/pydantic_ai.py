"""https://ai.pydantic.dev/logfire/: with another backend, or without the logfire package."""

from integrations.connect.client import Client, Door, Family, Lines
from integrations.connect.environment import NAMED_EXPORTER, TRACER_PROVIDER

CLIENT = Client(
    slug="pydantic-ai",
    name="Pydantic AI, Logfire",
    about="Agents of Pydantic AI, traced by Logfire’s SDK or by OpenTelemetry alone.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines("Environment of your program", NAMED_EXPORTER),
        Lines(
            "Where it starts, with Logfire’s SDK",
            """\
import logfire

logfire.configure(send_to_logfire=False)
logfire.instrument_pydantic_ai()""",
        ),
        Lines(
            "Or with OpenTelemetry alone",
            f"""\
from pydantic_ai import Agent
{TRACER_PROVIDER}

Agent.instrument_all()""",
        ),
    ),
    notes=(
        "send_to_logfire=False keeps it from Pydantic’s own service; leave it out to send to both.",
        "logfire.instrument_openai() on top sees the same calls again: they are counted once.",
        "OpenTelemetry alone: pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http.",
    ),
    docs_url="https://ai.pydantic.dev/logfire/",
)
