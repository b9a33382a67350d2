# SPDX-License-Identifier: Apache-2.0
"""RDMA devices of this machine, as the kernel lists them."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.errors import WispError

CLASS_FOLDER = Path("/sys/class/infiniband")
_NO_GID = ipaddress.IPv6Address(0)


@dataclass(frozen=True)
class Port:
    """A port of a device with the address that connections use."""

    device: str
    number: int
    gid_index: int
    gid: str
    is_ethernet: bool
    emulated: bool

    def __str__(self) -> str:
        emulated = ", emulated" if self.emulated else ""
        return f"{self.device} port {self.number} gid {self.gid_index} ({self.gid}){emulated}"


def names(folder: Path = CLASS_FOLDER) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def is_emulated(device: str, folder: Path = CLASS_FOLDER) -> bool:
    """Whether a device is software alone: rxe names its network interface in "parent", siw describes its node so."""
    place = folder / device
    description = content(place / "node_desc") or ""
    return (
        (place / "parent").exists()
        or description == "rxe"
        or description.startswith("Software iWARP")
        or not (place / "device").exists()
    )


def choose(wanted: str | None, folder: Path = CLASS_FOLDER) -> Port:
    """The port to use.

    :param wanted: DEVICE, DEVICE:PORT or DEVICE:PORT:GIDINDEX; the first port that is active if None
    Raises WispError if there is none such
    """
    there = names(folder)
    if not there:
        raise WispError(
            "this machine has no RDMA device: ./wisp guest ./wisp simple-kv ... runs it on a virtual machine that has one"
        )
    device, port, gid_index = _parse(wanted)
    if device is not None and device not in there:
        raise WispError(f"there is no RDMA device {device}; there is {', '.join(there)}")
    for name in [device] if device else there:
        for number in _ports(folder / name) if port is None else [port]:
            found = _port(folder, name, number, gid_index)
            if found is not None:
                return found
    asked = f"of {wanted} " if wanted else ""
    raise WispError(f"no port {asked}is active with an address; devices: {', '.join(there)}")


def _parse(wanted: str | None) -> tuple[str | None, int | None, int | None]:
    if wanted is None:
        return None, None, None
    device, *numbers = wanted.split(":")
    if not device or "/" in device or len(numbers) > 2 or not all(each.isdecimal() for each in numbers):
        raise WispError(f"--device takes DEVICE, DEVICE:PORT or DEVICE:PORT:GIDINDEX, and {wanted!r} is none")
    port, gid_index = [*map(int, numbers), None, None][:2]
    return device, port, gid_index


def _ports(device: Path) -> list[int]:
    folder = device / "ports"
    return sorted(int(each.name) for each in folder.iterdir()) if folder.is_dir() else []


def _port(folder: Path, device: str, number: int, gid_index: int | None) -> Port | None:
    port = folder / device / "ports" / str(number)
    if not (content(port / "state") or "").endswith("ACTIVE"):
        return None
    is_ethernet = content(port / "link_layer") == "Ethernet"
    gids = _gids(port)
    if gid_index is None:
        gid_index = _best(gids, is_ethernet)
    if gid_index not in gids:
        return None
    return Port(device, number, gid_index, gids[gid_index][0], is_ethernet, is_emulated(device, folder))


def _gids(port: Path) -> dict[int, tuple[str, str]]:
    """By index, the address and its type."""
    found = {}
    for entry in (port / "gids").iterdir() if (port / "gids").is_dir() else []:
        gid = content(entry)
        if gid and ipaddress.IPv6Address(gid) != _NO_GID:
            found[int(entry.name)] = (gid, content(port / "gid_attrs" / "types" / entry.name) or "")
    return found


def _best(gids: dict[int, tuple[str, str]], is_ethernet: bool) -> int | None:
    """Over Ethernet RoCE v2 before v1, and an IPv4 address before a link-local one; else the first."""

    def preference(index: int) -> tuple[bool, bool, int]:
        gid, kind = gids[index]
        return "v2" not in kind, ipaddress.IPv6Address(gid).ipv4_mapped is None, index

    if not gids:
        return None
    return min(gids, key=preference) if is_ethernet else min(gids)


def content(file: Path) -> str | None:
    """What a file of the kernel says; None where it says nothing or cannot be read."""
    try:
        return file.read_text("latin-1").strip() or None
    except OSError:
        return None
