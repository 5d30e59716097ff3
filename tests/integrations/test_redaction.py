"""What is kept of a rejected record."""

import pytest

from integrations.sources.redaction import REMOVED, record_text, redacted


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("key sk-ant-api03-abcdefgh_123", f"key {REMOVED}"),
        ("Authorization: Bearer abcdefghijkl.mnop", f'Authorization: "{REMOVED}" {REMOVED}'),
        ("curl -H 'X: Bearer abcdefghijkl'", f"curl -H 'X: Bearer {REMOVED}'"),
        ('{"api_key": "whatever", "a": 1}', f'{{"api_key": "{REMOVED}", "a": 1}}'),
        ('{"x-api-key": 12345678, "a": 1}', f'{{"x-api-key": "{REMOVED}", "a": 1}}'),
        (
            '{"meta": "{\\"api_key\\": \\"hush\\", \\"a\\": 1}"}',
            f'{{"meta": "{{\\"api_key\\": "{REMOVED}", \\"a\\": 1}}"}}',
        ),
        ("password=hunter2 next", f'password="{REMOVED}" next'),
        ("{'access_token': 'hush', 'b': 2}", f"{{'access_token': \"{REMOVED}\", 'b': 2}}"),
        ("ghp_abcdefghijklmnop and AKIAABCDEFGHIJKLMNOP", f"{REMOVED} and {REMOVED}"),
        ("sent chk_abcdefghijkl_" + "aZ9" * 14 + "b to us", f"sent chk_abcdefghijkl_{REMOVED} to us"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc", REMOVED),
        (
            '{"prompt_tokens": 12, "user_api_key_alias": "team"}',
            '{"prompt_tokens": 12, "user_api_key_alias": "team"}',
        ),
    ],
)
def test_secrets_go_and_the_rest_stays(raw, kept) -> None:
    assert redacted(raw) == kept


def test_the_record_is_cut_after_its_secrets_are_gone() -> None:
    raw = "x" * 7_990 + " sk-abcdefghijklmnopqrstuvwxyz"
    assert redacted(raw) == ("x" * 7_990 + f" {REMOVED}")[:8_000]
    assert redacted("a\x00b\ud800") == "ab?"


def test_words_of_a_conversation_are_not_kept() -> None:
    record = {
        "id": "1",
        "messages": [{"content": "hush"}],
        "message": {"content": [1], "usage": {"input": 2}},
    }
    assert record_text(record) == (
        '{"id": "1", "messages": "[left out]", "message": {"content": "[left out]", "usage": {"input": 2}}}'
    )
