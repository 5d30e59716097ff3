"""The OpenAPI document tells what the doors do."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from integrations.doors.openapi import USAGE_FIELDS, document
from integrations.doors.usage_records import READERS
from tests.factories import make_project
from tests.integrations.doors.sending import Sender
from tests.integrations.doors.test_api_usage import FULL, record

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}


@pytest.fixture
def api() -> dict[str, Any]:
    return document("https://usage.example.com")


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_every_accepted_field_is_documented_and_the_other_way_round() -> None:
    assert set(USAGE_FIELDS) == set(READERS) == set(FULL)


@pytest.mark.parametrize("field", sorted(USAGE_FIELDS))
def test_a_fields_limits_are_those_of_the_door(field: str) -> None:
    schema, (_, read) = USAGE_FIELDS[field], READERS[field]
    read(FULL[field], field)
    if "maxLength" in schema:
        read("x" * schema["maxLength"], field)
        with pytest.raises(ValueError, match=re.escape(field)):
            read("x" * (schema["maxLength"] + 1), field)
    if "enum" in schema:
        assert [read(value, field) for value in schema["enum"]] == schema["enum"]
    if "pattern" in schema:
        assert re.fullmatch(schema["pattern"], FULL[field])
    if "maximum" in schema:
        assert read(schema["maximum"], field) == schema["maximum"]


@pytest.mark.django_db
def test_what_it_requires_is_required() -> None:
    sender = Sender(make_project())
    usage = document("")["components"]["schemas"]["Usage"]
    for name in usage["required"]:
        [result] = sender.post("/api/usage", record(**{name: None})).json()["results"]
        assert (result["result"], result["field"]) == ("error", name)


@pytest.mark.django_db
def test_answers_have_the_documented_fields() -> None:
    sender = Sender(make_project())
    schemas = document("")["components"]["schemas"]
    usage = sender.post("/api/usage", [record(colour=1), record(id=None)]).json()
    assert set(usage) == set(schemas["UsageAnswer"]["properties"])
    warned, failed = usage["results"]
    assert set(warned) == set(schemas["RecordResult"]["properties"])
    assert set(failed) == set(schemas["RecordResult"]["required"])
    logged = sender.post("/ingest/litellm", [{}]).json()
    assert set(logged) == set(schemas["LoggerAnswer"]["properties"])
    assert set(logged["errors"][0]) == set(
        schemas["LoggerAnswer"]["properties"]["errors"]["items"]["required"]
    )


def test_its_structure_is_that_of_openapi(api: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", api["openapi"])
    assert {"title", "version"} <= set(api["info"])
    assert set(api) <= {"openapi", "info", "servers", "paths", "components", "security", "tags"}
    for path, item in api["paths"].items():
        assert path.startswith("/")
        assert set(item) <= METHODS
        for operation in item.values():
            assert set(operation) == {"operationId", "summary", "requestBody", "responses"}
            assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"])
            assert all(answer["description"] for answer in operation["responses"].values())
    assert {name for needed in api["security"] for name in needed} == set(
        api["components"]["securitySchemes"]
    )
    for node in nodes(api["components"]["schemas"]):
        kinds = node.get("type", [])
        if isinstance(kinds, str | list):
            assert set([kinds] if isinstance(kinds, str) else kinds) <= TYPES
        if isinstance(node.get("required"), list) and "properties" in node:
            assert set(node["required"]) <= set(node["properties"])


def test_its_references_lead_somewhere(api: dict[str, Any]) -> None:
    found = {node["$ref"] for node in nodes(api) if "$ref" in node}
    assert found
    assert found <= {f"#/components/schemas/{name}" for name in api["components"]["schemas"]}


def test_its_paths_are_ours(api: dict[str, Any]) -> None:
    assert [resolve(path).view_name for path in api["paths"]] == [
        "integrations:api_usage",
        "integrations:ingest_litellm",
    ]


def test_it_is_served_to_everybody() -> None:
    answer = Client().get("/api/openapi.json")
    assert (answer.status_code, answer.json()) == (200, document("http://testserver"))
    assert Client().post("/api/openapi.json").status_code == 405
