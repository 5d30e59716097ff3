"""The words of calls, for projects that keep them."""

import json
import math
from typing import Any

import pytest

from integrations.sources.parsed import CapturedMessage
from tests.integrations.otlp.telemetry import make_record, make_span, the_call, the_logged_call

CALL = {
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.usage.output_tokens": 6,
}
ASKED = CapturedMessage("user", "What is six by seven?")
CALLED = CapturedMessage(
    "assistant", "", ({"type": "tool_call", "name": "multiply", "arguments": {"a": 6, "b": 7}},)
)
RETURNED = CapturedMessage("tool", "", ({"type": "tool_result", "name": "", "result": "42"},))
ANSWERED = CapturedMessage("assistant", "Forty-two.", ({"type": "reasoning", "text": "Easy."},))
TURNS = (CapturedMessage("system", "Be terse."), ASKED, CALLED, RETURNED, ANSWERED)


def words(said: dict[str, Any]) -> tuple[CapturedMessage, ...]:
    return the_call(make_span({**CALL, **said}), with_content=True).captured


GENAI_INPUT = [
    {"role": "user", "parts": [{"type": "text", "content": "What is six by seven?"}]},
    {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "1", "name": "multiply", "arguments": '{"a": 6, "b": 7}'}],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "42"}]},
]
GENAI_OUTPUT = [
    {
        "role": "assistant",
        "parts": [{"type": "thinking", "content": "Easy."}, {"type": "text", "content": "Forty-two."}],
    }
]
GENAI = {
    "gen_ai.system_instructions": [{"type": "text", "content": "Be terse."}],
    "gen_ai.input.messages": GENAI_INPUT,
    "gen_ai.output.messages": GENAI_OUTPUT,
}


def test_genai_as_texts_and_as_structures() -> None:
    assert words({name: json.dumps(value) for name, value in GENAI.items()}) == TURNS
    assert words(GENAI) == TURNS


def test_pydantic_ai_gives_results_to_the_user() -> None:
    result = [{"role": "user", "parts": [{"type": "tool_call_response", "name": "multiply", "result": "42"}]}]
    assert words({"gen_ai.input.messages": json.dumps(result)}) == (
        CapturedMessage("tool", "", ({"type": "tool_result", "name": "multiply", "result": "42"},)),
    )


def test_openllmetry_of_old() -> None:
    said = {
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be terse.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": '[{"type": "text", "text": "What is six by seven?"}]',
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Forty-two.",
        "gen_ai.completion.0.tool_calls.0.name": "multiply",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"a": 6, "b": 7}',
    }
    assert words(said) == (*TURNS[:2], CapturedMessage("assistant", "Forty-two.", CALLED.parts))


def test_openinference() -> None:
    said = {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be terse.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": "What is six by seven?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "multiply",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a": 6, "b": 7}',
    }
    assert words(said) == TURNS[:3]
    # Anthropic's calls stand among the contents too: they are one.
    said |= {
        "llm.output_messages.0.message.contents.1.message_content.type": "tool_use",
        "llm.output_messages.0.message.contents.1.tool_call.function.name": "multiply",
        "llm.output_messages.0.message.contents.1.tool_call.function.arguments": '{"a": 6, "b": 7}',
    }
    assert words(said) == TURNS[:3]


def test_vercel_ai() -> None:
    prompt = [
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": [{"type": "text", "text": "What is six by seven?"}]},
    ]
    said = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": json.dumps(prompt),
        "ai.response.reasoning": "Easy.",
        "ai.response.text": "Forty-two.",
    }
    assert words(said) == (*TURNS[:2], ANSWERED)
    calls = [{"toolCallId": "1", "toolName": "multiply", "input": '{"a": 6, "b": 7}'}]
    said = {"ai.operationId": "ai.generateText.doGenerate", "ai.response.toolCalls": json.dumps(calls)}
    assert words(said) == (CALLED,)


def test_an_event_has_structures() -> None:
    record = make_record("gen_ai.client.inference.operation.details", {**CALL, **GENAI})
    assert the_logged_call(record, with_content=True).captured == TURNS
    assert the_logged_call(record).captured == ()


def test_nothing_is_kept_unasked_nor_of_wrappers() -> None:
    assert the_call(make_span({**CALL, **GENAI})).captured == ()
    wrapper = make_span({**CALL, **GENAI, "gen_ai.operation.name": "invoke_agent"})
    assert the_call(wrapper, with_content=True).captured == ()


def test_only_the_last_turns() -> None:
    turns = [{"role": "user", "content": str(number)} for number in range(100)]
    found = words({"gen_ai.input.messages": json.dumps(turns)})
    assert [turn.content for turn in found] == [str(number) for number in range(60, 100)]


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[1, 2]",
        '{"role": "user"}',
        "[[[[",
        "null",
        5,
        True,
        [{"role": 5, "parts": 7}],
        [{"parts": [None]}],
    ],
)
def test_words_that_cannot_be_read_cost_nothing(value) -> None:
    assert words({"gen_ai.input.messages": value}) == ()


def test_arguments_that_no_database_takes() -> None:
    def arguments(value: Any) -> Any:
        part = {"type": "tool_call", "name": "f", "arguments": value}
        ((turn,),) = [words({"gen_ai.output.messages": [{"role": "assistant", "parts": [part]}]})]
        return turn.parts[0]["arguments"]

    assert arguments({"a\x00": [math.inf, math.nan, 1.5, "b\x00"]}) == {"a": ["inf", "nan", 1.5, "b"]}
    deep = '{"a":' * 900 + "1" + "}" * 900
    said = json.dumps([{"role": "assistant", "parts": [{"type": "tool_call", "arguments": deep}]}])
    assert words({"gen_ai.output.messages": said}) == ()


def test_what_databases_refuse_is_left_out() -> None:
    said = [{"role": "user", "content": "a\x00b\ud800c"}]
    assert words({"gen_ai.input.messages": said}) == (CapturedMessage("user", "ab?c"),)
