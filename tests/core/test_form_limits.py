"""Forms of the browser take no body, and no value, beyond bounds."""

import pytest
from django.contrib import admin
from django.forms import JSONField
from django.test import RequestFactory

from core.admin.json_field import BoundedJSONField
from integrations.models import ProviderConfig
from tests.cast import Cast
from tests.integrations.test_admin_provider_configs import ADD, form

pytestmark = pytest.mark.django_db


def refusal(cast: Cast, value: str) -> list[str]:
    """What is said of `value` as settings; the page shows it again as it was sent."""
    answer = cast.owner.client.post(ADD, form(settings=value))
    assert answer.status_code == 200
    shown = answer.context["adminform"].form
    assert list(shown.errors) == ["settings"]
    assert shown["settings"].value() == value
    assert not ProviderConfig.objects.exists()
    return [str(message) for message in shown.errors["settings"]]


@pytest.mark.parametrize(
    "value",
    ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000, "[" * 101 + "]" * 101],
    ids=["open", "closed", "objects", "one too many"],
)
def test_a_value_nested_beyond_bounds_is_refused_in_words(cast: Cast, value: str) -> None:
    assert refusal(cast, value) == ["Lists and objects go 100 levels deep at most."]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1" * 5_000, "A number has thousands of digits."),
        ("NaN", "NaN, Infinity and numbers beyond 1.8e308 are no JSON."),
        ('{"a": [-Infinity]}', "NaN, Infinity and numbers beyond 1.8e308 are no JSON."),
        ("[1e999]", "NaN, Infinity and numbers beyond 1.8e308 are no JSON."),
        (r'{"a": "b\u0000"}', "U+0000 and halves of surrogate pairs cannot be kept."),
        (r'{"\ud800": 1}', "U+0000 and halves of surrogate pairs cannot be kept."),
        ("{", "Enter a valid JSON."),
    ],
    ids=["digits", "nan", "infinity", "overflow", "nul", "surrogate", "half"],
)
def test_a_value_that_no_database_keeps_is_refused_in_words(cast: Cast, value: str, said: str) -> None:
    assert refusal(cast, value) == [said]


@pytest.mark.parametrize("value", ["[" * 100 + "]" * 100, r'{"a": "\ud83d\ude00", "b": [1e308, 0]}'])
def test_what_is_within_bounds_is_kept(cast: Cast, value: str) -> None:
    assert cast.owner.client.post(ADD, form(settings=value)).status_code == 302
    assert ProviderConfig.objects.get().settings


def test_every_form_of_the_admin_keeps_to_them(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = cast.owner.user
    fields = {}
    for model, model_admin in admin.site._registry.items():
        forms = [(model.__name__, model_admin.get_form(request))]
        forms += [
            (type(inline).__name__, inline.get_formset(request).form)
            for inline in model_admin.get_inline_instances(request)
        ]
        fields |= {
            f"{place}.{name}": type(field)
            for place, made in forms
            for name, field in made.base_fields.items()
            if isinstance(field, JSONField)
        }
    assert fields["Integration.settings"] is BoundedJSONField
    assert {place for place, kind in fields.items() if kind is not BoundedJSONField} == set()
