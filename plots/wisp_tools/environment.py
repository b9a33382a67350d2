# SPDX-License-Identifier: Apache-2.0
"""The conditions under which something was measured, in the format wisp-environment (results/FORMAT.md)."""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path

from wisp_tools import devices, tree
from wisp_tools.devices import content

FORMAT, VERSION = "wisp-environment", 1


def timestamp(precision: str = "auto") -> str:
    """Now, in UTC, as ISO 8601; to the second where `precision` is "seconds"."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def capture(started_at: str, command_line: list[str], transports: dict[str, str | None]) -> dict[str, object]:
    """transports: of each that the program knows, why this machine cannot run it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "startedAt": started_at,
        "commandLine": command_line,
        "software": software(),
        "machine": machine(),
        "java": None,
        "python": python(),
        "transports": [{"name": name, "unavailable": why} for name, why in transports.items()],
        "rdmaDevices": [_device(devices.CLASS_FOLDER / name) for name in devices.names()],
    }


def software() -> dict[str, object]:
    commit = tree.commit()
    changes = tree.git("status", "--porcelain") if commit else None
    return {"commit": commit, "dirty": None if changes is None else bool(changes), "jarSha256": None}


def python() -> dict[str, object]:
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": {name: _package(name) for name in ("hdrhistogram", "pyverbs")},
    }


def machine() -> dict[str, object]:
    memory = _field("/proc/meminfo", "MemTotal")
    flags = (_field("/proc/cpuinfo", "flags") or "").split()
    vendor = content(Path("/sys/class/dmi/id/sys_vendor")) or "unknown hypervisor"
    return {
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "allowedCores": cores(),
        "memoryBytes": 1024 * int(re.sub(r"\D", "", memory)) if memory else None,
        # The architecture as Java calls it, which wrote the other results.
        "kernel": f"{kernel()} {platform.machine().replace('x86_64', 'amd64')}",
        "distribution": _field("/etc/os-release", "PRETTY_NAME"),
        "virtualization": vendor if "hypervisor" in flags else None,
        "guest": os.environ.get("WISP_GUEST"),
        "governor": content(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        "transparentHugePages": content(Path("/sys/kernel/mm/transparent_hugepage/enabled")),
        "loadAverage": content(Path("/proc/loadavg")),
    }


def cpu() -> str | None:
    return _field("/proc/cpuinfo", "model name") or platform.processor() or None


def kernel() -> str:
    return f"{platform.system()} {platform.release()}"


def load_average() -> list[float] | None:
    """Over 1, 5 and 15 minutes."""
    try:
        return [round(each, 2) for each in os.getloadavg()]
    except OSError:
        return None


def cores() -> str:
    """Those that this process may run on, as Linux writes them; empty if unknown."""
    return _field("/proc/self/status", "Cpus_allowed_list") or ""


def _package(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _device(device: Path) -> dict[str, object]:
    ports = device / "ports"
    return {
        "name": device.name,
        "nodeType": _meaning(device / "node_type"),
        "driver": _driver(device),
        "firmware": content(device / "fw_ver"),
        "emulated": devices.is_emulated(device.name, device.parent),
        "ports": [_port(each) for each in sorted(ports.iterdir())] if ports.is_dir() else [],
    }


def _driver(device: Path) -> str | None:
    description = content(device / "node_desc") or ""
    if (device / "parent").exists() or description == "rxe":
        return "rxe"
    if description.startswith("Software iWARP"):
        return "siw"
    driver = device / "device" / "driver"
    return driver.resolve().name if driver.exists() else None


def _port(port: Path) -> dict[str, object]:
    return {
        "port": port.name,
        "state": _meaning(port / "state"),
        "physicalState": _meaning(port / "phys_state"),
        "linkLayer": content(port / "link_layer"),
        "rate": content(port / "rate"),
    }


def _meaning(file: Path) -> str | None:
    """Of a number and its meaning, "4: ACTIVE", the meaning."""
    said = content(file)
    return None if said is None else re.sub(r"^\d+:\s*", "", said)


def _field(file: str, name: str) -> str | None:
    """The value in the first line 'name: value' or 'name="value"' of a file."""
    for line in (content(Path(file)) or "").splitlines():
        if line.startswith(name):
            return re.sub(r"^\s*[:=]\s*", "", line[len(name) :]).replace('"', "").strip()
    return None


def version_of(program: str) -> str | None:
    """The first line that a program prints of its version; None if it is not there."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return next(iter((done.stdout + done.stderr).splitlines()), None)
