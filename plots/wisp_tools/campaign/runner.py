# SPDX-License-Identifier: Apache-2.0
"""Runs a campaign: builds, measures round by round, and goes on where an earlier call stopped."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wisp_tools import environment, packages
from wisp_tools.campaign.cells import CLIENT, GUEST, HOST, Cell, client_of
from wisp_tools.campaign.measuring import without_places
from wisp_tools.campaign.progress import in_words, seconds_left
from wisp_tools.campaign.scales import SCALES, Scale
from wisp_tools.campaign.sources import revision
from wisp_tools.campaign.stage import cells_to_run, collect_outcomes, run_cells
from wisp_tools.campaign.state import (
    FAILED,
    FINISHED,
    SKIPPED,
    WAITING,
    Campaign,
    CellState,
    new_campaign,
    read_campaign,
)
from wisp_tools.errors import WispError, say
from wisp_tools.interrupts import held, interruptible
from wisp_tools.processes import captured, stop
from wisp_tools.results.campaign import CAMPAIGN_FILE
from wisp_tools.tree import jdk

JAVA_OPTIONS = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "WISP_JAVA_OPTS")
"""Variables with options for every JVM."""
BUILD_SECONDS = 120
START_SECONDS = {HOST: 3, GUEST: 40}
"""For a client, and its server if that is new, to start."""
GUEST_STOP_SECONDS = 30


@dataclass(frozen=True)
class Tools:
    """What a campaign starts."""

    root: Path
    """Wisp's source tree, whose commit is recorded."""
    wisp: Path
    """The launcher."""

    def settings(self, folder: Path) -> dict[str, Any]:
        """What must stay the same for measurements in a folder to belong together: software and machine."""
        found = revision(self.root, folder)
        return {
            "commit": found.commit,
            "changes": found.changes,
            "jdk": self._jdk(),
            "javaOptions": " ".join(filter(None, map(os.environ.get, JAVA_OPTIONS))),
            "cpu": environment.cpu(),
            "cores": os.cpu_count(),
            "kernel": environment.kernel(),
        }

    def _jdk(self) -> str | None:
        """Vendor and version of the JDK that the launcher takes; None if it finds none."""
        try:
            lines = (jdk(self.wisp) / "release").read_text().splitlines()
        except (OSError, WispError):
            return None
        told = {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
        version = told.get("JAVA_RUNTIME_VERSION") or told.get("JAVA_VERSION")
        return " ".join(filter(None, (told.get("IMPLEMENTOR"), version))) or None


def open_campaign(folder: Path, scale: Scale, rounds: int, tools: Tools) -> Campaign:
    """The campaign in a folder, begun or gone on with. Raises WispError if that has other contents or settings."""
    fresh = new_campaign(folder, scale, rounds, tools.settings(folder), environment.timestamp("seconds"))
    if not (folder / CAMPAIGN_FILE).exists():
        if folder.exists() and any(folder.iterdir()):
            raise WispError(f"{folder}: is not empty and holds no campaign to go on with")
        fresh.save()
        return fresh
    begun = read_campaign(folder)
    changed = [name for name, value in fresh.settings.items() if begun.settings.get(name) != value]
    if begun.rounds != rounds:
        changed.append("rounds")
    if changed:
        raise WispError(
            f"{folder}: was begun with another {' and another '.join(changed)}, so that what is in it does not"
            " compare with what would be added: name another folder with --out, or remove this one"
        )
    for cell in begun.cells:
        if cell.state == FINISHED and not (folder / cell.path).exists():
            cell.state, cell.result = WAITING, None
    return begun


def run_campaign(campaign: Campaign, tools: Tools, left_out: Mapping[str, str] = MappingProxyType({})) -> int:
    """Measures what is not finished. Returns 0 if nothing failed, else 1; Ctrl-C leaves what is finished.

    `left_out` has places to leave out, each with the reason. Their cells, and those of the guest where there
    can be none, are skipped and the reason recorded.
    """
    if HOST not in left_out and len(os.sched_getaffinity(0)) < 2:
        raise WispError("nothing was measured: the host's cells need two cores, and there is one (--guest-only)")
    with interruptible():
        try:
            _begin(campaign, left_out)
            _run_rounds(campaign, tools, left_out)
        except KeyboardInterrupt:
            campaign.save()
            finished = sum(cell.state == FINISHED for cell in campaign.cells)
            with suppress(OSError):  # the terminal may be gone
                done = f"{finished} of {len(campaign.cells)} cells are finished in {campaign.folder}"
                say(f"interrupted; {done}, and the same command goes on from there")
            raise
    if campaign.complete and campaign.finished_at is None:
        campaign.finished_at = environment.timestamp("seconds")
        campaign.save()
    return _conclude(campaign)


def _run_rounds(campaign: Campaign, tools: Tools, left_out: Mapping[str, str]) -> None:
    """The host's rounds, each with new JVMs, for two of them need not be alike; then the guest's, which starts once."""
    _build(tools)
    if HOST not in left_out:
        for number in range(1, campaign.rounds + 1):
            run_cells(campaign, cells_to_run(campaign, HOST, number), tools.wisp, lambda cell: campaign.save())
    cells = cells_to_run(campaign, GUEST)
    if GUEST in left_out or not cells:
        return
    missing = _guest_missing(campaign, tools)
    if missing:
        _skip(campaign, cells, missing)
    else:
        _run_guest(campaign, cells, tools)


def _begin(campaign: Campaign, left_out: Mapping[str, str]) -> None:
    """Marks what waits and what is left out, and says how long that will take."""
    open_cells = [cell for cell in campaign.cells if cell.state != FINISHED]
    for cell in open_cells:
        cell.state, cell.reason = WAITING, None
    for place, reason in left_out.items():
        _skip(campaign, [cell for cell in open_cells if cell.cell.place == place], reason)
    waiting = [cell for cell in open_cells if cell.state == WAITING]
    if open_cells:
        campaign.finished_at = None
    campaign.save()
    seconds = seconds_left(campaign)
    seconds += start_seconds(waiting, SCALES[campaign.scale])
    say(
        f"measuring {len(waiting)} of {len(campaign.cells)} cells into {campaign.folder}: about"
        f" {in_words(seconds)}, and up to {in_words(BUILD_SECONDS)} more if Wisp has to be"
        " built. Ctrl-C interrupts it, and the same command goes on. Leave the machine alone meanwhile."
    )


def start_seconds(cells: Iterable[CellState], scale: Scale) -> float:
    """To start clients and servers and keep them busy before they are measured: in each round on the host, and once in
    the guest.
    """
    clients: dict[tuple[Any, ...], list[Cell]] = {}
    for state in cells:
        if state.cell.instrument == CLIENT:
            number = state.round if state.cell.place == HOST else 1
            clients.setdefault((state.cell.place, number, client_of(state.cell)), []).append(state.cell)
    seconds = 0.0
    for measured in clients.values():
        place = measured[0].place
        first = scale.plan(place).first_warmup
        seconds += START_SECONDS[place] + first.usual_seconds(len(first.loads(measured[0], measured)))
    return seconds


def _build(tools: Tools) -> None:
    """Makes what cells start, which in the guest, without a network, could not be made."""
    packages.ensure("record")
    nothing = subprocess.DEVNULL
    if subprocess.run([tools.wisp, "-h"], stdin=nothing, stdout=nothing, check=False).returncode:
        raise WispError("nothing was measured: ./wisp -h failed, as said above")
    # What is changed in the sources meanwhile is not measured, nor built beside a measurement.
    os.environ["WISP_BUILD"] = "never"


def _guest_missing(campaign: Campaign, tools: Tools) -> str | None:
    """Gets the guest ready; the reason if there can be none."""
    done = captured([tools.wisp, "guest", "--prepare"])
    if not done.returncode:
        return None
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    said = lines[-1] if lines else "the guest could not be prepared"
    return without_places(said, campaign.folder, tools.root)[:300]


def _run_guest(campaign: Campaign, cells: list[CellState], tools: Tools) -> None:
    """Measures cells in the guest. Those that it does not come to have failed."""
    campaign.save()
    folder = campaign.folder.resolve()
    seconds = sum(cell.cell.seconds for cell in cells) + start_seconds(cells, SCALES[campaign.scale])
    limit = int(4 * seconds) + 600
    command = [
        *(str(tools.wisp), "guest", "--out", str(folder), "--limit", str(limit), "--"),
        *(sys.executable, "-m", "wisp_tools.campaign.stage", str(folder), str(tools.wisp)),
    ]
    variables = {**os.environ, "WISP_BUILD": "never", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with ExitStack() as stack:
        with held():
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=variables, start_new_session=True)
            stack.callback(collect_outcomes, campaign, cells)
            stack.callback(stop, process, GUEST_STOP_SECONDS)
        status = process.wait()
    end = "did not start" if status == 125 else "ended before it was measured"
    for cell in cells:
        if cell.state not in (FINISHED, FAILED):
            cell.state, cell.reason = FAILED, f"the guest {end} (exit code {status})"
    campaign.save()


def _skip(campaign: Campaign, cells: list[CellState], reason: str) -> None:
    for cell in cells:
        cell.state, cell.reason = SKIPPED, reason
    campaign.save()


def _conclude(campaign: Campaign) -> int:
    failed = [cell for cell in campaign.cells if cell.state == FAILED]
    skipped = [cell for cell in campaign.cells if cell.state == SKIPPED]
    if skipped:
        say(f"{len(skipped)} cells of the guest were skipped: {skipped[0].reason}")
    for cell in failed:
        say(f"failed, round {cell.round}, {cell.cell.place}, {cell.cell.name}: {cell.reason}")
    return 1 if failed else 0
