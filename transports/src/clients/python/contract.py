# SPDX-License-Identifier: Apache-2.0
"""What every client of Python is held to: the list of ../contract.txt, each name of which is a function here.

A program calls main with what opens its client. It prints a line for each expectation, as ../README.md says.
"""

import asyncio
import importlib.metadata
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeVar

PIPELINED = 8_000
KEYS = 3_000
EVERY_BYTE = bytes(range(256))

C = TypeVar("C")
P = TypeVar("P")


class NoneByNatureError(Exception):
    """A client has no call for what is expected. Its text says what it lacks."""


class Client(Protocol):
    async def flush(self) -> None: ...

    async def set(self, key: str | bytes, value: bytes) -> None: ...

    async def set_for(self, key: str, value: bytes, seconds: int) -> None: ...

    async def get(self, key: str | bytes) -> bytes | None: ...

    async def delete(self, key: str) -> int: ...

    async def add(self, key: str, number: int) -> int: ...

    async def add_in_a_pipeline(self, key: str, times: int) -> list[int]: ...

    async def add_in_a_transaction(self, key: str, times: int) -> list[int]: ...

    async def set_unless_changed(self, key: str, value: bytes, meanwhile: Callable[[], Awaitable[None]]) -> bool:
        """Watches the key, has something happen meanwhile, and sets the key: whether it did."""
        ...

    async def scan(self) -> list[bytes]: ...


class Places:
    """Where the servers are, and who connects to them."""

    def __init__(self, opened: Callable[[int, str | None], AbstractAsyncContextManager[Client]]) -> None:
        port, guarded_port, self.password = sys.argv[1:]
        self._port, self._guarded_port = int(port), int(guarded_port)
        self._opened = opened

    def open(self) -> AbstractAsyncContextManager[Client]:
        return self._opened(self._port, None)

    def open_guarded(self, password: str) -> AbstractAsyncContextManager[Client]:
        return self._opened(self._guarded_port, password)


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{found!r:.80} instead of {wanted!r:.80}")


async def expect_error(call: Awaitable[object], words: str) -> None:
    """Expects an exception whose text, or that of one behind it, has the words."""
    try:
        await call
    except Exception as failure:
        if words not in words_of(failure):
            raise
        return
    raise AssertionError(f"no error instead of {words!r}")


def words_of(failure: BaseException) -> str:
    """What an exception says, those that it groups and those that led to it."""
    said = [f"{type(failure).__name__}: {failure}"]
    behind = [failure.__cause__ or failure.__context__, *getattr(failure, "exceptions", ())]
    said += [words_of(each) for each in behind if each is not None]
    return " ".join("; ".join(said).split())


async def order(line: str) -> None:
    """Has the program that started this one do something, and waits until it is done."""
    print(line, flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def connect(client: Client, _: Places) -> None:
    expect(await client.get("none"), None)


async def set_get_and_delete(client: Client, _: Places) -> None:
    await client.set("k", b"v")
    expect(await client.get("k"), b"v")
    await client.set("k", b"w")
    expect(await client.get("k"), b"w")
    expect(await client.delete("k"), 1)
    expect(await client.delete("k"), 0)
    expect(await client.get("k"), None)


async def count(client: Client, _: Places) -> None:
    expect(await client.add("n", 1), 1)
    expect(await client.add("n", 41), 42)
    expect(await client.add("n", -50), -8)
    expect(await client.add("n", 2**63 - 1), 2**63 - 9)


async def pipeline(client: Client, _: Places) -> None:
    expect(await client.add_in_a_pipeline("n", PIPELINED), list(range(1, PIPELINED + 1)))


async def run_a_transaction(client: Client, _: Places) -> None:
    expect(await client.add_in_a_transaction("n", 3), [1, 2, 3])
    expect(await client.get("n"), b"3")


async def notice_a_change_of_a_watched_key(client: Client, places: Places) -> None:
    async def nothing() -> None:
        pass

    await client.set("k", b"old")
    expect(await client.set_unless_changed("k", b"mine", nothing), True)
    expect(await client.get("k"), b"mine")
    async with places.open() as other:
        expect(await client.set_unless_changed("k", b"late", lambda: other.set("k", b"theirs")), False)
    expect(await client.get("k"), b"theirs")


async def scan_all_keys(client: Client, _: Places) -> None:
    for number in range(KEYS):
        await client.set(f"key{number}", b"v")
    expect(sorted(await client.scan()), sorted(f"key{number}".encode() for number in range(KEYS)))


async def keep_every_byte_of_a_key(client: Client, _: Places) -> None:
    await client.set(EVERY_BYTE, b"v")
    expect(await client.get(EVERY_BYTE), b"v")
    expect(await client.get(b"\1" + EVERY_BYTE[1:]), None)


async def keep_every_byte_of_a_value(client: Client, _: Places) -> None:
    await client.set("k", EVERY_BYTE)
    expect(await client.get("k"), EVERY_BYTE)
    await client.set("k", b"")
    expect(await client.get("k"), b"")


async def carry_a_megabyte(client: Client, _: Places) -> None:
    value = bytes((index * 31 + (index >> 8)) & 0xFF for index in range(1 << 20))
    await client.set("k", value)
    if await client.get("k") != value:
        raise AssertionError("another value came back")


async def serve_many_at_once(client: Client, _: Places) -> None:
    hands, additions = 8, 200

    async def work(own: str) -> None:
        for index in range(additions):
            await client.add("n", 1)
            await client.set(own, f"{own}{index}".encode())
            expect(await client.get(own), f"{own}{index}".encode())

    await asyncio.gather(*(work(f"k{hand}") for hand in range(hands)))
    expect(await client.get("n"), str(hands * additions).encode())


async def let_a_value_expire(client: Client, _: Places) -> None:
    await client.set_for("long", b"v", 1000)
    await client.set_for("short", b"v", 1)
    while await client.get("short") is not None:
        await asyncio.sleep(0.02)
    expect(await client.get("long"), b"v")


async def tell_errors(client: Client, _: Places) -> None:
    await client.set("k", b"no number")
    # redis and its kind keep the code for themselves, and say the rest.
    await expect_error(client.add("k", 1), "value is not an integer or out of range")
    expect(await client.get("k"), b"no number")


async def enter_with_the_password(_: Client, places: Places) -> None:
    async with places.open_guarded(places.password) as client:
        await client.set("k", b"v")
        expect(await client.get("k"), b"v")


async def be_refused_with_another_password(_: Client, places: Places) -> None:
    async def enter() -> None:
        async with places.open_guarded("another") as client:
            await client.get("k")

    await expect_error(enter(), "invalid username-password pair")


async def outlive_a_restart(client: Client, _: Places) -> None:
    await client.set("k", b"v")
    await order("restart")
    while True:
        try:
            await client.set("k", b"w")
            break
        except Exception:
            await asyncio.sleep(0.05)
    expect(await client.get("k"), b"w")


EXPECTATIONS = (
    connect,
    set_get_and_delete,
    count,
    pipeline,
    run_a_transaction,
    notice_a_change_of_a_watched_key,
    scan_all_keys,
    keep_every_byte_of_a_key,
    keep_every_byte_of_a_value,
    carry_a_megabyte,
    serve_many_at_once,
    let_a_value_expire,
    tell_errors,
    enter_with_the_password,
    be_refused_with_another_password,
    outlive_a_restart,
)


def main(package: str, opened: Callable[[int, str | None], AbstractAsyncContextManager[Client]]) -> None:
    places = Places(opened)

    @asynccontextmanager
    async def empty() -> AsyncIterator[Client]:
        async with places.open() as client:
            await client.flush()
            yield client

    hold(package, EXPECTATIONS, empty, places)


def hold(
    package: str,
    expectations: Iterable[Callable[[C, P], Awaitable[None]]],
    opened: Callable[[], AbstractAsyncContextManager[C]],
    places: P,
) -> None:
    print(f"client {package} {importlib.metadata.version(package)}", flush=True)
    sys.exit(1 if asyncio.run(_hold(expectations, opened, places)) else 0)


async def _hold(
    expectations: Iterable[Callable[[C, P], Awaitable[None]]],
    opened: Callable[[], AbstractAsyncContextManager[C]],
    places: P,
) -> int:
    failed = 0
    for expectation in expectations:
        name = expectation.__name__.replace("_", "-")
        try:
            async with opened() as client:
                await expectation(client, places)
        except NoneByNatureError as none:
            print(f"none {name}: {none}", flush=True)
        except Exception as failure:
            failed += 1
            print(f"FAIL {name}: {words_of(failure):.300}", flush=True)
        else:
            print(f"ok {name}", flush=True)
    return failed
