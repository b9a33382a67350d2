# SPDX-License-Identifier: Apache-2.0
"""Folders of campaigns: `campaign.json` names the cells that finished, and each has a file or folder."""

from dataclasses import replace
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.model import Measurement
from wisp_tools.results.fields import Fields
from wisp_tools.results.perf import load_perf
from wisp_tools.results.suite import load_folder

CAMPAIGN_FILE = "campaign.json"
CAMPAIGN_FORMAT = "wisp-campaign"


def load_campaign(folder: Path) -> list[Measurement]:
    """The measurements of all finished cells, each in the group of its cell.

    Cells that failed, and those that an interrupted campaign did not reach, are not there.
    """
    campaign = Fields.of_file(folder / CAMPAIGN_FILE, f"{folder.name}/{CAMPAIGN_FILE}")
    if campaign.text("format") != CAMPAIGN_FORMAT or campaign.whole("version") != 1:
        raise WispError(f"{campaign.where}: is not {CAMPAIGN_FORMAT} version 1")
    settings = campaign.inner("settings")
    commit = settings.optional_text("commit")
    cores = settings.whole("cores", 1) if "cores" in settings else None
    measurements = []
    for cell in campaign.each("cells"):
        if cell.one_of("state", ("finished", "failed", "skipped", "waiting")) != "finished":
            continue
        shown = cell.text("result")
        path = folder / shown
        if not path.resolve().is_relative_to(folder.resolve()):
            raise WispError(f"{cell.where}: the result {shown[:80]} is outside of the campaign")
        guest = cell.optional_text("guest")
        loaded = load_folder(path, shown, guest) if path.is_dir() else load_perf(path, shown, guest)
        placement = cell.optional_text("placement") if "placement" in cell else None
        here = None if guest else cores
        measurements += [_of_campaign(each, cell.text("group"), placement, commit, here) for each in loaded]
    return measurements


def _of_campaign(
    measurement: Measurement, group: str, placement: str | None, commit: str | None, cores: int | None
) -> Measurement:
    """In its group, placed as the campaign placed both ends, of which the client knows its own; with the commit that
    was measured, of which the client knows only the version; and with the cores of the machine, of which the client
    knows those that it was pinned to.
    """
    configuration = replace(measurement.configuration, group=group)
    software = f"commit {commit[:8]}" if commit else measurement.conditions.software
    return replace(
        measurement,
        configuration=replace(configuration, placement=placement) if placement else configuration,
        conditions=replace(measurement.conditions, software=software, cores=cores or measurement.conditions.cores),
    )
