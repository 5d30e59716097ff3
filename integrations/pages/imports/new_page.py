"""The page on which files are chosen."""

from dataclasses import dataclass

from django.conf import settings

from integrations.pages.imports.form import NewImportForm
from integrations.services.import_kinds import ImportKind, KindGroup


@dataclass(frozen=True, slots=True)
class KindsOfGroup:
    title: str
    kinds: tuple[ImportKind, ...]


@dataclass(frozen=True, slots=True)
class NewPage:
    """`chosen` are the form's values as they stand, by name. `accept` is for the browser's file dialog."""

    form: NewImportForm
    groups: tuple[KindsOfGroup, ...]
    chosen: dict[str, str]
    accept: str
    limit_bytes: int


def new_page(form: NewImportForm) -> NewPage:
    groups = [
        KindsOfGroup(group, tuple(kind for kind in form.kinds if kind.group == group)) for group in KindGroup
    ]
    endings = {".gz", *(ending for kind in form.kinds for ending in kind.accepted)}
    return NewPage(
        form=form,
        groups=tuple(group for group in groups if group.kinds),
        chosen={name: str(form[name].value() or "") for name in ("kind", "project", "source_name")},
        accept=",".join(sorted(endings)),
        limit_bytes=settings.IMPORT_MAX_BYTES,
    )
