"""OpenTelemetry's own instrumentations, and whatever else speaks the GenAI conventions over OTLP/HTTP.

https://opentelemetry.io/docs/zero-code/python/. The distro would choose gRPC: the protocol must be named.
"""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines
from integrations.connect.environment import NAMED_EXPORTER

CLIENT = Client(
    slug="opentelemetry",
    name="OpenTelemetry",
    about="Python with OpenTelemetry’s GenAI instrumentations, a Collector, any OTLP exporter.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines(
            "Install (Python)",
            """\
pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http \\
  opentelemetry-instrumentation-genai-openai opentelemetry-instrumentation-genai-anthropic""",
        ),
        Lines("Environment of your program", NAMED_EXPORTER),
        Lines(
            "Run it",
            """\
opentelemetry-instrument --traces_exporter otlp --metrics_exporter none --logs_exporter none \\
  python app.py""",
        ),
        Lines(
            "Or, if you run a Collector: its config.yaml",
            f"""\
exporters:
  otlphttp/countinghouse:
    endpoint: {ADDRESS}
    headers:
      x-api-key: {KEY}

service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [otlphttp/countinghouse]""",
        ),
    ),
    notes=(
        "Protobuf and JSON are heard, plain, gzip or deflate; gRPC is not.",
        "Prefer the genai instrumentations to opentelemetry-instrumentation-openai-v2, which tells nothing of"
        " caches, reasoning or the Responses API.",
        "Send all spans of a trace, not only those of models: wrappers are told from calls by what lies"
        " between them.",
    ),
    docs_url="https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/",
)
