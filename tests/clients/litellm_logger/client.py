"""LiteLLM with its logger `generic_api`; the logger's own variables name the door and the key.

The name “generic_api” works only beside litellm-enterprise and fastapi, which LiteLLM's proxy brings along;
without them LiteLLM says nothing and logs nothing.
"""

import asyncio
import os
from typing import Any

import litellm

SERVER = os.environ["MODEL_SERVER"]
OPENAI = {"api_base": f"{SERVER}/v1", "api_key": "sk-none"}
ANTHROPIC = {"api_base": SERVER, "api_key": "sk-none"}


async def chat(model: str, prompt: str, to: dict[str, str], **options: Any) -> None:
    messages = [{"role": "user", "content": prompt}]
    answer = await litellm.acompletion(model=model, messages=messages, **to, **options)
    if options.get("stream"):
        async for _ in answer:
            pass


async def refused() -> None:
    try:
        await chat("gpt-4.1-mini", "IMPOSSIBLE", OPENAI)
    except litellm.BadRequestError:
        return
    raise AssertionError("the model server answered what it must refuse")


async def main() -> None:
    litellm.callbacks = ["generic_api"]
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    await asyncio.gather(*(chat("gpt-4.1-mini", f"Question {number}", OPENAI) for number in range(12)))
    await asyncio.gather(*(chat("gpt-5-mini", "The same question", OPENAI, **streamed) for _ in range(5)))
    await asyncio.gather(
        *(chat("anthropic/claude-sonnet-4-5", f"Question {number}", ANTHROPIC) for number in range(4)),
        *(chat("anthropic/claude-haiku-4-5", "The same", ANTHROPIC, **streamed) for _ in range(3)),
        *(
            litellm.aembedding(model="text-embedding-3-small", input=[f"Text {n}"], **OPENAI)
            for n in range(6)
        ),
        chat("gpt-4.1-mini", "BUSY", OPENAI, num_retries=2),
        refused(),
    )
    await delivered()


async def delivered() -> None:
    """Its own workers hand calls to the logger some time later: wait until no more come, then flush."""
    (logger,) = (each for each in litellm._async_success_callback if hasattr(each, "flush_queue"))
    seen, quiet = -1, 0
    while quiet < 10:
        await asyncio.sleep(0.1)
        quiet = quiet + 1 if len(logger.log_queue) == seen else 0
        seen = len(logger.log_queue)
    await logger.flush_queue()


asyncio.run(main())
