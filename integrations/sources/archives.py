"""Exports as people get them: a folder, a file, or a ZIP archive that is read without being unpacked."""

import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from integrations.sources.files import NothingToReadError

MOST_BYTES = 16 * 2**30
"""Unpacked, of all members: the largest export of a person's years of chats is a tenth of it."""
MOST_MEMBERS = 200_000
MOST_RATIO = 100
"""Unpacked to packed. Exports of chats pack five to fifteen times; what packs more is made to harm."""
_SMALL = 2**20
"""Bytes that a member may always have, however well it packs."""

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1


class RefusedArchiveError(NothingToReadError):
    """The archive is damaged, locked or made to harm; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read, or, with `member`, a file inside the archive at `path`. `size` in bytes, unpacked."""

    path: Path
    size: int
    member: str = ""

    @property
    def name(self) -> str:
        """The path as the person gave it: "export.zip/conversations.json"."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
            yield file


def find_documents(paths: Iterable[Path], names: re.Pattern[str]) -> list[Document]:
    """The documents at `paths`, each once, in a fixed order.

    A file is read whatever its name. Of a folder and of an archive those whose base names match; a folder
    without any is searched for archives. Every archive is judged before anything is read from any.

    Raises NothingToReadError: a path is missing or holds nothing; RefusedArchiveError.
    """
    found: dict[tuple[str, str], Document] = {}
    for path in paths:
        if not path.exists():
            raise NothingToReadError(f"{path}: no such file or folder.")
        for document in _in_folder(path, names) if path.is_dir() else _at(path, names):
            found.setdefault((os.path.realpath(document.path), document.member), document)
    return list(found.values())


def _in_folder(path: Path, names: re.Pattern[str]) -> Iterator[Document]:
    files = sorted(
        Path(folder, name)
        for folder, _, inside in os.walk(path)
        for name in inside
        if Path(folder, name).is_file()
    )
    wanted = [file for file in files if _is_wanted(file.name, names)]
    archives = [file for file in files if file.suffix.lower() == ".zip"]
    if not wanted and not archives:
        raise NothingToReadError(f"{path}: the folder holds no such export.")
    for file in wanted or archives:
        yield from _at(file, names)


def _at(path: Path, names: re.Pattern[str]) -> Iterator[Document]:
    try:
        with path.open("rb") as file:
            is_archive = file.read(4).startswith(_MAGIC)
    except OSError as error:
        raise NothingToReadError(f"{path}: cannot be read: {error.strerror}.") from error
    if not is_archive:
        yield Document(path, path.stat().st_size)
        return
    members = [member for member in _judged(path) if _is_wanted(Path(member.filename).name, names)]
    if not members:
        raise NothingToReadError(f"{path}: the archive holds no such export.")
    for member in sorted(members, key=lambda member: member.filename):
        yield Document(path, member.file_size, member.filename)


def _is_wanted(name: str, names: re.Pattern[str]) -> bool:
    # "._NAME" is what macOS keeps beside a file.
    return not name.startswith(".") and names.fullmatch(name) is not None


def _judged(path: Path) -> list[zipfile.ZipInfo]:
    """The archive's members. Raises RefusedArchiveError where one is not as exporters make them."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedArchiveError(f"{path}: is a damaged ZIP archive: {error}.") from error
    reason = _fault(members, path.stat().st_size)
    if reason:
        raise RefusedArchiveError(f"{path}: refused, nothing was read: {reason}.")
    return [member for member in members if not member.is_dir()]


def _fault(members: list[zipfile.ZipInfo], packed: int) -> str:
    if len(members) > MOST_MEMBERS:
        return f"it holds more than {MOST_MEMBERS:,} files"
    for member in members:
        if reason := _member_fault(member):
            return f"“{member.filename[:200]}” {reason}"
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_BYTES:
        return f"it unpacks to {unpacked:,} bytes, more than {MOST_BYTES:,}"
    # By the archive's own size: members may claim the same bytes.
    if unpacked > _SMALL and unpacked > MOST_RATIO * packed:
        return f"it unpacks to more than {MOST_RATIO} times its size"
    twice = len(members) - len({member.filename for member in members})
    return f"it holds {twice:,} files under names that are taken" if twice else ""


def _member_fault(member: zipfile.ZipInfo) -> str:
    name = member.orig_filename.replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/") or "\x00" in name:
        return "lies outside the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted: unpack the archive with its password, and import the folder"
    if member.compress_type not in _METHODS:
        return "is packed in a way that is not read: unpack the archive, and import the folder"
    # Declared sizes bind: reading stops there, whatever the packed bytes say.
    if member.file_size > _SMALL and member.file_size > MOST_RATIO * max(member.compress_size, 1):
        return f"unpacks to more than {MOST_RATIO} times its size"
    return ""
