"""By which ids LiteLLM's report of a call is known to be of the same call as another's."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.json_records import Record
from integrations.sources.litellm.calls import parse


def event(**fields: Any) -> UsageEvent:
    usual = {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "status": "success",
        "custom_llm_provider": "openai",
        "model": "gpt-4o",
        "startTime": 1795324792.2,
        "prompt_tokens": 10,
        "completion_tokens": 2,
    }
    return parse(Record("record 1", {**usual, **fields})).event


def packed(inner: str) -> str:
    return "resp_" + urlsafe_b64encode(inner.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("id_", "known_by"),
    [
        ("chatcmpl-97aab569b0ecdb06c69712d1", "chatcmpl-97aab569b0ecdb06c69712d1"),
        ("msg_01XFDUDYJgAACzvnptvVoYEL", "msg_01XFDUDYJgAACzvnptvVoYEL"),
        ("gen-1795324792-abc", "gen-1795324792-abc"),
        # LiteLLM's own, where the provider's answer was no chat completion, or had no id.
        ("chatcmpl-ad8c252b-4f91-4a3e-9884-8bc1e81fd6d3", ""),
        ("7ab534c4-b01d-46fe-9535-848dc931efca", ""),
        ("call-1", ""),
        ("x" * 201, ""),
        # The Responses API: the provider's id is packed into LiteLLM's.
        (packed("litellm:custom_llm_provider:openai;model_id:None;response_id:resp_23a7"), "resp_23a7"),
        (packed("something else"), packed("something else")),
        ("resp_0123abcd", "resp_0123abcd"),
        ("resp_é", "resp_é"),
    ],
)
def test_only_the_providers_own_id_is_a_response_id(id_: str, known_by: str) -> None:
    assert event(id=id_).response_id == known_by
    assert event(id="row-1", response={"id": id_}).response_id == known_by
    assert event(id=None, request_id=id_).response_id == known_by


def test_the_providers_request_id_stands_in_its_headers() -> None:
    def with_headers(**headers: str) -> str:
        return event(hidden_params={"additional_headers": headers}).request_id

    assert with_headers(**{"llm_provider-x-request-id": "req_1"}) == "req_1"
    assert with_headers(**{"llm_provider-request-id": "req_2", "x-request-id": "of-a-proxy"}) == "req_2"
    assert with_headers(**{"request-id": "req_3"}) == "req_3"
    assert with_headers(**{"x-request-id": "r" * 201}) == ""
    assert event().request_id == ""


@pytest.mark.parametrize(
    "fields",
    [{"cache_hit": True}, {"prompt_tokens": 10, "completion_tokens": 20}],
    ids=["cache hit", "mock"],
)
def test_what_no_provider_answered_has_none_of_its_ids(fields: dict[str, Any]) -> None:
    """A cache hit carries the ids of the call whose answer it repeats: it is not that call."""
    headers = {"additional_headers": {"llm_provider-x-request-id": "req_1"}}
    found = event(id="chatcmpl-abc", hidden_params=headers, **fields)
    assert (found.response_id, found.request_id, found.observer) == ("", "", "litellm")


def test_a_failure_is_no_answer() -> None:
    headers = {"additional_headers": {"request-id": "req_1"}}
    found = event(status="failure", hidden_params=headers)
    assert (found.response_id, found.request_id) == ("", "req_1")
