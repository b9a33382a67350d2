# SPDX-License-Identifier: Apache-2.0
"""coredis in a cluster."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import cluster
import coredis


class Client:
    def __init__(self, client: coredis.RedisCluster[bytes]) -> None:
        self._redis = client

    async def set(self, key: str, value: bytes) -> None:
        await self._redis.set(key, value)

    async def get(self, key: str) -> bytes | None:
        return await self._redis.get(key)

    async def set_together(self, values: dict[str, bytes]) -> None:
        await self._redis.mset(values)

    async def get_together(self, keys: Sequence[str]) -> list[bytes | None]:
        return list(await self._redis.mget(keys))

    async def set_if_all_are_absent(self, values: dict[str, bytes]) -> None:
        await self._redis.msetnx(values)

    async def add_in_a_pipeline(self, keys: Sequence[str]) -> list[int]:
        return await self._add_together(keys, False)

    async def add_in_a_transaction(self, keys: Sequence[str]) -> list[int]:
        return await self._add_together(keys, True)

    async def _add_together(self, keys: Sequence[str], transaction: bool) -> list[int]:
        async with self._redis.pipeline(transaction=transaction) as pipeline:
            replies = [pipeline.incr(key) for key in keys]
        return [await reply for reply in replies]


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[Client]:
    async with coredis.RedisCluster(host="127.0.0.1", port=port) as client:
        yield Client(client)


cluster.main("coredis", opened)
