"""Secrets are encrypted in the database, and show themselves nowhere by accident."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.forms.models import modelform_factory
from django.views.debug import get_default_exception_reporter_filter

from core.encryption import NoKeyError, Secret, Unreadable, UnreadableSecretError, decrypted, encrypted
from integrations.models import ProviderConfig

pytestmark = pytest.mark.django_db

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
PLAIN = "sk-ant-ünïcode-\U0001f511-1234567890"


@pytest.fixture(autouse=True)
def ring(settings: Any) -> Iterator[Any]:
    settings.ENCRYPTION_KEYS = [NEW]
    return settings


def make_config(**values: Any) -> ProviderConfig:
    return ProviderConfig.objects.create(name="Ours", provider="anthropic", **values)


def column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM integrations_providerconfig")
        [(stored,)] = cursor.fetchall()
    return str(stored)


def test_a_secret_comes_back_and_the_column_never_holds_it() -> None:
    config = make_config(api_key=PLAIN)
    assert config.api_key.reveal() == PLAIN
    assert Fernet(NEW).decrypt(column()).decode() == PLAIN
    assert ProviderConfig.objects.get().api_key.reveal() == PLAIN


@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "bulk_create", "update_or_create"])
def test_whatever_way_it_is_written(way: str) -> None:
    config = ProviderConfig(name="Ours", provider="anthropic", api_key="first")
    if way == "bulk_create":
        config.api_key = PLAIN
        ProviderConfig.objects.bulk_create([config])
    else:
        config.save()
        if way == "save":
            config.api_key = PLAIN
            config.save(update_fields=["api_key"])
        elif way == "update":
            ProviderConfig.objects.update(api_key=PLAIN)
        elif way == "bulk_update":
            config.api_key = PLAIN
            ProviderConfig.objects.bulk_update([config], ["api_key"])
        else:
            ProviderConfig.objects.update_or_create(pk=config.pk, defaults={"api_key": PLAIN})
    assert Fernet(NEW).decrypt(column()).decode() == PLAIN


def test_none_stays_none() -> None:
    config = make_config()
    assert (config.api_key, column()) == ("", "")
    config.api_key = PLAIN
    config.save()
    config.api_key = ""
    config.save()
    assert (column(), ProviderConfig.objects.get().api_key) == ("", "")


@pytest.mark.parametrize("expression", [Value("plain text"), F("name")])
def test_what_the_database_would_compute_is_refused(expression: Any) -> None:
    config = make_config(api_key=PLAIN)
    config.api_key = expression
    for write in (config.save, lambda: ProviderConfig.objects.update(api_key=expression)):
        with pytest.raises(TypeError, match="assign the text itself"), transaction.atomic():
            write()
    assert ProviderConfig.objects.get().api_key == PLAIN


def test_the_database_refuses_plain_text_from_any_other_writer() -> None:
    make_config(api_key=PLAIN)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_providerconfig SET api_key = 'plain text'")
    assert ProviderConfig.objects.get().api_key == PLAIN


def test_every_key_of_the_ring_opens_and_the_newest_writes(ring: Any) -> None:
    ring.ENCRYPTION_KEYS = [OLD]
    config = make_config(api_key=PLAIN)
    ring.ENCRYPTION_KEYS = [NEW, OLD]
    config = ProviderConfig.objects.get()
    assert config.api_key == PLAIN
    config.save()
    ring.ENCRYPTION_KEYS = [NEW]
    assert ProviderConfig.objects.get().api_key == PLAIN


@pytest.mark.parametrize("keys", [[], [OTHER]])
def test_a_secret_that_no_key_opens_is_kept_as_it_is(ring: Any, keys: list[str]) -> None:
    make_config(api_key=PLAIN)
    token = column()
    ring.ENCRYPTION_KEYS = keys
    config = ProviderConfig.objects.get()
    assert isinstance(config.api_key, Unreadable)
    assert config.api_key
    with pytest.raises(UnreadableSecretError):
        config.api_key.reveal()
    config.name = "Renamed"
    config.full_clean()
    config.save()
    ProviderConfig.objects.bulk_update([config], ["api_key"])
    assert (column(), ProviderConfig.objects.get().name) == (token, "Renamed")
    ring.ENCRYPTION_KEYS = [NEW]
    assert ProviderConfig.objects.get().api_key == PLAIN


def test_without_a_key_nothing_is_stored(ring: Any) -> None:
    ring.ENCRYPTION_KEYS = []
    with pytest.raises(NoKeyError, match="ENCRYPTION_KEYS"), transaction.atomic():
        make_config(api_key=PLAIN)
    assert not ProviderConfig.objects.exists()
    make_config()
    assert column() == ""


def test_a_wrong_key_is_named_by_its_place_alone(ring: Any) -> None:
    ring.ENCRYPTION_KEYS = [NEW, "hush-no-key"]
    with pytest.raises(ImproperlyConfigured) as error:
        encrypted(PLAIN)
    assert str(error.value) == "Key 2 of ENCRYPTION_KEYS is not a Fernet key."


def test_what_was_tampered_with_is_unreadable() -> None:
    token = encrypted(PLAIN)
    assert isinstance(decrypted(token[:-4] + "AAA="), Unreadable)
    assert isinstance(decrypted("é"), Unreadable)
    assert decrypted(encrypted("a\ud800b")) == Secret("a\ud800b")


def test_it_shows_itself_in_no_dump(ring: Any) -> None:
    config = make_config(api_key=PLAIN)
    file = io.StringIO()
    csv.writer(file).writerows(ProviderConfig.objects.values_list())
    dumps = [
        repr(vars(config)),
        repr(list(ProviderConfig.objects.values())),
        file.getvalue(),
        f"{config.api_key} {config.api_key!r}",
        serializers.serialize("json", ProviderConfig.objects.all()),
        serializers.serialize("xml", ProviderConfig.objects.all()),
    ]
    assert [dump for dump in dumps if "sk-ant" in dump] == []
    ring.ENCRYPTION_KEYS = [OTHER]
    token = column()
    assert token not in repr(list(ProviderConfig.objects.values()))


def test_error_pages_hide_the_ring(ring: Any) -> None:
    assert NEW not in repr(get_default_exception_reporter_filter().get_safe_settings())


def test_no_form_offers_it() -> None:
    assert "api_key" not in modelform_factory(ProviderConfig, fields="__all__").base_fields


@pytest.mark.parametrize("lookup", ["api_key", "api_key__startswith", "api_key__in", "api_key__gt"])
def test_nobody_searches_by_it(lookup: str) -> None:
    with pytest.raises(FieldError):
        ProviderConfig.objects.filter(**{lookup: PLAIN})


def test_the_last_letters_of_a_short_one_stay_hidden() -> None:
    assert (Secret("sk-1234567890").last4, Secret("12345678901").last4) == ("7890", "")


def test_secrets_are_compared_with_texts_and_never_hashed() -> None:
    assert Secret("a") == Secret("a") == "a"
    assert Secret("a") != Secret("b")
    assert Secret("a") != 1
    with pytest.raises(TypeError):
        hash(Secret("a"))
