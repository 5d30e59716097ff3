"""Variables that every OpenTelemetry exporter reads.

https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/. The header is `x-api-key`: a Bearer
token has a blank, which some exporters want as %20 and others do not.
"""

from integrations.connect.client import ADDRESS, KEY

EXPORTER = f"""\
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT={ADDRESS}
export OTEL_EXPORTER_OTLP_HEADERS=x-api-key={KEY}"""

NAMED_EXPORTER = f"export OTEL_SERVICE_NAME=my-service\n{EXPORTER}"

TRACER_PROVIDER = """\
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)"""
"""Python's exporter reads the variables above by itself."""
