"""Directories that records name: of another machine, and perhaps of another system."""

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath


def pure_path(directory: str) -> PurePath:
    is_windows = re.match(r"[A-Za-z]:[\\/]|\\\\", directory) is not None
    return PureWindowsPath(directory) if is_windows else PurePosixPath(directory)


def base_name(directory: str) -> str:
    """What a project is called that lives in `directory`; empty for no directory and for a root."""
    return pure_path(directory).name if directory else ""
