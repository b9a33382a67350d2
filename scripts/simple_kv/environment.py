# SPDX-License-Identifier: Apache-2.0
"""The conditions under which something was measured, in the format wisp-environment (results/FORMAT.md)."""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from simple_kv import devices, rdma
from simple_kv.devices import content

FORMAT, VERSION = "wisp-environment", 1
ROOT = Path(__file__).resolve().parent.parent.parent


def timestamp() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")


def capture(started_at: str, command_line: list[str]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "startedAt": started_at,
        "commandLine": command_line,
        "software": software(),
        "machine": machine(),
        "java": None,
        "python": python(),
        "transports": [
            {"name": "tcp", "unavailable": None},
            {"name": "rdma", "unavailable": rdma.unavailable() or _no_device()},
        ],
        "rdmaDevices": [_device(devices.CLASS_FOLDER / name) for name in devices.names()],
    }


def software() -> dict[str, object]:
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain") if commit else None
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
        "cpu": _field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "allowedCores": cores(),
        "memoryBytes": 1024 * int(re.sub(r"\D", "", memory)) if memory else None,
        "kernel": " ".join((platform.system(), platform.release(), _architecture())),
        "distribution": _field("/etc/os-release", "PRETTY_NAME"),
        "virtualization": vendor if "hypervisor" in flags else None,
        "guest": os.environ.get("WISP_GUEST"),
        "governor": content(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        "transparentHugePages": content(Path("/sys/kernel/mm/transparent_hugepage/enabled")),
        "loadAverage": content(Path("/proc/loadavg")),
    }


def cores() -> str:
    """Those that this process may run on, as Linux writes them; empty if unknown."""
    return _field("/proc/self/status", "Cpus_allowed_list") or ""


def command_line() -> str:
    """How this process was started, without the places of its files."""
    words = [Path(sys.executable).name, Path(sys.argv[0]).name, *sys.argv[1:]]
    return " ".join(words)


def _architecture() -> str:
    """As Java calls it, which wrote the other results."""
    return {"x86_64": "amd64"}.get(platform.machine(), platform.machine())


def _no_device() -> str | None:
    return None if devices.names() else "this machine has no RDMA device"


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


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
