"""ZIP archives: read as they are, or refused before anything of them is read."""

import gzip
import re
import stat
import zipfile
from pathlib import Path

import pytest

from chat.models import Conversation
from integrations.services.conversation_import import import_conversations
from integrations.sources import archives, json_stream
from integrations.sources.archives import Document, RefusedArchiveError, find_documents
from integrations.sources.files import NothingToReadError
from integrations.sources.json_records import Record
from integrations.sources.json_stream import objects_of
from integrations.sources.parsed import Rejection
from tests.integrations.conversations.exports import dialogue, write, zipped

NAMES = re.compile(r"conversations(-\d+)?\.json")
EMPTY = "[]"


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "export.zip"


def names(*paths: Path) -> list[str]:
    return [document.member or document.path.name for document in find_documents(paths, NAMES)]


def read(path: Path) -> list[str]:
    """What is read of a file: values of its objects, reasons of its faults."""
    found = objects_of(Document(path, path.stat().st_size), lambda size: None)
    return [str(each.value) if isinstance(each, Record) else each.reason for each in found]


@pytest.mark.django_db
def test_conversations_are_read_out_of_the_archive(path, tmp_path) -> None:
    inside = write(tmp_path / "made.json", dialogue(3)).read_text()
    zipped(path, [("export/", ""), ("export/conversations.json", inside), ("export/chat.html", "x")])
    before = sorted(tmp_path.iterdir())
    result = import_conversations(source_kind="chatgpt", paths=[path])
    assert (result.counts.created, Conversation.objects.get().messages.count()) == (1, 3)
    assert sorted(tmp_path.iterdir()) == before, "nothing was unpacked"


def test_only_exports_are_looked_at(path) -> None:
    other = [
        ("a/conversations-001.json", EMPTY),
        ("user.json", EMPTY),
        ("__MACOSX/._conversations.json", "x"),
    ]
    assert names(zipped(path, [("conversations.json", EMPTY), *other])) == [
        "a/conversations-001.json",
        "conversations.json",
    ]


def test_a_folder_goes_before_the_archives_in_it(path, tmp_path) -> None:
    zipped(path, [("conversations.json", EMPTY)])
    assert names(tmp_path) == ["conversations.json"]
    (tmp_path / "conversations-000.json").write_text(EMPTY)
    assert names(tmp_path, tmp_path) == ["conversations-000.json"]


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("../evil.txt", "lies outside the archive"),
        ("a/../../evil.txt", "lies outside the archive"),
        ("/etc/passwd", "lies outside the archive"),
        ("..\\evil.txt", "lies outside the archive"),
        ("C:\\evil.txt", "lies outside the archive"),
        ("\\\\host\\share\\evil.txt", "lies outside the archive"),
        ("a/..\\..\\evil.txt", "lies outside the archive"),
        (link("passwords"), "is a link"),
        (link("conversations-001.json"), "is a link"),
    ],
)
def test_a_member_outside_refuses_the_archive(path, member, reason) -> None:
    zipped(path, [("conversations.json", EMPTY), (member, "/etc/passwd")])
    with pytest.raises(RefusedArchiveError, match=reason):
        names(path)


def test_an_archive_in_an_archive_is_not_unpacked(path, tmp_path) -> None:
    inner = zipped(tmp_path / "inner.zip", [("conversations.json", b"0" * 4 * 2**20)]).read_bytes()
    (tmp_path / "inner.zip").unlink()
    outer = [("conversations.json", EMPTY), ("more.zip", inner), ("conversations-001.json", inner)]
    assert names(zipped(path, outer)) == ["conversations-001.json", "conversations.json"]
    with Document(path, 0, "conversations-001.json").open() as file:
        assert file.read() == inner, "a member is read as it is, whatever it holds"
    zipped(path, [("more.zip", inner)])
    with pytest.raises(NothingToReadError, match="holds no such export"):
        names(path)


def test_a_name_is_read_to_its_end(path) -> None:
    """zipfile cuts a name at U+0000: what is judged must be what the archive says."""
    zipped(path, [("conversations.jsonX.txt", EMPTY)])
    path.write_bytes(path.read_bytes().replace(b"jsonX.txt", b"json\x00.txt"))
    with pytest.raises(RefusedArchiveError, match="lies outside the archive"):
        names(path)


def test_an_absurd_ratio_is_refused(path) -> None:
    zipped(path, [("conversations.json", b"0" * 4 * 2**20)])
    with pytest.raises(RefusedArchiveError, match="unpacks to more than 100 times its size"):
        names(path)
    zipped(path, [(f"{number}.txt", b"0" * 900_000) for number in range(20)])
    with pytest.raises(RefusedArchiveError, match="it unpacks to more than 100 times its size"):
        names(path)


def test_an_absurd_size_and_too_many_members_are_refused(path, monkeypatch) -> None:
    zipped(path, [("conversations.json", EMPTY), ("b.json", EMPTY)])
    monkeypatch.setattr(archives, "MOST_BYTES", 3)
    with pytest.raises(RefusedArchiveError, match="it unpacks to 4 bytes, more than 3"):
        names(path)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    with pytest.raises(RefusedArchiveError, match="it holds more than 1 files"):
        names(path)


def test_an_encrypted_archive_is_refused_in_words(path) -> None:
    zipped(path, [("conversations.json", EMPTY)])
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(RefusedArchiveError, match="is encrypted: unpack the archive with its password"):
        names(path)


def test_other_packings_names_taken_and_damage_are_refused(path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("conversations.json", EMPTY)
    with pytest.raises(RefusedArchiveError, match="is packed in a way that is not read"):
        names(path)
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [("conversations.json", EMPTY), ("conversations.json", EMPTY)])
    with pytest.raises(RefusedArchiveError, match="1 files under names that are taken"):
        names(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(RefusedArchiveError, match="is a damaged ZIP archive"):
        names(path)


def test_sizes_that_lie_bind(path) -> None:
    """A member that says it is small is read no further than that."""
    zipped(path, [("conversations.json", b'[{"a": "' + b"x" * 500_000 + b'"}]')])
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    [document] = find_documents([path], NAMES)
    [fault] = objects_of(document, lambda size: None)
    assert isinstance(fault, Rejection)


def test_objects_are_bounded_in_size_and_depth(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1},' + "[" * 100_000)
    assert read(path) == [
        "{'a': 1}",
        "damaged JSON, the 1 before it were read: more than 200 lists and objects in one another",
    ]
    monkeypatch.setattr(json_stream, "MOST_BYTES", 2**20)
    small = '{"a": "' + "x" * 100_000 + '"},'
    path.write_bytes(gzip.compress(f"[{small * 40}{{}}]".encode()))
    assert len(read(path)) == 41, "many small ones are many, not one"
    path.write_bytes(gzip.compress(b'[{"a": "' + b"x" * 8 * 2**20))
    assert read(path) == ["damaged JSON, nothing was read: one record is larger than 1 MiB"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", ["the file is empty"]),
        (b"[]", ["holds no records"]),
        (b'{"a": 1}\n{"a": 2}', ["{'a': 1}", "{'a': 2}"]),
        ('[{"a": "é"}]'.encode("utf-16"), ["{'a': 'é'}"]),
        (b'\xef\xbb\xbf[{"a": 1}]', ["{'a': 1}"]),
        (b'[{"a": NaN}]', ["damaged JSON, nothing was read: lexical error: invalid char in json text."]),
        (b'[{"a": ' + b"9" * 5000 + b"}]", ["damaged JSON, nothing was read: a number of too many digits"]),
        (b"<html><body>", ["is HTML or XML"]),
        (bytes(range(1, 32)) * 9, ["is binary, not text"]),
    ],
)
def test_documents_of_every_kind(tmp_path, content, found) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert read(path) == found
