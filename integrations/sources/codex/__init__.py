"""Codex rollouts: JSON Lines under ~/.codex/sessions and ~/.codex/archived_sessions, one file a session.

Counting convention: `input_tokens` includes cache reads and writes, `output_tokens` includes reasoning.

Native id: the provider's response id, from `token_usage_record`. Turns of older versions have `token_count`
events alone: a call of theirs is known by its session and the session's totals after it, which copies in
archives and forks repeat. Where both kinds tell of a turn, the first is read and the second left.
"""

import os
from pathlib import Path

from integrations.sources.codex.rollouts import read
from integrations.sources.parsed import SourceFormat


def _default_paths() -> list[Path]:
    """Folders of rollouts that exist, of one home or of several (CODEX_HOME, with commas)."""
    configured = os.environ.get("CODEX_HOME", "")
    homes = [Path(part).expanduser() for part in configured.split(",") if part.strip()]
    homes = homes or [Path.home() / ".codex"]
    folders = [home / name for home in dict.fromkeys(homes) for name in ("sessions", "archived_sessions")]
    return [folder for folder in folders if folder.is_dir()]


FORMAT = SourceFormat(kind="codex", suffixes=(".jsonl",), read=read, default_paths=_default_paths)
