# SPDX-License-Identifier: Apache-2.0
"""Which software a source tree holds, to the last changed letter."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.tree import git

NO_SOURCES = {"results", "target", "__pycache__"}


@dataclass(frozen=True)
class Revision:
    """Of a source tree without what is recorded in `results`."""

    commit: str | None
    """None if the tree is not under Git."""
    changes: str | None
    """SHA-256 of what is not in the commit, or of all sources without one; None if there is nothing."""


def revision(root: Path, measured: Path) -> Revision:
    """What is in a tree now, but for the folder of what is measured, wherever that is."""
    commit = git("rev-parse", "HEAD", root=root)
    if commit is None:
        return Revision(None, _digest(root, _sources(root, measured), b""))
    within = ["--", ".", ":!results"]
    if measured.resolve().is_relative_to(root.resolve()):
        within.append(f":(exclude,literal){measured.resolve().relative_to(root.resolve()).as_posix()}")
    options = ("--no-ext-diff", "--no-textconv", "--no-color", "--binary")
    difference = git("diff", *options, "HEAD", *within, root=root)
    listed = git("ls-files", "--others", "--exclude-standard", "-z", *within, root=root) or b""
    untracked = [Path(os.fsdecode(name)) for name in sorted(listed.split(b"\0")) if name]
    changes = _digest(root, untracked, difference or b"") if difference or untracked else None
    return Revision(commit.decode().strip(), changes)


def _digest(root: Path, files: list[Path], beginning: bytes) -> str:
    found = hashlib.sha256(beginning)
    for file in files:
        found.update(b"\0" + os.fsencode(file) + b"\0" + _content(root / file))
    return found.hexdigest()


def _content(path: Path) -> bytes:
    try:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError as failure:
        return f"unreadable: {failure.strerror}".encode()


def _sources(root: Path, measured: Path) -> list[Path]:
    found = []
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if name not in NO_SOURCES and not name.startswith(".")]
        found += [Path(folder) / name for name in files]
    return sorted(path.relative_to(root) for path in found if not path.resolve().is_relative_to(measured.resolve()))
