# SPDX-License-Identifier: Apache-2.0
"""Measures one cell: runs the instrument on a server, and checks what it leaves."""

import os
import shutil
import time
from contextlib import nullcontext
from pathlib import Path

from wisp_tools.campaign.cells import CLIENT, GUEST, SIMPLE_KV, SUITE
from wisp_tools.campaign.servers import READY_SECONDS, WispServers
from wisp_tools.campaign.state import FAILED, FINISHED, CellState
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, free_port, run, says, server
from wisp_tools.results.perf import load_perf
from wisp_tools.results.suite import load_folder

LEAST_LIMIT = {"host": 90.0, GUEST: 300.0}
LIMIT_FACTOR = 10
"""How many times its estimate a cell may take."""


def measure(state: CellState, folder: Path, wisp: Path, servers: WispServers) -> None:
    """Measures a cell and sets its outcome. What it leaves is whole and can be loaded, or is not there."""
    began = time.monotonic()
    target = folder / state.path
    state.result = state.reason = None
    state.guest = os.environ.get("WISP_GUEST") or None
    log = folder / "logs" / f"{state.cell.place}-{state.round}-{state.cell.name}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(target)
        _measure(state, folder, wisp, servers, log)
        _check(state, target)
    except ProcessFailure as failure:
        remove_leftovers(target)
        state.state, state.reason = FAILED, without_places(str(failure), folder, wisp.parent)
    except BaseException:
        remove_leftovers(target)
        raise
    else:
        state.state, state.result = FINISHED, state.path
    finally:
        state.took = round(time.monotonic() - began, 1)


def without_places(text: str, *folders: Path) -> str:
    """A text for the record: files in those folders, and at home, without where on this machine that is."""
    for folder in folders:
        for place in {str(folder), str(folder.resolve())} - {"/", "."}:
            text = text.replace(f"{place}/", "").replace(place, folder.name)
    home = os.environ.get("HOME", "").rstrip("/")
    return text.replace(home, "~") if home else text


def _measure(state: CellState, folder: Path, wisp: Path, servers: WispServers, log: Path) -> None:
    """Everything runs in the campaign's folder and is told relative paths: programs record how they were called."""
    cell, target = state.cell, state.path
    log.parent.mkdir(parents=True, exist_ok=True)
    server_log, client_log = log.with_suffix(".server.log"), log.with_suffix(".log")
    limit = max(LEAST_LIMIT[cell.place], LIMIT_FACTOR * cell.seconds)
    if cell.instrument != CLIENT or cell.transport == "null":
        servers.close()  # a server that polls would take a processor from what is measured without it
    if cell.instrument == SUITE:
        run([str(wisp), "bench", *cell.options, "--results", target], client_log, limit, folder)
    elif cell.instrument == SIMPLE_KV:
        port = free_port()
        transport = ("--transport", cell.transport)
        serve = [str(wisp), "simple-kv", "-s", *transport, "--port", str(port)]
        ask = [str(wisp), "simple-kv", "-p", f"127.0.0.1:{port}", *transport, *cell.options]
        with server(serve, server_log, lambda: says(server_log, r"^(?!wisp:).*\S"), READY_SECONDS[cell.place], folder):
            run([*ask, "--results", target], client_log, limit, folder)
    else:
        served = servers.serving(cell.place, cell.transport, server_log, client_log)
        with nullcontext("127.0.0.1") if cell.transport == "null" else served as endpoint:
            ask = [str(wisp), "-p", endpoint, "--transport", cell.transport, *cell.options, "--json", target]
            run(ask, client_log, limit, folder)
    for each in (server_log, client_log):
        each.unlink(missing_ok=True)


def _check(state: CellState, target: Path) -> None:
    """A program that ended well may still have left what is no result."""
    try:
        loaded = load_perf(target, state.path) if state.cell.instrument == CLIENT else load_folder(target, state.path)
    except WispError as failure:
        raise ProcessFailure(str(failure)) from failure
    if not loaded:
        raise ProcessFailure(f"{state.path} holds no measurement")


def remove_leftovers(target: Path) -> None:
    """Removes a result that is to be made again, and what a failed attempt at it left."""
    for path in (target, *(target.with_name(target.name + end) for end in (".unfinished", ".FAILED", ".partial"))):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
