# SPDX-License-Identifier: Apache-2.0
"""What every client of Python with a cluster mode is held to: the list of ../cluster.txt, each name of which is a
function here.

A program calls main with what opens its client.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from contract import expect, expect_error, hold, order

SPREAD = 500
LOW, HIGH = "{bar}", "{foo}"
"""One node has keys with the first tag, the other, which may be killed, those with the second."""
SECONDS_UNTIL_AN_ERROR = 60
"""Longer than any client tries again by itself."""


class ClusterClient(Protocol):
    async def set(self, key: str, value: bytes) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def set_together(self, values: dict[str, bytes]) -> None: ...

    async def get_together(self, keys: Sequence[str]) -> list[bytes | None]: ...

    async def set_if_all_are_absent(self, values: dict[str, bytes]) -> None:
        """MSETNX."""
        ...

    async def add_in_a_pipeline(self, keys: Sequence[str]) -> list[int]: ...

    async def add_in_a_transaction(self, keys: Sequence[str]) -> list[int]: ...


class Nodes:
    """Where a node of the cluster is, and one that has an old map."""

    def __init__(self, opened: Callable[[int], AbstractAsyncContextManager[ClusterClient]]) -> None:
        self._port, self._old = map(int, sys.argv[1:])
        self._opened = opened

    def open(self) -> AbstractAsyncContextManager[ClusterClient]:
        return self._opened(self._port)

    def open_old(self) -> AbstractAsyncContextManager[ClusterClient]:
        return self._opened(self._old)


async def set_and_get(client: ClusterClient, key: str, value: bytes) -> None:
    await client.set(key, value)
    expect(await client.get(key), value)


async def connect(client: ClusterClient, _: Nodes) -> None:
    await set_and_get(client, LOW + "k", b"a")
    await set_and_get(client, HIGH + "k", b"b")


async def reach_every_slot(client: ClusterClient, _: Nodes) -> None:
    for number in range(SPREAD):
        await client.set(f"key{number}", f"v{number}".encode())
    for number in range(SPREAD):
        expect(await client.get(f"key{number}"), f"v{number}".encode())


async def pipeline(client: ClusterClient, _: Nodes) -> None:
    keys = [f"n{number % 100}" for number in range(SPREAD)]
    for key in set(keys):
        await client.set(key, b"0")
    expect(await client.add_in_a_pipeline(keys), [1 + number // 100 for number in range(SPREAD)])


async def use_many_keys_of_one_slot(client: ClusterClient, _: Nodes) -> None:
    for tag in (LOW, HIGH):
        await client.set_together({f"{tag}one": b"1", f"{tag}two": b"2", f"{tag}three": b"3"})
        expect(await client.get_together([f"{tag}three", f"{tag}one", f"{tag}two"]), [b"3", b"1", b"2"])


async def be_refused_keys_of_two_slots(client: ClusterClient, _: Nodes) -> None:
    # redis-py and coredis look at the slots themselves, and have words of their own.
    await expect_error(client.set_if_all_are_absent({f"{LOW}new": b"v", f"{HIGH}new": b"v"}), "same")


async def run_a_transaction(client: ClusterClient, _: Nodes) -> None:
    for tag in (LOW, HIGH):
        await client.set_together({f"{tag}x": b"0", f"{tag}y": b"0"})
        expect(await client.add_in_a_transaction([f"{tag}x", f"{tag}y", f"{tag}x"]), [1, 1, 2])


async def follow_a_redirection(_: ClusterClient, nodes: Nodes) -> None:
    async with nodes.open_old() as client:
        await set_and_get(client, HIGH + "moved", b"b")
        await set_and_get(client, LOW + "moved", b"a")


async def outlive_a_node(client: ClusterClient, _: Nodes) -> None:
    await set_and_get(client, LOW + "k", b"v")
    await set_and_get(client, HIGH + "k", b"v")
    await order("kill")
    await set_and_get(client, LOW + "k", b"w")
    await expect_an_error_in_time(client.set(HIGH + "k", b"w"))
    await set_and_get(client, LOW + "k", b"x")
    await order("start")
    while True:
        try:
            await client.set(HIGH + "k", b"y")
            break
        except Exception:
            await asyncio.sleep(0.05)
    expect(await client.get(HIGH + "k"), b"y")


async def expect_an_error_in_time(call: Awaitable[None]) -> None:
    """Does not rely on the client's own deadlines."""
    started = asyncio.ensure_future(call)
    done, _ = await asyncio.wait([started], timeout=SECONDS_UNTIL_AN_ERROR)
    if not done:
        started.cancel()
        raise AssertionError(f"a key of a killed node was no error within {SECONDS_UNTIL_AN_ERROR} s")
    if started.exception() is None:
        raise AssertionError("a key of a killed node was no error")


EXPECTATIONS = (
    connect,
    reach_every_slot,
    pipeline,
    use_many_keys_of_one_slot,
    be_refused_keys_of_two_slots,
    run_a_transaction,
    follow_a_redirection,
    outlive_a_node,
)


def main(package: str, opened: Callable[[int], AbstractAsyncContextManager[ClusterClient]]) -> None:
    nodes = Nodes(opened)
    hold(package, EXPECTATIONS, nodes.open, nodes)
