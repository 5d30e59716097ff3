"""Where uploaded files lie: a folder of a random name for each upload, under settings.UPLOADS_FOLDER."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile

from integrations.models import ImportUpload

_FOLDER = re.compile(r"[0-9a-f]{32}")
_INCOMING = "incoming"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """`sha256` is the file's; of several files that of their hashes, one after the other."""

    folder: str
    size: int
    sha256: bytes


def uploads_folder() -> Path:
    folder = Path(settings.UPLOADS_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def incoming_folder() -> Path:
    """Where bytes land while they arrive: beside the folders of uploads, so that keeping them is a rename."""
    folder = uploads_folder() / _INCOMING
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def store(files: Sequence[tuple[TemporaryUploadedFile, bytes]]) -> Stored:
    """Keep received files, each with its SHA-256."""
    name = secrets.token_hex(16)
    folder = uploads_folder() / name
    folder.mkdir(mode=0o700)
    used: set[str] = set()
    for file, _ in files:
        target = folder / _free_name(safe_name(file.name or ""), used)
        Path(file.temporary_file_path()).replace(target)
        file.close()
    digests = [digest for _, digest in files]
    sha256 = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
    return Stored(name, sum(file.size or 0 for file, _ in files), sha256)


def safe_name(name: str) -> str:
    """What remains of a person's file name on our disk: letters, digits, dots, dashes; never a path."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-")
    return plain[-_LONGEST_NAME:].lstrip(".-") or "file"


def _free_name(name: str, used: set[str]) -> str:
    number, free = 1, name
    while free.lower() in used:
        number += 1
        free = f"{number}-{name}"
    used.add(free.lower())
    return free


def folder_of(upload: ImportUpload) -> Path:
    """Where the upload's files lie, or lay."""
    return uploads_folder() / upload.stored_name


def files_of(upload: ImportUpload) -> list[Path]:
    """Empty when they are no longer kept."""
    if not _FOLDER.fullmatch(upload.stored_name) or not folder_of(upload).is_dir():
        return []
    return sorted(folder_of(upload).iterdir())


def discard(folder_name: str) -> None:
    """Delete an upload's files. Anything that is not such a folder is left alone."""
    folder = uploads_folder() / folder_name
    if _FOLDER.fullmatch(folder_name) and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def stored_folders() -> list[Path]:
    return [path for path in uploads_folder().iterdir() if _FOLDER.fullmatch(path.name)]


def incoming_files() -> list[Path]:
    return list(incoming_folder().iterdir())
