# SPDX-License-Identifier: Apache-2.0
"""Measures one cell: runs the instrument on a server, and checks what it leaves."""

import os
import shutil
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from wisp_tools.campaign.cells import CLIENT, GUEST, HOST, SPLIT, Cell, FirstWarmup
from wisp_tools.campaign.clients import WarmClients
from wisp_tools.campaign.cores import client_cores, server_cores, split_cores
from wisp_tools.campaign.nearness import ATTEMPTS, Nearness
from wisp_tools.campaign.servers import READY_SECONDS, WispServers
from wisp_tools.campaign.state import FAILED, FINISHED, CellState
from wisp_tools.errors import WispError
from wisp_tools.processes import ProcessFailure, free_port, run, says, server
from wisp_tools.results.perf import load_perf
from wisp_tools.results.suite import load_folder

LEAST_LIMIT = {"host": 90.0, GUEST: 300.0}
LIMIT_FACTOR = 10
"""How many times its estimate a cell may take."""


class Ends(AbstractContextManager["Ends"]):
    """Servers and clients that stay warm from cell to cell, and those that a cell alone needs."""

    def __init__(self, wisp: Path, folder: Path, first_warmup: FirstWarmup, cells: Iterable[Cell] = ()) -> None:
        """Everything runs in the folder and is told relative paths: programs record how they were called. `cells` are all
        that are going to be measured.
        """
        self._wisp = wisp
        self._folder = folder
        self._nearness = Nearness(*split_cores())
        self._stack = ExitStack()
        self._servers = self._stack.enter_context(WispServers(wisp, folder))
        self._clients = self._stack.enter_context(WarmClients(wisp, folder, first_warmup, cells))

    def measure(self, state: CellState) -> None:
        """Measures a cell and sets its outcome. What it leaves is whole and can be loaded, or is not there."""
        began = time.monotonic()
        target = self._folder / state.path
        state.result = state.reason = None
        state.guest = os.environ.get("WISP_GUEST") or None
        log = self._folder / "logs" / f"{state.cell.place}-{state.round}-{state.cell.name}"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(target)
            if state.cell.place == HOST and state.cell.placement == SPLIT:
                self._measure_near(state, log)
            else:
                self._measure(state, log)
            _check(state, target)
        except ProcessFailure as failure:
            remove_leftovers(target)
            state.state, state.reason = FAILED, without_places(str(failure), self._folder, self._wisp.parent)
        except BaseException:
            remove_leftovers(target)
            raise
        else:
            state.state, state.result = FINISHED, state.path
        finally:
            state.took = round(time.monotonic() - began, 1)

    def _measure_near(self, state: CellState, log: Path) -> None:
        """Measures while the two cores are near each other: again, if they were not so to the end."""
        state.repeats = 0
        while True:
            before = self._nearness.wait()
            self._measure(state, log)
            after, near = self._nearness.look()
            state.trips = [before, after]
            if near or state.repeats == ATTEMPTS - 1 or not self._nearness.is_patient:
                return
            remove_leftovers(self._folder / state.path)
            state.repeats += 1

    def _measure(self, state: CellState, log: Path) -> None:
        cell, target = state.cell, state.path
        log.parent.mkdir(parents=True, exist_ok=True)
        server_log, client_log = log.with_suffix(".server.log"), log.with_suffix(".log")
        limit = max(LEAST_LIMIT[cell.place], LIMIT_FACTOR * cell.seconds)
        if cell.instrument == CLIENT:
            null = nullcontext("127.0.0.1")
            with null if cell.transport == "null" else self._servers.serving(cell, server_log) as endpoint:
                self._clients.measure(cell, endpoint, target, client_log, limit)
        else:
            port = free_port()
            transport = ("--transport", cell.transport)
            serve = [str(self._wisp), "simple-kv", "-s", *transport, "--port", str(port), *server_cores(cell)]
            ask = [
                str(self._wisp),
                "simple-kv",
                "-p",
                f"127.0.0.1:{port}",
                *transport,
                *cell.options,
                *client_cores(cell),
            ]
            seconds = READY_SECONDS[cell.place]
            with server(serve, server_log, lambda: says(server_log, r"^(?!wisp:).*\S"), seconds, self._folder):
                run([*ask, "--results", target], client_log, limit, self._folder)
        for each in (server_log, client_log):
            each.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def without_places(text: str, *folders: Path) -> str:
    """A text for the record: files in those folders, and at home, without where on this machine that is."""
    for folder in folders:
        for place in {str(folder), str(folder.resolve())} - {"/", "."}:
            text = text.replace(f"{place}/", "").replace(place, folder.name)
    home = os.environ.get("HOME", "").rstrip("/")
    return text.replace(home, "~") if home else text


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
