"""Who may send: what a door makes of the key in a request."""

import hmac
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.doors import keys
from integrations.doors.keys import key_of
from integrations.doors.refusals import Refused
from integrations.doors.throttle import Buckets
from integrations.models import IngestKey
from integrations.services.ingest_keys import create_key, revoke_key, rotate_key
from projects.services.archiving import archive_project
from tests.cast import Cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db
WRONG = "chk_abcdefghijkl_" + "a" * 43
DAY = timedelta(days=1)


def ask(key: str = "", **headers: str) -> IngestKey:
    named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    if key:
        named["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    remote: Any = named
    return key_of(RequestFactory().post("/v1/traces", **remote))


def refusal(key: str = "", **headers: str) -> Refused:
    with pytest.raises(Refused) as caught:
        ask(key, **headers)
    return caught.value


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def test_a_key_is_taken_wherever_clients_put_it() -> None:
    row, key = create_key(make_project(), "a")
    placed: list[dict[str, str]] = [
        {"authorization": f"Bearer {key}"},
        {"authorization": f"bearer   {key} "},
        {"authorization": key},
        {"authorization": basic("anyone", key)},
        {"x_api_key": key},
        {"x_api_key": key, "authorization": "Bearer of-a-gateway-before-us"},
    ]
    assert [ask(**headers) for headers in placed] == [row] * len(placed)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic", "Basic %%%", "Basic YQ==", "Digest a=b"]
)
def test_without_a_key_it_is_said_how_to_send_one(header: str) -> None:
    refused = refusal(authorization=header)
    assert refused.status == 401


def test_no_key_at_all_is_answered_with_both_headers() -> None:
    assert refusal() == Refused(
        401, "Send an ingest key with the request: “Authorization: Bearer KEY”, or “x-api-key: KEY”."
    )


def test_unknown_and_wrong_keys_are_refused_in_the_same_words() -> None:
    _, key = create_key(make_project(), "a")
    assert refusal(WRONG) == refusal(key[:-1] + "!") == refusal(key[:17] + "a" * 43) == refusal("hello")
    assert refusal(WRONG).status == 401


def test_a_key_is_compared_in_constant_time_whether_or_not_its_prefix_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, key = create_key(make_project(), "a")
    compared: list[tuple[int, int]] = []

    compare = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    for sent in (WRONG, key[:17] + "a" * 43, "hello"):
        refusal(sent)
    assert compared == [(32, 32)] * 3


def test_a_wrong_key_costs_a_query_and_no_write() -> None:
    _, key = create_key(make_project(), "a")
    before = list(IngestKey.objects.values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refusal(key[:17] + "a" * 43)
        refusal(WRONG)
        refusal("hello")
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "SELECT"]
    assert list(IngestKey.objects.values()) == before


def test_use_is_noted_once_a_minute() -> None:
    row, key = create_key(make_project(), "a")
    ask(key)
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        ask(key)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
    IngestKey.objects.update(last_used_at=first - timedelta(minutes=2))
    ask(key)
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_used_at >= first


def test_both_keys_are_valid_while_rotating_and_the_new_one_after(cast: Cast) -> None:
    old, old_secret = create_key(cast.project, "a")
    new, new_secret = rotate_key(old, DAY, cast.owner.user)
    assert (ask(old_secret), ask(new_secret)) == (old, new)
    IngestKey.objects.filter(pk=old.pk).update(expires_at=timezone.now() - DAY)
    refused = refusal(old_secret)
    assert (refused.status, "expired on" in refused.message) == (401, True)
    assert ask(new_secret) == new


def test_a_revoked_key_is_refused_from_the_next_request_on(cast: Cast) -> None:
    row, key = create_key(cast.project, "Laptop")
    assert ask(key) == row
    revoke_key(row, cast.owner.user)
    refused = refusal(key)
    assert refused == Refused(401, f"The ingest key Laptop ({row.prefix}…) was revoked: use another.")


def test_an_archived_project_takes_nothing(cast: Cast) -> None:
    _, key = create_key(cast.project, "a")
    archive_project(cast.project, cast.owner.user)
    assert refusal(key).status == 403


def test_no_refusal_says_the_key(cast: Cast) -> None:
    row, key = create_key(cast.project, "a")
    revoke_key(row, cast.owner.user)
    assert key[17:] not in refusal(key).message
    assert WRONG[17:] not in refusal(WRONG).message


def test_above_its_rate_a_key_has_to_wait(settings: Any) -> None:
    settings.INGEST_REQUESTS_PER_MINUTE = 2
    row, key = create_key(make_project(), "a")
    assert [ask(key), ask(key)] == [row, row]
    refused = refusal(key)
    assert (refused.status, refused.retry_after_s) == (429, 30)
    _, other = create_key(make_project(), "b")
    ask(other)


def test_a_keys_own_limit_goes_before_the_installations(settings: Any) -> None:
    settings.INGEST_REQUESTS_PER_MINUTE = 1
    row, key = create_key(make_project(), "a")
    row.requests_per_minute = 3
    row.save()
    assert [ask(key) for _ in range(3)] == [row] * 3
    assert refusal(key).status == 429


def test_an_address_that_sends_wrong_keys_is_held_off_without_a_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keys, "_WRONG_KEYS_PER_MINUTE", 3)
    row, key = create_key(make_project(), "a")
    ask(key)
    assert [refusal(WRONG).status for _ in range(3)] == [401] * 3
    with CaptureQueriesContext(connection) as queries:
        refused = refusal(WRONG)
    assert (refused.status, bool(refused.retry_after_s), len(queries)) == (429, True, 0)
    # A neighbour's key that is in use goes on, and so do other addresses.
    assert ask(key) == row
    with pytest.raises(Refused) as caught:
        key_of(RequestFactory(REMOTE_ADDR="192.0.2.7").post("/", HTTP_X_API_KEY=WRONG))
    assert caught.value.status == 401


def test_behind_a_proxy_the_address_is_what_the_proxy_saw(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(keys, "_WRONG_KEYS_PER_MINUTE", 1)
    settings.TRUSTED_PROXIES = ["1"]
    assert refusal(WRONG, x_forwarded_for="198.51.100.1, 192.0.2.1").status == 401
    assert refusal(WRONG, x_forwarded_for="198.51.100.2, 192.0.2.1").status == 429
    assert refusal(WRONG, x_forwarded_for="192.0.2.2").status == 401
    settings.TRUSTED_PROXIES = []
    assert refusal(WRONG, x_forwarded_for="198.51.100.3").status == 401
    assert refusal(WRONG, x_forwarded_for="198.51.100.4").status == 429


def test_a_bucket_fills_evenly() -> None:
    now = 0.0
    buckets = Buckets(size=10, clock=lambda: now)
    assert [buckets.take("a", 60) for _ in range(61)] == [0] * 60 + [1]
    now = 2.0
    assert [buckets.take("a", 60) for _ in range(3)] == [0, 0, 1]
    now = 1_000.0
    assert [buckets.take("a", 60) for _ in range(61)] == [0] * 60 + [1]
    assert buckets.take("b", 0) == 0


def test_buckets_are_bounded() -> None:
    buckets = Buckets(size=2, clock=lambda: 0.0)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 10)
    assert [name in buckets for name in ("a", "b", "c")] == [True, False, True]
