"""https://arize-ai.github.io/openinference/. It names no response id: that is read from the answer itself."""

from integrations.connect.client import Client, Door, Family, Lines
from integrations.connect.environment import NAMED_EXPORTER, TRACER_PROVIDER

CLIENT = Client(
    slug="openinference",
    name="OpenInference",
    about="Arize’s instrumentations for OpenAI, Anthropic, LangChain, LlamaIndex and others.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines(
            "Install",
            "pip install openinference-instrumentation-openai \\\n"
            "  opentelemetry-sdk opentelemetry-exporter-otlp-proto-http",
        ),
        Lines("Environment of your program", NAMED_EXPORTER),
        Lines(
            "Where your program starts",
            f"""\
from openinference.instrumentation.openai import OpenAIInstrumentor
{TRACER_PROVIDER}

OpenAIInstrumentor().instrument(tracer_provider=provider)""",
        ),
    ),
    notes=(
        "It sends prompts and answers by default. They are dropped here unless the project captures content.",
        "Leave OPENINFERENCE_HIDE_OUTPUTS unset: the answer has the id by which a call that another tracer"
        " reports too is recognised.",
    ),
    docs_url="https://github.com/Arize-ai/openinference",
)
