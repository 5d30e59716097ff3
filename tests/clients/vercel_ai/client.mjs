// Vercel's AI SDK with OpenTelemetry's exporter for Node: OTLP as JSON, in chunks without a length.
// Each call is told of twice: by the function that was called, and by the call of the provider within it.

import { createOpenAI } from "@ai-sdk/openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { embed, generateText, streamText } from "ai";

const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(), { maxExportBatchSize: 8 })],
});
provider.register();
const openai = createOpenAI({ baseURL: `${process.env.MODEL_SERVER}/v1`, apiKey: "sk-none" });
const experimental_telemetry = { isEnabled: true, functionId: "answer" };

async function chat(prompt, model = "gpt-4.1-mini") {
  await generateText({ model: openai.chat(model), prompt, experimental_telemetry });
}

async function streamed(prompt) {
  const { textStream } = streamText({ model: openai.chat("gpt-5-mini"), prompt, experimental_telemetry });
  for await (const _ of textStream);
}

async function embedded(value) {
  await embed({ model: openai.embedding("text-embedding-3-small"), value, experimental_telemetry });
}

async function refused() {
  try {
    await chat("IMPOSSIBLE");
  } catch {
    return;
  }
  throw new Error("the model server answered what it must refuse");
}

function times(number, call) {
  return Array.from({ length: number }, (_, index) => call(index));
}

await Promise.all([
  ...times(12, (number) => chat(`Question ${number}`)),
  ...times(5, () => chat("The same question", "gpt-5-mini")),
  ...times(7, (number) => streamed(`Stream ${number}`)),
  ...times(6, () => embedded("A text")),
  chat("BUSY"),
  refused(),
]);
await provider.shutdown();
