"""What is done in the admin is in the audit log, with what stood there before and after."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Person
from tests.cast import Cast
from tests.factories import make_conversation, make_message, make_person, make_project

pytestmark = pytest.mark.django_db


def entries(**filters: Any) -> list[tuple[str, str, Any, Any]]:
    found = AuditEntry.objects.filter(**filters).order_by("position")
    return [(entry.action, entry.target_model, entry.before, entry.after) for entry in found]


def change(cast: Cast, row: Any, **values: Any) -> Any:
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    form = cast.owner.client.get(address).context["adminform"].form
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    kept = {name: "" if value is None else value for name, value in sent.items()}
    inlines = {
        f"{formset.formset.prefix}-{name}_FORMS": number
        for formset in cast.owner.client.get(address).context["inline_admin_formsets"]
        for name, number in (("TOTAL", 0), ("INITIAL", 0), ("MIN_NUM", 0), ("MAX_NUM", 0))
    }
    return cast.owner.client.post(address, {**kept, **inlines, **values})


def test_a_change_is_told_field_by_field(cast: Cast) -> None:
    project = make_project(name="Shop")
    assert change(cast, project, name="Store").status_code == 302
    [entry] = AuditEntry.objects.filter(target_model="projects.project")
    assert (entry.action, entry.before, entry.after) == ("changed", {"name": "Shop"}, {"name": "Store"})
    assert (entry.actor, entry.actor_label, entry.via, entry.address) == (
        cast.owner.user,
        cast.owner.user.email,
        "web",
        "127.0.0.1",
    )
    assert (entry.target_id, entry.target_label, entry.project_id) == (str(project.pk), "Store", project.pk)
    assert not LogEntry.objects.exists()


def test_saving_without_a_change_is_no_change(cast: Cast) -> None:
    project = make_project(name="Shop")
    assert change(cast, project).status_code == 302
    assert entries(target_model="projects.project") == []


def test_what_a_person_may_have_erased_is_not_copied(cast: Cast) -> None:
    person = make_person(name="Ada Lovelace")
    assert change(cast, person, name="Ada King").status_code == 302
    [entry] = AuditEntry.objects.filter(target_model="accounts.person")
    assert (entry.before, entry.after) == ({"name": "(words)"}, {"name": "(words)"})
    assert entry.target_label == f"person {person.pk}"
    assert "Ada" not in str(list(AuditEntry.objects.values()))


def test_a_deleted_row_is_told_with_what_it_held(cast: Cast) -> None:
    person = make_person(name="Ada")
    address = reverse("admin:accounts_person_delete", args=[person.pk])
    assert cast.owner.client.post(address, {"post": "yes"}).status_code == 302
    assert not Person.objects.filter(pk=person.pk).exists()
    [entry] = AuditEntry.objects.filter(target_model="accounts.person")
    assert (entry.action, entry.target_id, entry.before["name"]) == ("deleted", str(person.pk), "(words)")


def test_rows_deleted_from_a_list_are_told_one_by_one(cast: Cast) -> None:
    people = [make_person(), make_person()]
    cast.owner.client.post(
        reverse("admin:accounts_person_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [str(person.pk) for person in people],
            "post": "yes",
        },
    )
    told = AuditEntry.objects.filter(action="deleted").values_list("target_id", flat=True)
    assert sorted(told) == sorted(str(person.pk) for person in people)


def test_passwords_are_never_told(cast: Cast) -> None:
    address = reverse("admin:auth_user_password_change", args=[cast.member.user.pk])
    sent = {"usable_password": "true", "password1": "correct horse 9", "password2": "correct horse 9"}
    assert cast.owner.client.post(address, sent).status_code == 302
    [entry] = AuditEntry.objects.filter(target_model="accounts.user")
    assert (entry.before, entry.after) == ({"password": "(secret)"}, {"password": "(secret)"})


def test_reading_a_message_is_told_once_in_ten_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = make_conversation(cast.project)
    message = make_message(conversation, content="Only for you")
    address = reverse("admin:chat_message_change", args=[message.pk])
    for _ in range(2):
        assert cast.owner.client.get(address).status_code == 200
    [entry] = AuditEntry.objects.filter(action="read")
    assert (entry.target_model, entry.target_id, entry.target_label, entry.detail) == (
        "chat.message",
        str(message.pk),
        f"message {message.pk}",
        {"conversation": str(conversation.pk)},
    )
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("accounts.audit.keeping.timezone.now", lambda: later)
    cast.owner.client.get(address)
    assert AuditEntry.objects.filter(action="read").count() == 2


def test_a_list_of_messages_is_told_once_for_each_filter(cast: Cast) -> None:
    first, second = make_conversation(cast.project), make_conversation(cast.project)
    for conversation in (first, second):
        make_message(conversation)
    address = reverse("admin:chat_message_changelist")
    for query in (f"conversation={first.pk}", f"conversation={second.pk}", f"conversation={first.pk}&o=1"):
        assert cast.member.client.get(f"{address}?{query}").status_code == 200
    told = AuditEntry.objects.filter(action="read").order_by("position")
    assert [(entry.target_model, entry.actor, entry.detail) for entry in told] == [
        ("chat.message", cast.member.user, {"filters": {"conversation": str(conversation.pk)}})
        for conversation in (first, second)
    ]


def test_an_export_of_a_list_is_told_with_its_filters_and_rows(cast: Cast) -> None:
    projects = [make_project(), make_project()]
    address = f"{reverse('admin:projects_project_changelist')}?status__exact=active"
    chosen = {"action": "export_csv", "_selected_action": [str(project.pk) for project in projects]}
    assert cast.owner.client.post(address, chosen).status_code == 200
    [entry] = AuditEntry.objects.filter(action="exported")
    assert (entry.target_model, entry.target_label, entry.detail) == (
        "projects.project",
        "List of projects",
        {"format": "csv", "rows": 2, "filters": {"status__exact": "active"}},
    )


def test_the_history_of_an_object_shows_its_entries(cast: Cast) -> None:
    project = make_project(name="Shop")
    change(cast, project, name="Store")
    address = reverse("admin:projects_project_history", args=[project.pk])
    assert "name: Shop" in cast.owner.client.get(address).content.decode()
