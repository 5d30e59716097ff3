"""Open WebUI: usage in every backend's shape, siblings, old exports."""

import pytest

from integrations.conversations.open_webui import parse
from tests.integrations.conversations.exports import QUESTION, answer, open_webui

COUNTS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")


@pytest.mark.parametrize(
    ("usage", "counts", "provider"),
    [
        (
            {
                "prompt_tokens": 1200,
                "completion_tokens": 40,
                "prompt_tokens_details": {"cached_tokens": 1024},
                "completion_tokens_details": {"reasoning_tokens": 8},
                "input_tokens": 1200,
                "output_tokens": 40,
            },
            (1200, 1024, None, 40, 8),
            "openai",
        ),
        (
            {"input_tokens": 20, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 16}},
            (20, 16, None, 5, None),
            "openai",
        ),
        (
            {
                "input_tokens": 20,
                "output_tokens": 5,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 30,
            },
            (150, 100, 30, 5, None),
            "openai",
        ),
        ({"prompt_tokens": "31", "completion_tokens": 17.0}, (31, None, None, 17, None), "openai"),
        ({"prompt_eval_count": 31, "eval_count": 17}, (31, None, None, 17, None), "ollama"),
        ({"eval_count": 17}, (None, None, None, 17, None), "ollama"),
        ({"prompt_n": 7, "predicted_n": 9}, (7, None, None, 9, None), "llama.cpp"),
        ({"timings": {"prompt_n": 7, "cache_n": 90, "predicted_n": 9}}, (97, 90, None, 9, None), "llama.cpp"),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 3,
                "completion_tokens_details": {"reasoning_tokens": 50},
            },
            (10, None, None, 53, 50),
            "openai",
        ),
    ],
)
def test_usage_of_every_backend(usage, counts, provider) -> None:
    message = parse(open_webui(QUESTION, answer(usage=usage))).messages[1]
    assert message.call is not None
    assert tuple(getattr(message.call, name) for name in COUNTS) == counts
    assert (message.call.provider, message.call.native_id, message.call.person_label) == (
        provider,
        "chat-1:a",
        "ada",
    )


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("claude-sonnet-4-5", "anthropic"),
        ("openrouter/some-model", "openrouter"),
        ("house-model", "open-webui"),
    ],
)
def test_the_provider_is_told_by_the_model(model, provider) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    message = parse(open_webui(QUESTION, answer(model=model, usage=usage))).messages[1]
    assert message.call is not None
    assert message.call.provider == provider


def test_what_tells_no_usage_books_no_call() -> None:
    zero = {"prompt_tokens": 0, "completion_tokens": 0}
    draft = parse(open_webui({**QUESTION, "usage": {"prompt_tokens": 5}}, answer(), answer("b", usage=zero)))
    assert [message.call for message in draft.messages] == [None, None, None]


def test_a_count_that_is_none_is_a_fault_of_the_call_alone() -> None:
    usage = {"prompt_tokens": -4, "completion_tokens": 1}
    message = parse(open_webui(QUESTION, answer(usage=usage))).messages[1]
    assert (message.content, message.call, message.call_fault) == (
        "Fine",
        None,
        "prompt_tokens: -4 is negative",
    )


def test_answers_of_several_models_are_siblings() -> None:
    record = open_webui(QUESTION, answer("a", modelIdx=0), answer("b", modelIdx=1), current="a")
    draft = parse(record)
    assert [(message.key, message.is_branch) for message in draft.messages] == [
        ("q", False),
        ("a", False),
        ("b", True),
    ]
    assert draft.messages[2].metadata == {"id": "b", "model_index": 1, "branch": True, "parent": "q"}


def test_an_answer_that_was_cut_is_kept_with_its_call() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 0}
    error = {"content": "overloaded"}
    message = parse(open_webui(QUESTION, answer(content="", error=error, usage=usage))).messages[1]
    assert message.call is not None
    assert (message.content, message.kind, message.call.status) == ("overloaded", "error", "partial")


def test_old_exports_without_a_tree() -> None:
    record = open_webui(QUESTION, answer())
    del record["chat"]["history"]
    assert [message.key for message in parse(record).messages] == ["q", "a"]


def test_folder_tags_and_parts_of_content() -> None:
    content = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    question = {**QUESTION, "content": content, "files": [{"name": "a.png", "type": "image"}]}
    draft = parse(open_webui(question, folder_id="f-9", meta={"tags": ["general"]}, archived=True))
    assert (draft.project_name, draft.tags, draft.metadata) == ("f-9", ["general"], {"is_archived": True})
    assert (draft.messages[0].content, draft.messages[0].attachments) == (
        "look",
        [{"name": "a.png", "mime_type": "image"}],
    )
