"""The form that makes an ingest key."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.admin.forms import WholeRowForm
from integrations.models import IngestKey
from projects.models import Project


class IngestKeyForm(WholeRowForm):
    class Meta:
        model = IngestKey
        fields = ("project", "name", "expires_at", "requests_per_minute")

    def clean_project(self) -> Project:
        project: Project = self.cleaned_data["project"]
        if project.status == Project.Status.ARCHIVED:
            raise ValidationError("It is archived: restore it first.")
        return project

    def clean_expires_at(self) -> datetime | None:
        end: datetime | None = self.cleaned_data["expires_at"]
        if end is not None and end <= timezone.now():
            raise ValidationError("This is past.")
        return end
