"""Gemini CLI chats: ~/.gemini/tmp/PROJECT/chats/session-*.jsonl, and session-*.json of older versions.

Counting convention: `tokens.input` includes what was cached, but not what tools put into the prompt
(`tokens.tool`); `tokens.output` excludes thoughts. Both are added.

Native id: "sessionId:id" of the answer, in the scope "gemini-cli". An answer is written again when its tools
have run, and the whole history when a session is resumed: the last writing with tokens counts.
"""

import os
from pathlib import Path

from integrations.sources.gemini_cli.chats import read
from integrations.sources.parsed import SourceFormat


def _default_paths() -> list[Path]:
    """Folders of chats that exist; GEMINI_CLI_HOME stands for the home directory."""
    home = Path(os.environ.get("GEMINI_CLI_HOME") or Path.home()).expanduser()
    return sorted(folder for folder in (home / ".gemini" / "tmp").glob("*/chats") if folder.is_dir())


FORMAT = SourceFormat(
    kind="gemini-cli", suffixes=(".jsonl", ".json"), read=read, default_paths=_default_paths
)
