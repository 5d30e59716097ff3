"""Uploads share contents within a project, and the last one takes its content along."""

import pytest
from django.core.exceptions import ValidationError

from chat.models import FileContent, FileUpload
from chat.services.uploads import delete_uploads, store_upload
from projects.models import Project
from tests.factories import make_conversation, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def contents() -> list[str]:
    return sorted(FileContent.objects.values_list("content_hash", flat=True))


def test_equal_contents_are_kept_once_a_project(project: Project) -> None:
    first = store_upload(project, "a.pdf", "h1", 10, mime_type="application/pdf", storage_path="s3://1")
    again = store_upload(project, "b.pdf", "h1", 10)
    other = store_upload(project, "a.pdf", "h2")
    elsewhere = store_upload(make_project(), "a.pdf", "h1", 10)
    assert first.content == again.content
    assert len({first.content_id, other.content_id, elsewhere.content_id}) == 3
    content = FileContent.objects.get(pk=first.content_id)
    assert (content.size_bytes, content.mime_type, content.storage_path) == (10, "application/pdf", "s3://1")
    assert (again.name, again.size_bytes, other.size_bytes) == ("b.pdf", 10, None)


def test_a_size_that_cannot_be_is_refused(project: Project) -> None:
    store_upload(project, "a.pdf", "h1", 10)
    with pytest.raises(ValidationError, match="has 10 bytes, not 11"):
        store_upload(project, "a.pdf", "h1", 11)
    with pytest.raises(ValidationError):
        store_upload(project, "a.pdf", "h3", -1)
    with pytest.raises(ValidationError):
        store_upload(project, "a.pdf", "")
    assert (contents(), FileUpload.objects.count()) == (["h1"], 1)


def test_the_last_upload_takes_its_content_along(project: Project) -> None:
    first, second = store_upload(project, "a", "h1"), store_upload(project, "b", "h1")
    store_upload(project, "c", "h2")
    assert delete_uploads(FileUpload.objects.filter(pk=first.pk)) == 1
    assert contents() == ["h1", "h2"]
    assert delete_uploads(FileUpload.objects.filter(pk=second.pk)) == 1
    assert contents() == ["h2"]
    assert delete_uploads(FileUpload.objects.filter(pk=second.pk)) == 0


def test_a_conversation_takes_contents_that_only_it_had(project: Project) -> None:
    mine, other = make_conversation(project), make_conversation(project)
    store_upload(project, "a", "h1", conversation=mine)
    store_upload(project, "b", "h2", conversation=mine)
    store_upload(project, "b", "h2", conversation=other)
    delete_uploads(FileUpload.objects.filter(conversation=mine))
    assert (contents(), list(FileUpload.objects.values_list("conversation", flat=True))) == (
        ["h2"],
        [other.pk],
    )


def test_a_project_goes_with_its_uploads_and_contents(project: Project) -> None:
    store_upload(project, "a", "h1")
    project.delete()
    assert (contents(), FileUpload.objects.count()) == ([], 0)
