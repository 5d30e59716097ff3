"""Reading single values that others wrote."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.sources.values import (
    BadValueError,
    amount,
    count,
    milliseconds,
    moment,
    native_id,
    optional_moment,
    parse_json,
    plain,
    text,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, 12),
        ("12", 12),
        (12.0, 12),
        (" 12 ", 12),
        ("12.0", 12),
        (Decimal("1.2e1"), 12),
        (0, 0),
        (2**53, 2**53),
        (None, None),
        ("", None),
    ],
)
def test_counts(value, expected) -> None:
    assert count(value, "input_tokens") == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "True is not a whole number"),
        (1.5, "1.5 is not a whole number"),
        ("1.5", "“1.5” is not a whole number"),
        (float("nan"), "nan is not a whole number"),
        ("NaN", "“NaN” is not a whole number"),
        ("Infinity", "“Infinity” is not a whole number"),
        ("many", "“many” is not a whole number"),
        ([1], "[1] is not a whole number"),
        (-1, "-1 is negative"),
        ("-3", "“-3” is negative"),
        (2**53 + 1, "9007199254740993 is too large"),
        ("1e999999", "“1e999999” is too large"),
        ("-1e999999", "“-1e999999” is negative"),
        ("1e400000000", "“1e400000000” is too large"),
        ("-1e400000000", "“-1e400000000” is negative"),
        ("1e-400000000", "“1e-400000000” is not a whole number"),
    ],
)
def test_what_is_no_count(value, reason) -> None:
    with pytest.raises(BadValueError) as error:
        count(value, "input_tokens")
    assert str(error.value) == f"input_tokens: {reason}"


def test_amounts_stay_exact() -> None:
    assert amount(0.004952999999999999, "spend") == Decimal("0.004952999999999999")
    assert amount("9.4e-07", "spend") == Decimal("0.00000094")
    assert amount("$0.25", "spend") == Decimal("0.25")
    assert amount("", "spend") is None
    assert amount(None, "spend") is None


@pytest.mark.parametrize("value", ["free", float("inf"), True, "0,25", -0.1, "1e12", {}])
def test_what_is_no_amount(value) -> None:
    with pytest.raises(BadValueError, match=r"^spend: "):
        amount(value, "spend")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T05:19:52.222Z",
        "2026-11-22T06:19:52.222+01:00",
        "2026-11-22 05:19:52.222",
        1795324792.222,
        1795324792222,
        "1795324792.222",
        "1795324792222",
        Decimal("1795324792.222"),
        "2026-11-22 05:19:52.222+00",
    ],
)
def test_one_moment_in_the_clocks_of_many_tools(value) -> None:
    assert moment(value, "startTime") == datetime(2026, 11, 22, 5, 19, 52, 222_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["yesterday", "", None, True, 10**15, "1e999999", "9999-12-31T23:59:59-12:00", {}]
)
def test_what_is_no_moment(value) -> None:
    with pytest.raises(BadValueError, match=r"^startTime: "):
        moment(value, "startTime")


def test_an_absent_moment_is_none() -> None:
    assert optional_moment("", "endTime") is None


def test_a_clock_that_ran_backwards_gives_no_latency() -> None:
    noon = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert milliseconds(noon, noon + timedelta(microseconds=605_058)) == 605
    assert milliseconds(noon, noon - timedelta(seconds=1)) is None
    assert milliseconds(None, noon) is None


def test_texts_are_what_every_database_takes() -> None:
    assert text(" a\x00b\ud800c ", 10) == "ab?c"
    assert text("Zürich", 3) == "Zür"
    assert text(7, 10) == "7"
    assert text(None, 10) == ""


def test_a_long_id_stays_unique() -> None:
    assert native_id("x" * 512) == "x" * 512
    assert native_id("x" * 513).startswith("sha256:")
    assert native_id("x" * 513) != native_id("x" * 514)


def test_plain_json() -> None:
    value = {"a\x00": [Decimal("0.5"), "\ud800"], "b": {"c": None, "d": True, "e": 2}}
    assert plain(value) == {"a": [0.5, "?"], "b": {"c": None, "d": True, "e": 2}}


@pytest.mark.parametrize("document", ["{", '{"a": NaN}', "[" * 100_000, '{"a": ' + "9" * 5_000 + "}"])
def test_what_is_no_json(document) -> None:
    with pytest.raises(BadValueError, match="is not JSON"):
        parse_json(document)
