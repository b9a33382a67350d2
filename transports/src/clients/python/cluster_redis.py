# SPDX-License-Identifier: Apache-2.0
"""redis-py in a cluster. Its calls block, so that each has a thread."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import cluster
from redis.cluster import RedisCluster


class Client:
    def __init__(self, client: RedisCluster) -> None:
        self._redis = client

    async def set(self, key: str, value: bytes) -> None:
        await asyncio.to_thread(self._redis.set, key, value)

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self._redis.get, key)

    async def set_together(self, values: dict[str, bytes]) -> None:
        await asyncio.to_thread(self._redis.mset, values)

    async def get_together(self, keys: Sequence[str]) -> list[bytes | None]:
        return await asyncio.to_thread(self._redis.mget, keys)

    async def set_if_all_are_absent(self, values: dict[str, bytes]) -> None:
        await asyncio.to_thread(self._redis.msetnx, values)

    async def add_in_a_pipeline(self, keys: Sequence[str]) -> list[int]:
        return await asyncio.to_thread(self._add_together, keys, False)

    async def add_in_a_transaction(self, keys: Sequence[str]) -> list[int]:
        return await asyncio.to_thread(self._add_together, keys, True)

    def _add_together(self, keys: Sequence[str], transaction: bool) -> list[int]:
        with self._redis.pipeline(transaction=transaction) as pipeline:
            for key in keys:
                pipeline.incrby(key, 1)
            return pipeline.execute()


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[Client]:
    redis = await asyncio.to_thread(RedisCluster, host="127.0.0.1", port=port)
    try:
        yield Client(redis)
    finally:
        await asyncio.to_thread(redis.close)


cluster.main("redis", opened)
