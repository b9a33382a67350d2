# SPDX-License-Identifier: Apache-2.0
"""valkey-glide."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import contract
from glide import Batch, ExpirySet, ExpiryType, GlideClient, GlideClientConfiguration, NodeAddress, ServerCredentials

PATIENCE_MILLISECONDS = 20_000
"""For a reply. Its own 250 are little where many share a machine."""


class Client:
    def __init__(self, client: GlideClient) -> None:
        self._glide = client

    async def flush(self) -> None:
        await self._glide.flushall()

    async def set(self, key: str | bytes, value: bytes) -> None:
        await self._glide.set(key, value)

    async def set_for(self, key: str, value: bytes, seconds: int) -> None:
        await self._glide.set(key, value, expiry=ExpirySet(ExpiryType.SEC, seconds))

    async def get(self, key: str | bytes) -> bytes | None:
        return await self._glide.get(key)

    async def delete(self, key: str) -> int:
        return await self._glide.delete([key])

    async def add(self, key: str, number: int) -> int:
        return await self._glide.incrby(key, number)

    async def add_in_a_pipeline(self, key: str, times: int) -> list[int]:
        return await self._add_together(Batch(is_atomic=False), key, times)

    async def add_in_a_transaction(self, key: str, times: int) -> list[int]:
        return await self._add_together(Batch(is_atomic=True), key, times)

    async def _add_together(self, batch: Batch, key: str, times: int) -> list[int]:
        for _ in range(times):
            batch.incr(key)
        return await self._glide.exec(batch, raise_on_error=True)

    async def set_unless_changed(self, key: str, value: bytes, meanwhile: Callable[[], Awaitable[None]]) -> bool:
        await self._glide.watch([key])
        await meanwhile()
        batch = Batch(is_atomic=True)
        batch.set(key, value)
        return await self._glide.exec(batch, raise_on_error=True) is not None

    async def scan(self) -> list[bytes]:
        keys: list[bytes] = []
        cursor = b"0"
        while True:
            cursor, some = await self._glide.scan(cursor)
            keys += some
            if cursor == b"0":
                return keys


@asynccontextmanager
async def opened(port: int, password: str | None) -> AsyncIterator[Client]:
    client = await GlideClient.create(
        GlideClientConfiguration(
            [NodeAddress("127.0.0.1", port)],
            credentials=ServerCredentials(password) if password else None,
            request_timeout=PATIENCE_MILLISECONDS,
        )
    )
    try:
        yield Client(client)
    finally:
        await client.close()


contract.main("valkey-glide", opened)
