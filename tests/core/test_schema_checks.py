"""The rules of a schema that can be distributed, each broken on purpose."""

import pytest
from django.core.checks import Error
from django.db import models
from django.test.utils import isolate_apps

from core.checks import check_distributable, distribution_errors
from core.ids import new_id
from projects.models import Project


def project_field(**options: object) -> "models.ForeignKey[Project, Project]":
    return models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", **options)  # type: ignore[arg-type]


def found(model: type[models.Model]) -> list[tuple[str | None, str]]:
    return [(error.id, error.msg) for error in distribution_errors(model) if isinstance(error, Error)]


def test_the_house_keeps_its_own_rules() -> None:
    assert check_distributable() == []


@isolate_apps("core")
def test_a_sound_growing_table_passes() -> None:
    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()
        key = models.CharField(max_length=10)

        class Meta:
            app_label = "core"
            constraints = [models.UniqueConstraint(fields=["project", "key"], name="call_once")]

    assert found(Call) == []


@isolate_apps("core")
def test_a_project_that_may_be_null() -> None:
    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field(null=True)

        class Meta:
            app_label = "core"

    assert found(Call) == [("countinghouse.E101", "core.Call.project may be null.")]


@isolate_apps("core")
def test_a_table_above_projects_says_so() -> None:
    class Price(models.Model):
        is_reference_table = True
        project = project_field(null=True)

        class Meta:
            app_label = "core"

    assert found(Price) == []


@isolate_apps("core")
@pytest.mark.parametrize("way", ["field", "together", "constraint", "expression"])
def test_a_unique_key_without_the_project(way: str) -> None:
    rules = {
        "constraint": [models.UniqueConstraint(fields=["key"], name="call_key")],
        "expression": [models.UniqueConstraint(models.functions.Lower("key"), name="call_key")],
    }

    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()
        key = models.CharField(max_length=10, unique=way == "field")

        class Meta:
            app_label = "core"
            unique_together = [("key",)] if way == "together" else []
            constraints = rules.get(way, [])

    name = "call_key" if way in rules else "key"
    assert found(Call) == [
        ("countinghouse.E102", f"The unique key “{name}” of core.Call does not hold the project.")
    ]


@isolate_apps("core")
def test_a_unique_expression_over_the_project_passes() -> None:
    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()
        key = models.CharField(max_length=10)

        class Meta:
            app_label = "core"
            constraints = [
                models.UniqueConstraint(models.F("project"), models.functions.Lower("key"), name="call_key")
            ]

    assert found(Call) == []


@isolate_apps("core")
def test_an_id_from_a_sequence() -> None:
    class Call(models.Model):
        id = models.BigAutoField(primary_key=True)
        project = project_field()

        class Meta:
            app_label = "core"

    assert found(Call) == [("countinghouse.E103", "The id of core.Call is not a UUID made in Python.")]


@isolate_apps("core")
def test_a_reference_table_that_leads_to_a_growing_one() -> None:
    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()

        class Meta:
            app_label = "core"

    class Plan(models.Model):
        first_call = models.ForeignKey(Call, on_delete=models.CASCADE)

        class Meta:
            app_label = "core"

    assert found(Plan) == [
        (
            "countinghouse.E104",
            "core.Plan.first_call leads from a reference table to core.Call, which is distributed.",
        )
    ]


@isolate_apps("core")
def test_a_many_to_many_between_growing_tables_needs_a_model_of_its_own() -> None:
    class Tag(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()

        class Meta:
            app_label = "core"

    class Call(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        project = project_field()
        tags = models.ManyToManyField(Tag)

        class Meta:
            app_label = "core"

    assert [error_id for error_id, _ in found(Call.tags.through)] == ["countinghouse.E104"] * 2
