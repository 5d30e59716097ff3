"""The form of a new import."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.template.defaultfilters import filesizeformat

from accounts.models import User
from core.permissions import Action, may_everywhere
from integrations.models import Source
from integrations.pages.imports.access import importable_projects, may_import_kind
from integrations.services.import_kinds import IMPORT_KINDS, ImportKind
from projects.models import Project

_ZIP = b"PK\x03\x04"
TOO_LARGE = "The files are larger than {} together. Pack them with gzip, or split them and import the parts."


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """One file or more; cleans to a list of them."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[TemporaryUploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files or [None]]


class NewImportForm(forms.Form):
    """`project` is empty for the file's own project names, which owners alone may choose.

    `kinds` are those that the user may import.
    """

    kind = forms.ChoiceField(error_messages={"required": "Choose what wrote the files."})
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        error_messages={"invalid_choice": "Choose a project of yours."},
    )
    source_name = forms.CharField(required=False, max_length=100)
    file = SeveralFilesField(
        max_length=255,
        error_messages={
            "required": "Choose a file, or several of the same kind.",
            "empty": "A file is empty.",
            "max_length": "A file’s name is longer than 255 characters.",
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takes_own_names = may_everywhere(user, Action.MANAGE_INSTALLATION)
        self.kinds = tuple(kind for kind in IMPORT_KINDS.values() if may_import_kind(user, kind))
        self.fields["kind"].choices = [(kind.kind, kind.label) for kind in self.kinds]  # type: ignore[attr-defined]
        self.fields["project"].queryset = importable_projects(user)  # type: ignore[attr-defined]

    def clean_project(self) -> Project | None:
        project: Project | None = self.cleaned_data["project"]
        kind = self.import_kind
        if kind is not None and kind.is_of_installation:
            return None
        if project is None and not self.takes_own_names:
            raise ValidationError("Choose the project that the files belong to.")
        return project

    def clean_source_name(self) -> str:
        name = str(self.cleaned_data["source_name"]).strip()
        kind = self.cleaned_data.get("kind")
        if not name.isprintable():
            raise ValidationError("A name has printable characters only.")
        if name and kind and Source.objects.filter(name=name).exclude(kind=kind).exists():
            raise ValidationError("This name belongs to a source of another kind.")
        return name

    def clean_file(self) -> list[TemporaryUploadedFile]:
        files: list[TemporaryUploadedFile] = self.cleaned_data["file"]
        kind = self.import_kind
        if kind is not None and not kind.takes_zip:
            for file in files:
                if _starts_with(file, _ZIP):
                    raise ValidationError(
                        f"{file.name} is a zip archive. Unpack it, and choose the files in it."
                    )
        return files

    def refuse_size(self) -> None:
        """Say that the files were too large to be taken, whatever else there is to say of them."""
        self.errors.pop("file", None)
        self.add_error("file", TOO_LARGE.format(filesizeformat(settings.IMPORT_MAX_BYTES)))

    @property
    def import_kind(self) -> ImportKind | None:
        return IMPORT_KINDS.get(self.cleaned_data.get("kind", ""))


def _starts_with(file: TemporaryUploadedFile, mark: bytes) -> bool:
    head: Sequence[int] = file.read(len(mark))
    file.seek(0)
    return bytes(head) == mark
