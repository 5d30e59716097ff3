"""anthropic 1.14 and later: a span a call, as soon as the program has a tracer provider."""

from integrations.connect.client import Client, Door, Family, Lines
from integrations.connect.environment import NAMED_EXPORTER, TRACER_PROVIDER

CLIENT = Client(
    slug="anthropic-sdk",
    name="Anthropic SDK",
    about="Anthropic’s own Python library traces itself: no instrumentation is needed.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines(
            "Install",
            'pip install "anthropic>=1.14" opentelemetry-sdk opentelemetry-exporter-otlp-proto-http',
        ),
        Lines("Environment of your program", NAMED_EXPORTER),
        Lines("Where your program starts", TRACER_PROVIDER),
    ),
    notes=(
        "Unless ANTHROPIC_OPEN_TELEMETRY=false is set, it does so beside any other instrumentation, too:"
        " such a call is reported twice, and counted once.",
        "Its spans have no prompts and answers.",
    ),
    docs_url="https://github.com/anthropics/anthropic-sdk-python",
)
