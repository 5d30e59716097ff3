"""https://www.traceloop.com/docs/openllmetry. The SDK adds /v1/traces to TRACELOOP_BASE_URL."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines

CLIENT = Client(
    slug="openllmetry",
    name="OpenLLMetry",
    about="Traceloop’s SDK, which traces many providers and frameworks.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines("Install", "pip install traceloop-sdk"),
        Lines(
            "Environment of your program",
            f"""\
export TRACELOOP_BASE_URL={ADDRESS}
export TRACELOOP_HEADERS=x-api-key={KEY}
export TRACELOOP_METRICS_ENABLED=false""",
        ),
        Lines(
            "Where your program starts",
            """\
from traceloop.sdk import Traceloop

Traceloop.init(app_name="my-service", trace_content=False)""",
        ),
    ),
    notes=(
        "Without trace_content=False it sends prompts and answers. They are dropped here unless the project"
        " captures content.",
        "Old versions (0.40, of 2025) tell no usage of streams: use a newer one.",
    ),
    docs_url="https://www.traceloop.com/docs/openllmetry/getting-started-python",
)
