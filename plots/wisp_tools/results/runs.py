# SPDX-License-Identifier: Apache-2.0
"""Finds what a path holds: a file of the perf client, a folder of the suite, a campaign, or files together."""

import json
from collections.abc import Sequence
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.model import Measurement, Run
from wisp_tools.progress import under_way
from wisp_tools.results.campaign import CAMPAIGN_FILE, load_campaign
from wisp_tools.results.perf import FORMAT, load_perf
from wisp_tools.results.suite import load_folder

NO_RUNS = {"local", "plots", "schemas"}
"""Folders of results/ that hold no recorded run."""


def load_run(path: Path) -> Run:
    """What a path holds. Raises WispError if that is no result, or nothing that can be drawn."""
    if not path.exists():
        raise WispError(f"{path}: there is no such file or folder")
    path = path.resolve()
    if path.is_file():
        measurements = load_perf(path, path.name)
    elif (path / CAMPAIGN_FILE).exists():
        measurements = load_campaign(path)
    elif (path / "result.json").exists() or path.suffix in (".unfinished", ".FAILED"):
        measurements = load_folder(path, path.name)
    else:
        measurements = _load_files(path)
    if not measurements:
        raise WispError(f"{path}: holds no measurement of a transport")
    return Run(path.stem if path.is_file() else path.name, tuple(measurements))


def load_runs(paths: Sequence[Path]) -> list[Run]:
    """What paths hold. Raises WispError as `load_run`, and if two runs have one name, by which their plots go."""
    runs = []
    for path in paths:
        with under_way(f"reading {path}"):
            runs.append(load_run(path))
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise WispError(f"two runs are named {name}, and their plots would overwrite each other")
    return runs


def recorded_runs(results: Path) -> list[Run]:
    """Every run in the folder that holds measurements of transports, by name.

    Raises WispError if one of them is not whole: what is recorded is never passed over in silence.
    """
    runs = []
    for folder in sorted(results.iterdir()):
        if not folder.is_dir() or folder.name in NO_RUNS or folder.name.startswith("."):
            continue
        if _holds_transports(folder):
            runs += load_runs([folder])
    return runs


def _holds_transports(folder: Path) -> bool:
    if (folder / CAMPAIGN_FILE).exists() or any(_is_perf(file) for file in folder.glob("*.json")):
        return True
    return (folder / "result.json").exists() and bool(load_folder(folder, folder.name))


def _load_files(folder: Path) -> list[Measurement]:
    measurements: list[Measurement] = []
    for file in sorted(folder.glob("*.json")):
        if _is_perf(file):
            measurements += load_perf(file, file.name)
    for inner in sorted(folder.iterdir()):
        if (inner / "result.json").exists() and inner.suffix not in (".unfinished", ".FAILED"):
            measurements += load_folder(inner, inner.name)
    return measurements


def _is_perf(file: Path) -> bool:
    """Whether a file says that it is the perf client's, or is too broken to say anything."""
    return format_of(file) in (FORMAT, None)


def format_of(file: Path) -> str | None:
    """What a file of JSON says that it is, nothing included; None if it is too broken to say."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(values.get("format", "")) if isinstance(values, dict) else ""
