"""Claude Code transcripts: JSON Lines under ~/.claude/projects, one file a session and one a subagent.

Counting convention: `input_tokens` EXCLUDES cache reads and cache writes here, so they are added;
`output_tokens` includes thinking, which is not told apart. One message is written as several lines, one a
content block, each repeating the usage; forks and subagents copy whole histories.

Native id: "message.id:requestId", in the scope "claude-code", as both are unique in the world. The largest
usage of a call counts. A call's time is its earliest line's: copies and later lines never change it. Lines
without message.id are calls of their own, known by their content and by how often their file repeats it.
"""

import os
from pathlib import Path

from integrations.sources.claude_code.transcripts import read
from integrations.sources.parsed import SourceFormat


def _default_paths() -> list[Path]:
    """Folders of transcripts that exist (https://code.claude.com/docs/en/settings: CLAUDE_CONFIG_DIR)."""
    configured = os.environ.get("CLAUDE_CONFIG_DIR", "")
    homes = [Path(part).expanduser() for part in configured.split(",") if part.strip()]
    homes += [Path.home() / ".claude", Path.home() / ".config" / "claude"]
    return [home / "projects" for home in dict.fromkeys(homes) if (home / "projects").is_dir()]


FORMAT = SourceFormat(kind="claude-code", suffixes=(".jsonl",), read=read, default_paths=_default_paths)
