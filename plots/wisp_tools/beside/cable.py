# SPDX-License-Identifier: Apache-2.0
"""A virtual cable with a software RDMA device (Soft-RoCE) at each end, which loses packets when it is told to."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from wisp_tools import devices
from wisp_tools.beside.side import say
from wisp_tools.devices import CLASS_FOLDER
from wisp_tools.errors import WispError
from wisp_tools.processes import captured, output_of

COMMAND_SECONDS = 30
ACTIVE_SECONDS = 20
PROGRAMS = ("ip", "rdma", "tc")
"""All of iproute2."""
RETRANSMISSIONS = "completer_retry_err"
"""rxe's counter of how often a requester sent again because no acknowledgement came, or one that asked for it."""


@dataclass(frozen=True)
class End:
    """An end of the cable: its network interface, the RDMA device on that, and the address of both."""

    interface: str
    device: str
    address: str
    table: int
    """The table of routes of what goes here."""


NEAR = End("veth0", "rxe0", "10.9.0.1", 101)
"""As the virtual machine of ./wisp guest has it."""
FAR = End("veth1", "rxe1", "10.9.0.2", 102)
"""Of which that has the interface alone."""
ENDS = ((NEAR, FAR), (FAR, NEAR))
"""Each with the other."""


@dataclass(frozen=True)
class Counts:
    """Since the cable and the devices were made."""

    lost: int
    """Packets of any kind, either way."""
    retransmissions: int | None
    """Of both devices; None if they do not count."""


class Cable:
    """See `laid`."""

    def lose(self, percent: float) -> None:
        """From now on, of the packets in either direction, at random."""
        for end, _ in ENDS:
            _run(f"tc qdisc replace dev {end.interface} root netem loss {percent:g}%")

    def counts(self) -> Counts:
        lost = [
            each["drops"]
            for end, _ in ENDS
            for each in json.loads(_run(f"tc -s -j qdisc show dev {end.interface}"))
            if each["kind"] == "netem"
        ]
        sent_again = [
            devices.content(CLASS_FOLDER / end.device / "ports" / "1" / "hw_counters" / RETRANSMISSIONS)
            for end, _ in ENDS
        ]
        counted = [int(each) for each in sent_again if each is not None]
        return Counts(sum(lost), sum(counted) if len(counted) == len(ENDS) else None)


@contextmanager
def laid() -> Iterator[Cable]:
    """The cable, inside the block. It loses nothing yet.

    What a kernel sends to an address of its own goes over no cable. So what it sends to either end gets a route by the
    other one, and the table of its own addresses is asked after these. Whatever happens, all is as before in the end.
    """
    with ExitStack() as stack:

        def change(does: str, undoes: str) -> None:
            _run(does)
            stack.callback(_undo, undoes)

        change(f"ip addr add {FAR.address}/32 dev {FAR.interface}", f"ip addr del {FAR.address}/32 dev {FAR.interface}")
        for end, other in ENDS:
            route = f"{end.address} dev {other.interface} src {other.address} table {end.table}"
            change(f"ip route add {route}", f"ip route del {route}")
            rule = f"pref 1 iif lo to {end.address} lookup {end.table}"
            change(f"ip rule add {rule}", f"ip rule del {rule}")
        change("ip rule add pref 2 lookup local", "ip rule del pref 2 lookup local")
        change("ip rule del pref 0 lookup local", "ip rule add pref 0 lookup local")
        change(f"rdma link add {FAR.device} type rxe netdev {FAR.interface}", f"rdma link delete {FAR.device}")
        _await_active(FAR)
        for end, _ in ENDS:
            place = f"dev {end.interface} root"
            change(f"tc qdisc add {place} netem loss 0%", f"tc qdisc del {place}")
        yield Cable()


def _await_active(end: End) -> None:
    """Until the kernel has given the device the address of its interface."""
    gid = "ffff:{:02x}{:02x}:{:02x}{:02x}".format(*map(int, end.address.split(".")))
    deadline = time.monotonic() + ACTIVE_SECONDS
    while True:
        try:
            port = devices.choose(end.device, CLASS_FOLDER)
        except WispError:
            port = None
        if port and port.gid.endswith(gid):
            return
        if time.monotonic() > deadline:
            raise WispError(f"the RDMA device {end.device} had no address {end.address} within {ACTIVE_SECONDS} s")
        time.sleep(0.1)


def _run(command: str) -> str:
    return output_of(command.split(), COMMAND_SECONDS)


def _undo(command: str) -> None:
    done = captured(command.split(), timeout=COMMAND_SECONDS)
    if done.returncode != 0:
        say(f"{command} failed: {done.stderr.strip()}")
