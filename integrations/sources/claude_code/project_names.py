"""Which project a transcript's working directory belongs to."""

import re
from functools import lru_cache
from pathlib import Path

from integrations.sources.directories import pure_path


@lru_cache(maxsize=4096)
def project_name(cwd: str, transcript: Path) -> str:
    """The base name of the directory in which the session began; empty when the line names none.

    `cwd` follows the session's `cd`; the transcript's folder is named after the directory of its start, with
    every other character than a letter or digit replaced by a dash. So the start is that ancestor of `cwd`
    whose dashed form is the folder's name; where none is, `cwd` itself.
    """
    if not cwd:
        return ""
    directory = pure_path(cwd)
    folders = set(transcript.parts[:-1])
    for ancestor in (directory, *directory.parents):
        if ancestor.name and re.sub(r"[^A-Za-z0-9]", "-", str(ancestor)) in folders:
            return ancestor.name
    return directory.name
