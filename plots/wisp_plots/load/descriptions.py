"""What programs say in words of their own, made alike so that it can be compared."""

from __future__ import annotations


def kernel_in(text: str | None) -> str | None:
    """Name and release of a kernel, without the architecture that some programs add."""
    return " ".join(text.split()[:2]) if text else None


def devices_in(description: str) -> tuple[str, ...]:
    """The RDMA device in a description as `rdma (device rxe0 port 1, ...)`."""
    _, found, rest = description.partition("(device ")
    return (rest.split(" ")[0].rstrip(",)"),) if found else ()
