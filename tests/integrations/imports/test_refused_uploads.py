"""What is refused before it is kept: too large, empty, zipped, unnamed."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from integrations.models import ImportUpload, Source
from tests.cast import Cast
from tests.factories import make_source
from tests.integrations.imports.browsing import GOOD, csv_file, send

pytestmark = pytest.mark.django_db


def kept(uploads: Path) -> list[Path]:
    return [path for path in uploads.rglob("*") if path.is_file()] if uploads.exists() else []


def refusal(cast: Cast, *files: SimpleUploadedFile, **fields: object) -> tuple[int, str]:
    answer = send(cast.owner.client, *files, **fields)
    assert ImportUpload.objects.count() == 0
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("size", [1_001, 5_000, 3_000_000])
def test_more_than_allowed_is_not_kept(cast: Cast, settings, uploads, size: int) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    status, page = refusal(cast, SimpleUploadedFile("big.csv", b"x" * size), project=cast.project.pk)
    assert status == 413
    assert "The files are larger than 1000\xa0bytes together." in page
    assert f'value="{cast.project.pk}" selected' in page
    assert kept(uploads) == []


def test_the_limit_is_for_all_files_together(cast: Cast, settings, uploads) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    status, _ = refusal(cast, *(SimpleUploadedFile(f"{n}.csv", b"x" * 600) for n in range(2)))
    assert (status, kept(uploads)) == (413, [])


def test_a_file_of_the_allowed_size_is_kept(cast: Cast, settings) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    assert send(cast.owner.client, SimpleUploadedFile("a.csv", b"x" * 1_000)).status_code == 302


def test_no_file(cast: Cast) -> None:
    status, page = refusal(cast)
    assert (status, "Choose a file, or several of the same kind." in page) == (422, True)


def test_an_empty_file(cast: Cast, uploads) -> None:
    status, page = refusal(cast, SimpleUploadedFile("usage.csv", b""))
    assert (status, "A file is empty." in page) == (422, True)
    assert kept(uploads) == []


def test_an_archive_that_the_kind_does_not_take(cast: Cast, uploads) -> None:
    status, page = refusal(cast, SimpleUploadedFile("usage.csv", b"PK\x03\x04rest"))
    assert (status, "usage.csv is a zip archive. Unpack it" in page) == (422, True)
    assert kept(uploads) == []


def test_no_kind(cast: Cast) -> None:
    status, page = refusal(cast, csv_file(GOOD), kind="")
    assert (status, "Choose what wrote the files." in page) == (422, True)


def test_a_source_of_another_kind(cast: Cast) -> None:
    make_source(name="proxy", kind=Source.Kind.LITELLM)
    status, page = refusal(cast, csv_file(GOOD), source_name="proxy")
    assert (status, "This name belongs to a source of another kind." in page) == (422, True)
