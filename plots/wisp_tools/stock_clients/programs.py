# SPDX-License-Identifier: Apache-2.0
"""Makes the programs of a language, once for each content of its folder, in a folder of the cache."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from wisp_tools import packages
from wisp_tools.errors import WispError
from wisp_tools.processes import captured, last_line, status_of
from wisp_tools.progress import under_way
from wisp_tools.stock_clients.roster import SOURCES, StockClient

BUILD_SECONDS = 900
BUILDS = {
    "c": ("cc", "-std=c11", "-D_GNU_SOURCE", "-O1", "-o", "hiredis", "hiredis.c", "-lhiredis", "-pthread"),
    "node": ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
    # One package at a time: others share the machine.
    "go": ("go", "build", "-p", "1", "-trimpath", "-buildvcs=false", "-o", "clients", "."),
}
VERSIONS = {"c": ("cc", "--version"), "node": ("node", "--version"), "go": ("go", "version")}
"""What says which compiler or runtime it is."""


def command_of(client: StockClient, chosen: str) -> tuple[list[str], Path]:
    """What runs the program of a client for a list, and in which folder; makes it first if need be.

    Raises WispError if it cannot be made.
    """
    words = client.words_for(chosen)
    if client.language == "python":
        return [str(packages.ensure("clients")), *words], SOURCES / "python"
    return list(words), made(client.language, SOURCES / client.language)


def made(language: str, source: Path) -> Path:
    """The folder that has what a folder of sources becomes. Raises WispError if it cannot be made."""
    folder = _folder(language, source)
    if (folder / "made").exists():
        return folder
    if os.environ.get("WISP_BUILD") == "never":
        raise WispError(f"the clients of {language} are not in {folder}, and WISP_BUILD=never forbids to build them")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            with under_way(f"building the clients of {language} in {folder}"):
                _make(language, source, folder)
    return folder


def _folder(language: str, source: Path) -> Path:
    content = hashlib.sha256(captured(VERSIONS[language]).stdout.encode())
    content.update(" ".join(BUILDS[language]).encode())
    for path in _files(source):
        content.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "wisp-clients" / f"{language}-{content.hexdigest()[:16]}"


def _files(source: Path) -> list[Path]:
    """The program's own, without a folder that somebody's npm or go has left there."""
    return sorted(path for path in source.iterdir() if path.is_file())


def _make(language: str, source: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in _files(source):
        shutil.copy(path, folder)
    log = folder / "build.log"
    if status := status_of(BUILDS[language], log, BUILD_SECONDS, folder):
        raise WispError(
            f"{BUILDS[language][0]} ended with status {status}: {last_line(log) or 'it said nothing'} ({log})"
        )
    if status is None:
        raise WispError(f"{BUILDS[language][0]} did not end within {BUILD_SECONDS} s ({log})")
    (folder / "made").touch()
