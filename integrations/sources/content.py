"""Telling text from what is none, by a file's first bytes."""

import codecs

_ARCHIVES = (
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"BZh", "a bzip2 file: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file: unpack it first"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"PAR1", "a Parquet file: export JSON Lines or CSV instead"),
    (b"%PDF", "a PDF"),
)
_MARKUP = ("<!doctype", "<html", "<?xml", "<head", "<body")
_MOST_ODD = 0.1
"""Share of control and broken characters above which a file is binary."""


class EmptyFileError(Exception):
    """The file has no content."""

    def __str__(self) -> str:
        return "the file is empty"


class WrongContentError(Exception):
    """The file is something else; the message says what."""


def text_encoding(first: bytes) -> str:
    """The codec for a file that begins with `first`. Raises WrongContentError when it is no text."""
    for mark, what in _ARCHIVES:
        if first.startswith(mark):
            raise WrongContentError(f"is {what}")
    encoding = "utf-8-sig"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    # Damaged disks leave runs of U+0000 in otherwise good logs: they are dropped, and do not count here.
    shown = codecs.getincrementaldecoder(encoding)("replace").decode(first).replace("\x00", "")
    odd = sum(sign == "\ufffd" or (sign < " " and sign not in "\t\r\n\f") for sign in shown)
    if odd > _MOST_ODD * len(shown):
        raise WrongContentError("is binary, not text")
    if shown.lstrip()[:10].lower().startswith(_MARKUP):
        raise WrongContentError("is HTML or XML")
    return encoding
