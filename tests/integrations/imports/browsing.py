"""What a person does with files in the browser."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integrations.models import ImportUpload

HEADER = "id,occurred_at,provider,model,input_tokens,output_tokens\n"
GOOD = "a,2026-11-18T12:00:00Z,anthropic,claude-sonnet-4-5,1000,100\n"
OTHER = "b,2026-11-18T13:00:00Z,openai,gpt-4o,2000,200\n"
BAD = "c,2026-11-18T14:00:00Z,openai,gpt-4o,-5,200\n"


def csv_file(*rows: str, name: str = "usage.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (HEADER + "".join(rows)).encode(), content_type="text/csv")


def send(client: Client, *files: SimpleUploadedFile, **fields: Any) -> HttpResponse:
    """Post the form of a new import."""
    return client.post(reverse("integrations:new_import"), {"kind": "csv", **fields, "file": list(files)})


def upload(client: Client, *files: SimpleUploadedFile, **fields: Any) -> ImportUpload:
    """Post the form; the upload that it made."""
    answer = send(client, *files, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return ImportUpload.objects.get(pk=answer["Location"].strip("/").split("/")[-1])


def take(client: Client, upload: ImportUpload, step: str) -> HttpResponse:
    """Press one of the buttons of an upload's page."""
    return client.post(page_of(upload), {"step": step})


def page_of(upload: ImportUpload) -> str:
    return reverse("integrations:import_upload", args=[upload.pk])


def read(client: Client, upload: ImportUpload) -> str:
    return client.get(page_of(upload)).content.decode()
