# SPDX-License-Identifier: Apache-2.0
"""redis-py. Its calls block, so that each has a thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import contract
import redis


class Client:
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def flush(self) -> None:
        await asyncio.to_thread(self._redis.flushall)

    async def set(self, key: str | bytes, value: bytes) -> None:
        await asyncio.to_thread(self._redis.set, key, value)

    async def set_for(self, key: str, value: bytes, seconds: int) -> None:
        await asyncio.to_thread(self._redis.set, key, value, ex=seconds)

    async def get(self, key: str | bytes) -> bytes | None:
        return await asyncio.to_thread(self._redis.get, key)

    async def delete(self, key: str) -> int:
        return await asyncio.to_thread(self._redis.delete, key)

    async def add(self, key: str, number: int) -> int:
        return await asyncio.to_thread(self._redis.incrby, key, number)

    async def add_in_a_pipeline(self, key: str, times: int) -> list[int]:
        return await asyncio.to_thread(self._add_together, key, times)

    async def add_in_a_transaction(self, key: str, times: int) -> list[int]:
        return await asyncio.to_thread(self._add_together, key, times)

    def _add_together(self, key: str, times: int) -> list[int]:
        # Both are one and the same here: a pipeline is a transaction unless it is told not to be.
        with self._redis.pipeline() as pipeline:
            for _ in range(times):
                pipeline.incr(key)
            return pipeline.execute()

    async def set_unless_changed(self, key: str, value: bytes, meanwhile: Callable[[], Awaitable[None]]) -> bool:
        with self._redis.pipeline() as pipeline:
            await asyncio.to_thread(pipeline.watch, key)
            await meanwhile()
            pipeline.multi()
            pipeline.set(key, value)
            try:
                await asyncio.to_thread(pipeline.execute)
            except redis.WatchError:
                return False
            return True

    async def scan(self) -> list[bytes]:
        return await asyncio.to_thread(lambda: list(self._redis.scan_iter()))


@asynccontextmanager
async def opened(port: int, password: str | None) -> AsyncIterator[Client]:
    with redis.Redis(host="127.0.0.1", port=port, password=password) as client:
        yield Client(client)


contract.main("redis", opened)
