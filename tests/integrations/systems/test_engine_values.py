"""Values that need care: clocks, texts, broken JSON, secrets."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chat.models import Message
from integrations.models import LinkedAccount
from integrations.systems.row import Row
from integrations.systems.secrets import is_secret_name, without_secrets
from tests.integrations.systems.builder import MESSAGE, app_builder, insert, opened
from tests.integrations.systems.support import assert_none_stored, imported

BERLIN = ZoneInfo("Europe/Berlin")
KEY = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE="


def row(**values: Any) -> tuple[Row, Counter[str]]:
    awkward: Counter[str] = Counter()
    return Row("table", values, naive_zone=BERLIN, awkward=awkward), awkward


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2025-07-19 20:02:37", datetime(2025, 7, 19, 20, 2, 37, tzinfo=UTC)),
        ("2025-07-19T20:02:37.5+02:00", datetime(2025, 7, 19, 18, 2, 37, 500_000, tzinfo=UTC)),
        (1_752_955_357, datetime(2025, 7, 19, 20, 2, 37, tzinfo=UTC)),
        (1_752_955_357_250, datetime(2025, 7, 19, 20, 2, 37, 250_000, tzinfo=UTC)),
        ("1752955357250", datetime(2025, 7, 19, 20, 2, 37, 250_000, tzinfo=UTC)),
        (datetime(2025, 7, 19, 22, 2, 37), datetime(2025, 7, 19, 20, 2, 37, tzinfo=UTC)),
        (datetime(2025, 1, 19, 21, 2, 37), datetime(2025, 1, 19, 20, 2, 37, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_each_value_is_read_by_its_own_clock(value: Any, instant: datetime | None) -> None:
    read, awkward = row(at=value)
    assert read.time("at") == instant
    assert awkward == (Counter(naive_clocks=1) if isinstance(value, datetime) else Counter())


@pytest.mark.parametrize("value", ["yesterday", "2025-02-31 10:00:00", True, 10**30, b"\x00"])
def test_what_is_no_time_is_flagged_and_kept(value: Any) -> None:
    read, awkward = row(at=value)
    assert read.time("at") is None
    assert awkward == Counter(unreadable_clock=1)
    assert "at" in read.rest()


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ('{"a": 1}', {"a": 1}, ""),
        ('"{\\"a\\": 1}"', {"a": 1}, "double_encoded_json"),
        ('{"a": ', None, "invalid_json"),
        ("null", None, ""),
        ('{"a": NaN}', {"a": "NaN"}, ""),
        ('{"apiKey": "plain", "tokens": 3}', {"apiKey": "[removed]", "tokens": 3}, ""),
    ],
)
def test_json_is_opened_and_broken_json_kept_as_text(text: str, value: Any, kind: str) -> None:
    read, awkward = row(data=text)
    assert read.json("data") == value
    assert awkward == (Counter({kind: 1}) if kind else Counter())
    assert read.rest() == ({"data": text} if kind == "invalid_json" else {})


@pytest.mark.parametrize(
    ("value", "number", "kind"),
    [
        (3, 3, ""),
        ("12", 12, ""),
        (12.0, 12, ""),
        (-4, -4, ""),
        (1.5, None, "unreadable_number"),
        ("x", None, "unreadable_number"),
        (2**70, None, "unreadable_number"),
    ],
)
def test_whole_numbers(value: Any, number: int | None, kind: str) -> None:
    read, awkward = row(count=value)
    assert read.integer("count") == number
    assert awkward == (Counter({kind: 1}) if kind else Counter())


@pytest.mark.parametrize(
    "name",
    ["token", "github_token", "password_hash", "api_key", "providerApiKey", "Access-Token", "client_secret"],
)
def test_secret_names_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["tokens", "input_tokens", "token_count", "token_usage_id", "keywords", "key"]
)
def test_other_names_are_not_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_secrets_are_removed_wherever_they_stand() -> None:
    value = {"list": [{"api_key": "abc"}], "text": "use sk-abcdefgh12345678 now", "password": None}
    assert without_secrets(value) == {
        "list": [{"api_key": "[removed]"}],
        "text": "use [removed] now",
        "password": None,
    }


@pytest.mark.django_db
def test_texts_that_no_database_stores_are_mended_and_reported(tmp_path: Path) -> None:
    path = app_builder(tmp_path / "projects.db", messages=0, calls=0)
    with opened(path) as database:
        insert(database, "conversation_messages", **{**MESSAGE, "content": "a\x00b", "model": "m" * 300})
    result = imported("s1", path)
    message = Message.objects.get()
    assert (message.content, len(message.model)) == ("a\N{REPLACEMENT CHARACTER}b", 200)
    assert message.metadata == {"model_in_full": "m" * 300}
    assert (result["awkward"]["replaced_nul"], result["awkward"]["text_cut"]) == (1, 1)


@pytest.fixture
def with_tokens(tmp_path: Path) -> Path:
    path = app_builder(tmp_path / "projects.db", messages=0, calls=0)
    with opened(path) as database:
        insert(
            database,
            "users",
            id="u1",
            email="ada@example.com",
            name="Ada",
            github_username="ada",
            github_token="planted-github-secret",
            created_at="2025-11-01 08:00:00",
        )
    return path


@pytest.mark.django_db
def test_secrets_are_not_read(with_tokens: Path) -> None:
    imported("s1", with_tokens)
    account = LinkedAccount.objects.get()
    assert (account.username, account.access_token) == ("ada", "")
    assert_none_stored(["planted-github-secret"])


@pytest.mark.django_db
def test_secrets_that_are_asked_for_are_encrypted(with_tokens: Path, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [KEY]
    imported("s1", with_tokens)
    result = imported("s1", with_tokens, with_secrets=True)
    assert LinkedAccount.objects.get().access_token == "planted-github-secret"
    assert_none_stored(["planted-github-secret"], str(result))


@pytest.mark.django_db
def test_the_clocks_zone_is_the_operators(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "database.db"
    with duckdb.connect(str(path)) as database:
        database.execute(
            "CREATE TABLE conversation_messages (id TEXT, session_id TEXT, project_id TEXT, role TEXT,"
            " content TEXT, created_at TIMESTAMP)"
        )
        database.execute(
            "INSERT INTO conversation_messages VALUES ('1', 's', NULL, 'user', 'Hi', '2025-07-01 12:00:00')"
        )
    imported("s1", path, time_zone="Europe/Berlin")
    assert Message.objects.get().sent_at == datetime(2025, 7, 1, 10, 0, tzinfo=UTC)
