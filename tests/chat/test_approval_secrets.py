"""Parameters as people see them: what names call a secret is masked, all else stays."""

from typing import Any

import pytest

from chat.approvals.secrets import MASK, readable_text, without_secrets


@pytest.mark.parametrize(
    "name",
    [
        "password", "DB_PASSWORD", "client_secret", "apiKey", "api-key", "x-api-key", "access_token",
        "accessToken", "token", "Authorization", "Cookie", "aws_access_key_id", "private_key", "credentials",
        "auth", "pwd",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["hunter2", 5, ["hunter2"], {"inner": "hunter2"}])
def test_secret_names_are_masked(name: str, value: Any) -> None:
    assert without_secrets({"list": [{name: value}]}) == {"list": [{name: MASK}]}


@pytest.mark.parametrize("name", ["max_tokens", "author", "authors", "key", "monkey", "passenger", "path"])
def test_other_names_are_not(name: str) -> None:
    assert without_secrets({name: "plain"}) == {name: "plain"}


def test_named_values_are_masked_too() -> None:
    variables = [{"name": "API_KEY", "value": "hunter2"}, {"key": "REGION", "value": "eu"}]
    assert without_secrets({"env": variables}) == {
        "env": [{"name": "API_KEY", "value": MASK}, {"key": "REGION", "value": "eu"}]
    }


def test_a_missing_secret_reads_as_missing() -> None:
    assert without_secrets({"token": None, "password": ""}) == {"token": None, "password": ""}


@pytest.mark.parametrize("value", ["plain <b>", "", "a\nb"])
def test_a_string_stands_as_it_is(value: str) -> None:
    assert readable_text(value) == value


def test_text_is_indented_and_in_its_own_letters() -> None:
    assert readable_text({"stadt": "Gdańsk"}) == '{\n  "stadt": "Gdańsk"\n}'


def test_what_is_nested_without_end_is_cut() -> None:
    value: Any = "deep"
    for _ in range(900):
        value = [value]
    assert "…" in readable_text(value)
    assert "deep" not in readable_text(value)
