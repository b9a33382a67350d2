# SPDX-License-Identifier: Apache-2.0
"""What programs say in words of their own, made alike so that it can be compared."""

import re

from wisp_tools.results.fields import Fields

LIST_OF_CORES = re.compile(r"\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*")


def kernel_in(text: str | None) -> str | None:
    """Name and release of a kernel, without the architecture that some programs add."""
    return " ".join(text.split()[:2]) if text else None


def devices_in(description: str) -> tuple[str, ...]:
    """The RDMA device in a description as `rdma (device rxe0 port 1, ...)`."""
    _, found, rest = description.partition("(device ")
    return (rest.split(" ")[0].rstrip(",)"),) if found else ()


def cores_in(environment: Fields, allowed: str) -> int | None:
    """How many cores programs could use: those in the list that Linux gave, in the field `allowed`.

    Where there is none, `cores`, by which Java means those that it may use and Python all of the machine.
    """
    cores = (environment.optional_text(allowed) or "").strip()
    if LIST_OF_CORES.fullmatch(cores):
        ends = [part.partition("-") for part in cores.split(",")]
        return sum(int(last or first) - int(first) + 1 for first, _, last in ends)
    return environment.whole("cores", 1) if "cores" in environment else None
