# SPDX-License-Identifier: Apache-2.0
"""The packages that a command needs, installed when it does, exactly as requirements.txt locks them.

They go into one environment for each lock and Python, which grows by the groups of pyproject.toml. It has the packages of
the system as well, because pyverbs comes with the distribution alone.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import cast

from wisp_tools.errors import WispError
from wisp_tools.progress import under_way
from wisp_tools.tree import ROOT

GROUPS = ("record", "draw", "test", "clients")
"""Each with all that the ones before it have."""
_ENTRY = re.compile(r"^(?P<name>[a-z0-9-]+)==.*(?:\n .*)*", re.MULTILINE)


def require(group: str) -> None:
    """Returns in a process that has a group's packages, if need be a new one. Raises WispError if there can be none."""
    folder = environment()
    if Path(sys.prefix) == folder and _has(folder, group):
        return
    python = ensure(group)
    os.execv(python, [str(python), *sys.orig_argv[1:]])


def ensure(group: str) -> Path:
    """The Python of the environment, which has the packages of a group then. Raises WispError if it cannot have them."""
    folder = environment()
    if not _has(folder, group):
        if os.environ.get("WISP_BUILD") == "never":
            raise WispError(
                f"the Python packages to {group} are not in {folder}, and WISP_BUILD=never forbids to install them"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        with Path(f"{folder}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _has(folder, group):
                _install(folder, group)
    return folder / "bin" / "python"


def environment() -> Path:
    """The folder of the environment, there or not."""
    content = (ROOT / "requirements.txt").read_bytes() + f"{_extras()} {sys.version} {sys.base_prefix}".encode()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "wisp-python" / hashlib.sha256(content).hexdigest()[:16]


def locked(group: str) -> dict[str, str]:
    """Of each package of a group, and of what those need, its lines in the lock: version, hashes, and who needs it."""
    wanted = {name for each in GROUPS[: GROUPS.index(group) + 1] for name in _extras()[each]}
    entries = {found["name"]: found[0] for found in _ENTRY.finditer((ROOT / "requirements.txt").read_text())}
    needer = re.compile(r"# +(?:via )?([a-z0-9-]+)$", re.MULTILINE)
    needed_by = {name: set(needer.findall(text)) for name, text in entries.items()}
    while more := {name for name in entries.keys() - wanted if needed_by[name] & wanted}:
        wanted |= more
    return {name: text for name, text in entries.items() if name in wanted}


def _extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return cast(dict[str, list[str]], project["optional-dependencies"])


def _has(folder: Path, group: str) -> bool:
    return any((folder / f"has-{each}").exists() for each in GROUPS[GROUPS.index(group) :])


def _install(folder: Path, group: str) -> None:
    chosen = locked(group)
    with under_way(f"installing {len(chosen)} Python packages to {group} into {folder}"):
        _install_chosen(folder, group, list(chosen.values()))


def _install_chosen(folder: Path, group: str, lock: list[str]) -> None:
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        # Of an environment, "-m venv" would make one that is bound to it.
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        _run(
            "make an environment for packages (Debian and Ubuntu: apt install python3-venv)",
            [str(base if base.exists() else sys.executable), "-m", "venv", "--system-site-packages", str(folder)],
        )
        (folder / "made").touch()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
        lines.write("\n".join(lock) + "\n")
        lines.flush()
        options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:")
        python = str(folder / "bin" / "python")
        _run(f"install the packages to {group}", [python, "-m", "pip", "install", *options, "-r", lines.name])
    (folder / f"has-{group}").touch()


def _run(purpose: str, command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise WispError(f"Python could not {purpose}: {' '.join(said) or 'it said nothing'}")


if __name__ == "__main__":  # python -m wisp_tools.packages GROUP prints the Python that has it
    try:
        print(ensure(sys.argv[1]))
    except WispError as failure:
        sys.exit(f"wisp: {failure}")
