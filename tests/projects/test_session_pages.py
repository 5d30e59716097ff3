"""Sessions and their files in the admin."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.admin.session_files import NAMED_ALREADY
from projects.models import Membership, SessionFile, WorkSession
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_project
from tests.projects.makers import make_file, make_job, make_session

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_worksession_changelist")
FILES = reverse("admin:projects_sessionfile_changelist")


def change(session: WorkSession) -> str:
    return reverse("admin:projects_worksession_change", args=[session.pk])


def form(session: WorkSession, **changes: Any) -> dict[str, Any]:
    """What the browser sends for `session`: its first included and excluded files as they stand."""
    sent: dict[str, Any] = {"name": session.name}
    for prefix, kind in (("files", "included"), ("files-2", "excluded")):
        files = list(session.files.filter(kind=kind).order_by("id")[:50])
        sent |= {f"{prefix}-TOTAL_FORMS": len(files), f"{prefix}-INITIAL_FORMS": len(files)}
        for number, file in enumerate(files):
            sent |= {f"{prefix}-{number}-id": file.pk, f"{prefix}-{number}-path": file.path}
    return {**sent, **changes}


def named(session: WorkSession) -> list[tuple[str, str]]:
    return list(session.files.order_by("kind", "path").values_list("kind", "path"))


def test_files_are_added_renamed_and_removed_on_the_sessions_page(cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    make_file(session, "b.py")
    make_file(session, "secrets.env", "excluded")
    changes = {
        "files-TOTAL_FORMS": 3,
        "files-0-path": "aa.py",
        "files-1-DELETE": "on",
        "files-2-path": "new.py",
        "files-2-TOTAL_FORMS": 2,
        "files-2-1-path": "*.log",
    }
    assert cast.owner.client.post(change(session), form(session, **changes)).status_code == 302
    assert named(session) == [
        ("excluded", "*.log"),
        ("excluded", "secrets.env"),
        ("included", "aa.py"),
        ("included", "new.py"),
    ]
    assert set(SessionFile.objects.values_list("project", flat=True)) == {cast.project.pk}


def test_a_file_that_is_named_already_is_refused_with_a_sentence(cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    sent = form(session, **{"files-TOTAL_FORMS": 2, "files-1-path": "a.py"})
    refused = cast.owner.client.post(change(session), sent)
    assert refused.status_code == 200
    assert refused.context["errors"] == [[NAMED_ALREADY]]
    twice = form(session, **{"files-TOTAL_FORMS": 3, "files-1-path": "new.py", "files-2-path": "new.py"})
    assert cast.owner.client.post(change(session), twice).context["errors"][0] == NAMED_ALREADY
    other_kind = form(session, **{"files-2-TOTAL_FORMS": 1, "files-2-0-path": "a.py"})
    assert cast.owner.client.post(change(session), other_kind).status_code == 302
    assert named(session) == [("excluded", "a.py"), ("included", "a.py")]


def test_a_page_of_a_session_shows_only_the_first_files_and_keeps_the_rest(cast: Cast) -> None:
    session = make_session(cast.project)
    SessionFile.objects.bulk_create(
        SessionFile(project=cast.project, session=session, path=f"{number}.py") for number in range(60)
    )
    beyond = form(session, **{"files-TOTAL_FORMS": 51, "files-50-path": "59.py"})
    refused = cast.owner.client.post(change(session), beyond)
    assert refused.context["errors"] == [[NAMED_ALREADY]]
    page = cast.owner.client.get(change(session))
    assert [len(inline.formset.initial_forms) for inline in page.context["inline_admin_formsets"]] == [50, 0]
    assert cast.owner.client.post(change(session), form(session, name="Renamed")).status_code == 302
    assert (session.files.count(), WorkSession.objects.get().name) == (60, "Renamed")


def test_its_page_links_to_its_jobs_and_files_with_their_numbers(cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    make_job(cast.project, session=session)
    make_job(cast.project, session=session, status="failed", cleared_at=NOON)
    make_job(cast.project)
    links = cast.owner.client.get(change(session)).context["object_links"]
    assert [link.label for link in links] == ["Jobs (2)", "Files (1)"]
    for link, number in zip(links, (2, 1), strict=True):
        assert len(cast.owner.client.get(link.url).context["cl"].result_list) == number


def test_the_list_counts_files_by_kind_and_jobs(cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    make_file(session, "b.py")
    make_file(session, "c.py", "excluded")
    make_job(cast.project, session=session)
    empty = make_session(cast.project)
    rows = {row.pk: row for row in cast.owner.client.get(LIST).context["cl"].result_list}
    counted = {pk: (row.included_files, row.excluded_files, row.jobs_number) for pk, row in rows.items()}
    assert counted == {session.pk: (2, 1, 1), empty.pk: (0, 0, 0)}


@pytest.mark.parametrize("url", [LIST, FILES, reverse("admin:projects_backgroundjob_changelist")])
def test_lists_load_no_large_texts(url: str, cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    make_job(cast.project, session=session)
    with CaptureQueriesContext(connection) as asked:
        cast.owner.client.get(url)
    sent = " ".join(query["sql"] for query in asked)
    large = ("codebase_structure", "task_description", "system_prompt", '"response"', '"prompt"', '"payload"')
    assert [name for name in large if name in sent] == []


def test_what_is_archived_can_be_left_out(cast: Cast) -> None:
    used, archived = make_session(cast.project), make_session(cast.project, archived_at=NOON)
    for query, rows in (
        ({}, {used, archived}),
        ({"archived": "no"}, {used}),
        ({"archived": "yes"}, {archived}),
    ):
        assert set(cast.owner.client.get(LIST, query).context["cl"].result_list) == rows


def test_an_operator_reads_and_a_manager_changes(cast: Cast) -> None:
    session = make_session(cast.project)
    make_file(session, "a.py")
    sent = form(session, **{"files-0-path": "b.py"})
    operator = signed_in(make_member(cast.project, Membership.Role.OPERATOR))
    assert operator.client.get(change(session)).status_code == 200
    assert operator.client.post(change(session), sent).status_code == 403
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    assert manager.client.post(change(session), sent).status_code == 302
    assert named(session) == [("included", "b.py")]


def test_a_file_changes_in_its_own_list_and_stays_in_its_session(cast: Cast) -> None:
    session, other = make_session(cast.project), make_session(make_project())
    file = make_file(session, "a.py")
    make_file(session, "b.py")
    url = reverse("admin:projects_sessionfile_change", args=[file.pk])
    taken = cast.owner.client.post(url, {"path": "b.py", "kind": "included"})
    assert taken.context["errors"] == [[NAMED_ALREADY]]
    sent = {"path": "c.py", "kind": "excluded", "session": other.pk, "project": other.project_id}
    assert cast.owner.client.post(url, sent).status_code == 302
    file.refresh_from_db()
    assert (file.path, file.kind, file.session, file.project) == ("c.py", "excluded", session, cast.project)
    assert cast.owner.client.get(reverse("admin:projects_sessionfile_add")).status_code == 403
