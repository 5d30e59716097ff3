"""OpenInference on `openai` and `anthropic`; Anthropic's SDK tells of its calls itself, besides.

So each call of Claude comes as two spans, in one trace or in two: it must be counted once.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from anthropic import Anthropic, BadRequestError
from openai import OpenAI
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SERVER = os.environ["MODEL_SERVER"]

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=8))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument(tracer_provider=provider)
AnthropicInstrumentor().instrument(tracer_provider=provider)
openai = OpenAI(base_url=f"{SERVER}/v1", api_key="sk-none")
anthropic = Anthropic(base_url=SERVER, api_key="sk-none")


def chat(prompt: str, model: str = "gpt-4.1-mini", **options: Any) -> None:
    messages: Any = [{"role": "user", "content": prompt}]
    answer = openai.chat.completions.create(model=model, messages=messages, **options)
    if options.get("stream"):
        for _ in answer:
            pass


def message(prompt: str, model: str = "claude-sonnet-4-5") -> None:
    anthropic.messages.create(model=model, max_tokens=512, messages=[{"role": "user", "content": prompt}])


def streamed_message(prompt: str) -> None:
    messages: Any = [{"role": "user", "content": prompt}]
    with anthropic.messages.stream(model="claude-haiku-4-5", max_tokens=512, messages=messages) as stream:
        for _ in stream:
            pass


def streamed_events(prompt: str) -> None:
    messages: Any = [{"role": "user", "content": prompt}]
    events = anthropic.messages.create(
        model="claude-haiku-4-5", max_tokens=512, messages=messages, stream=True
    )
    for _ in events:
        pass


def refused() -> None:
    try:
        message("IMPOSSIBLE")
    except BadRequestError:
        return
    raise AssertionError("the model server answered what it must refuse")


def main() -> None:
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    embed = partial(openai.embeddings.create, model="text-embedding-3-small", input="A text")
    calls = [
        *(partial(chat, f"Question {number}") for number in range(6)),
        *(partial(chat, "The same question", "gpt-5-mini", **streamed) for _ in range(4)),
        *(embed for _ in range(5)),
        *(partial(message, f"Question {number}") for number in range(8)),
        *(partial(message, "The same question", "claude-haiku-4-5") for _ in range(3)),
        *(partial(streamed_message, f"Stream {number}") for number in range(4)),
        *(partial(streamed_events, "The same stream") for _ in range(3)),
        partial(message, "BUSY"),
        refused,
    ]
    with ThreadPoolExecutor(6) as pool:
        for call in [pool.submit(call) for call in calls]:
            call.result()
    provider.shutdown()


main()
