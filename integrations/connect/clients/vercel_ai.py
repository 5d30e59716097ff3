"""https://ai-sdk.dev/docs/ai-sdk-core/telemetry. Both exporters read the OTEL_EXPORTER_OTLP_ variables."""

from integrations.connect.client import Client, Door, Family, Lines
from integrations.connect.environment import NAMED_EXPORTER

CLIENT = Client(
    slug="vercel-ai",
    name="Vercel AI SDK",
    about="JavaScript and TypeScript: Next.js, or Node.js by itself.",
    family=Family.LIBRARIES,
    door=Door.OTLP,
    blocks=(
        Lines("Environment of your program", NAMED_EXPORTER),
        Lines(
            "Next.js: npm install @vercel/otel, then instrumentation.ts",
            """\
import { registerOTel } from "@vercel/otel";

export function register() {
  registerOTel({ serviceName: "my-service" });
}""",
        ),
        Lines(
            "Node.js: npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto, then",
            """\
import { NodeSDK } from "@opentelemetry/sdk-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";

new NodeSDK({ traceExporter: new OTLPTraceExporter() }).start();""",
        ),
        Lines(
            "In every call",
            """\
const result = await generateText({
  model: openai("gpt-4o-mini"),
  prompt: "Hello",
  experimental_telemetry: { isEnabled: true, recordInputs: false, recordOutputs: false },
});""",
        ),
    ),
    notes=(
        "A call without experimental_telemetry is not seen.",
        "metadata: { sessionId: … } in experimental_telemetry groups calls into conversations.",
        "AI SDK 7: npm install @ai-sdk/otel, and registerTelemetry(new OpenTelemetry()) once at the start in"
        " place of the last lines. It speaks the GenAI conventions: look for it under OpenTelemetry.",
    ),
    docs_url="https://ai-sdk.dev/docs/ai-sdk-core/telemetry",
)
