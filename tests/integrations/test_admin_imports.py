"""Sources and imports in the admin."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import AuditEntry
from core.markup import NOT_APPLICABLE
from integrations.models import ImportedRow, ImportRun, RejectedRecord, Source
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import (
    NOON,
    make_conversation,
    make_import_run,
    make_member,
    make_project,
    make_source,
    make_user,
)

pytestmark = pytest.mark.django_db


def page(row: object, name: str = "change") -> str:
    return reverse(f"admin:integrations_{row._meta.model_name}_{name}", args=[row.pk])


def finished(cast: Cast, **overrides: object) -> ImportRun:
    fields = {"project": cast.project, "status": "completed", "finished_at": NOON, **overrides}
    return make_import_run(**fields)


def test_an_imports_page_shows_its_counts_and_leads_to_what_it_left_out(cast: Cast) -> None:
    run = finished(cast, read=1204, created=1000, unchanged=200, duplicates=3, rejected=1)
    record = RejectedRecord.objects.create(
        project=cast.project, run=run, record="usage.csv:7", reason="no model"
    )
    answer = cast.member.client.get(page(run))
    assert all(
        f'<td class="is-num">{figure}</td>' in answer.content.decode()
        for figure in ("1,204", "1,000", "200", "3", "1")
    )
    [link] = answer.context["object_links"]
    assert list(cast.member.client.get(link.url).context["cl"].result_list) == [record]


def test_statuses_stand_out(cast: Cast) -> None:
    for status, kind in (("completed", "ok"), ("failed", "danger"), ("interrupted", "warn")):
        finished(cast, status=status)
        answer = cast.owner.client.get(
            reverse("admin:integrations_importrun_changelist"), {"status__exact": status}
        )
        assert f'<span class="badge badge--{kind}">{status.capitalize()}</span>' in answer.content.decode()


def test_a_rejected_record_is_shown_as_text_whatever_it_holds(cast: Cast) -> None:
    run = finished(cast, read=1, rejected=1)
    raw = '<script>alert("1")</script>\n<img src=x onerror=y>'
    record = RejectedRecord.objects.create(
        project=cast.project, run=run, record="a", reason="<b>bad</b>", raw=raw
    )
    for url in (page(record), reverse("admin:integrations_rejectedrecord_changelist")):
        answer = cast.owner.client.get(url).content.decode()
        assert "<script>alert" not in answer
        assert "<b>bad" not in answer
        assert "<img src=x" not in answer
    assert (
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
        in cast.owner.client.get(page(record)).content.decode()
    )


def test_a_run_over_several_projects_stays_unnamed_to_members_of_one(cast: Cast) -> None:
    run = finished(cast, project=None, label="everybody.json", read=1, rejected=1)
    record = RejectedRecord.objects.create(project=cast.project, run=run, record="a", reason="b")
    for url in (page(record), reverse("admin:integrations_rejectedrecord_changelist")):
        assert "everybody.json" in cast.owner.client.get(url).content.decode()
        answer = cast.member.client.get(url).content.decode()
        assert "everybody.json" not in answer
        assert NOT_APPLICABLE in answer
    assert cast.member.client.get(page(run)).status_code == 404


def test_owners_cannot_change_what_imports_wrote(cast: Cast) -> None:
    run = finished(cast, read=1, rejected=1)
    record = RejectedRecord.objects.create(project=cast.project, run=run, record="a", reason="b")
    row = ImportedRow.objects.create(
        project=cast.project,
        source=run.source,
        source_table="t",
        source_key="k",
        target_model="chat.conversation",
        target_id=make_conversation(cast.project).pk,
        content_hash=b"0" * 16,
    )
    for written in (run, record, row):
        for name in ("change", "delete"):
            assert cast.owner.client.post(page(written, name), {"post": "yes"}).status_code == 403
        add = reverse(f"admin:integrations_{written._meta.model_name}_add")
        assert cast.owner.client.get(add).status_code == 403


def test_an_imported_row_leads_to_what_it_became(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    fields = {
        "project": cast.project,
        "source": make_source(),
        "source_table": "t",
        "content_hash": b"0" * 16,
    }
    row = ImportedRow.objects.create(
        **fields, source_key="k", target_model="chat.conversation", target_id=conversation.pk
    )
    gone = ImportedRow.objects.create(
        **fields, source_key="l", target_model="no.model", target_id=conversation.pk
    )
    url = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert f'<a href="{url}">conversation</a>' in cast.owner.client.get(page(row)).content.decode()
    assert str(conversation.pk) in cast.owner.client.get(page(gone)).content.decode()
    found = cast.owner.client.get(reverse("admin:integrations_importedrow_changelist"), {"q": "k"})
    assert list(found.context["cl"].result_list) == [row]


def test_a_source_is_added_once_and_keeps_its_name(cast: Cast) -> None:
    sent = {"name": "proxy", "kind": "litellm", "unassigned_project": ""}
    add = reverse("admin:integrations_source_add")
    assert cast.owner.client.post(add, sent).status_code == 302
    assert cast.owner.client.post(add, sent).status_code == 200
    source = Source.objects.get()
    changed = {"name": "renamed", "kind": "csv", "unassigned_project": cast.project.pk}
    assert cast.owner.client.post(page(source), changed).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.kind, source.unassigned_project) == ("proxy", "litellm", cast.project)
    assert cast.owner.client.post(page(source, "delete"), {"post": "yes"}).status_code == 403


def test_a_link_that_the_reader_may_not_see_is_hidden_and_kept(cast: Cast) -> None:
    """A form that left it out of its choices would empty it on saving."""
    source = make_source(unassigned_project=make_project(name="Somebody else’s"))
    finished(cast, source=source)
    assert "Somebody else’s" not in cast.member.client.get(page(source)).content.decode()
    request = RequestFactory().get("/")
    model_admin = admin.site.get_model_admin(Source)
    for user, is_locked in ((cast.member.user, True), (cast.owner.user, False)):
        request.user = user
        fields = model_admin.get_readonly_fields(request, model_admin.get_object(request, str(source.pk)))
        assert ("unassigned_project" in fields) == is_locked


@pytest.mark.parametrize("role", ["viewer", "finance", "analyst", "auditor"])
def test_what_was_rejected_is_counted_for_all_and_read_by_readers(cast: Cast, role: str) -> None:
    run = finished(cast, read=1, rejected=1)
    record = RejectedRecord.objects.create(
        project=cast.project,
        run=run,
        record="rollout.jsonl:7",
        reason="model: “Oslo”",
        raw="What is in Oslo?",
    )
    is_member = role in Membership.Role.values
    user = make_member(cast.project, role) if is_member else make_user(role=role)
    client = signed_in(user).client
    assert '<td class="is-num">1</td>' in client.get(page(run)).content.decode()
    is_reader = role in ("analyst", "auditor")
    listed = client.get(reverse("admin:integrations_rejectedrecord_changelist"))
    assert ("Oslo" in listed.content.decode()) == is_reader
    assert client.get(page(record)).status_code == (200 if is_reader else 404)
    told = AuditEntry.objects.filter(action="read", target_model="integrations.rejectedrecord")
    assert told.filter(target_id=str(record.pk)).count() == is_reader
    assert "Oslo" not in str(list(told.values()))
