"""OpenTelemetry's SDK and its own instrumentation of `openai`, configured by OTEL_ variables alone."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from openai import BadRequestError, OpenAI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=8))
OpenAIInstrumentor().instrument(tracer_provider=provider)
client = OpenAI(base_url=f"{os.environ['MODEL_SERVER']}/v1", api_key="sk-none")


def chat(prompt: str, model: str = "gpt-4.1-mini", **options: Any) -> None:
    messages: Any = [{"role": "user", "content": prompt}]
    answer = client.chat.completions.create(model=model, messages=messages, **options)
    if options.get("stream"):
        for _ in answer:
            pass


def refused() -> None:
    try:
        chat("IMPOSSIBLE")
    except BadRequestError:
        return
    raise AssertionError("the model server answered what it must refuse")


def main() -> None:
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    embed = partial(client.embeddings.create, model="text-embedding-3-small", input="A text")
    calls = [
        *(partial(chat, f"Question {number}") for number in range(12)),
        *(partial(chat, "The same question", "gpt-5-mini") for _ in range(5)),
        *(partial(chat, f"Stream {number}", "gpt-5-mini", **streamed) for number in range(7)),
        *(embed for _ in range(6)),
        partial(chat, "BUSY"),
        refused,
    ]
    with ThreadPoolExecutor(6) as pool:
        for call in [pool.submit(call) for call in calls]:
            call.result()
    provider.shutdown()


main()
