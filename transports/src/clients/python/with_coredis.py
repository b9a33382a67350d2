# SPDX-License-Identifier: Apache-2.0
"""coredis."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import contract
import coredis


class Client:
    def __init__(self, client: coredis.Redis[bytes]) -> None:
        self._redis = client

    async def flush(self) -> None:
        await self._redis.flushall()

    async def set(self, key: str | bytes, value: bytes) -> None:
        await self._redis.set(key, value)

    async def set_for(self, key: str, value: bytes, seconds: int) -> None:
        await self._redis.set(key, value, ex=seconds)

    async def get(self, key: str | bytes) -> bytes | None:
        return await self._redis.get(key)

    async def delete(self, key: str) -> int:
        return await self._redis.delete([key])

    async def add(self, key: str, number: int) -> int:
        return await self._redis.incrby(key, number)

    async def add_in_a_pipeline(self, key: str, times: int) -> list[int]:
        return await self._add_together(key, times)

    async def add_in_a_transaction(self, key: str, times: int) -> list[int]:
        return await self._add_together(key, times)

    async def _add_together(self, key: str, times: int) -> list[int]:
        # Both are one and the same here: a pipeline is a transaction unless it is told not to be.
        async with self._redis.pipeline() as pipeline:
            replies = [pipeline.incr(key) for _ in range(times)]
        return [await reply for reply in replies]

    async def set_unless_changed(self, key: str, value: bytes, meanwhile: Callable[[], Awaitable[None]]) -> bool:
        try:
            async with self._redis.pipeline() as pipeline, pipeline.watch(key):
                await meanwhile()
                pipeline.set(key, value)
        except coredis.exceptions.WatchError:
            return False
        return True

    async def scan(self) -> list[bytes]:
        return [key async for key in self._redis.scan_iter()]


@asynccontextmanager
async def opened(port: int, password: str | None) -> AsyncIterator[Client]:
    async with coredis.Redis(host="127.0.0.1", port=port, password=password) as client:
        yield Client(client)


contract.main("coredis", opened)
