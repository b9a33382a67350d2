# SPDX-License-Identifier: Apache-2.0
"""valkey-glide in a cluster."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import cluster
from glide import ClusterBatch, GlideClusterClient, GlideClusterClientConfiguration, NodeAddress

PATIENCE_MILLISECONDS = 20_000
"""For a reply. Its own 250 are little where many share a machine."""


class Client:
    def __init__(self, client: GlideClusterClient) -> None:
        self._glide = client

    async def set(self, key: str, value: bytes) -> None:
        await self._glide.set(key, value)

    async def get(self, key: str) -> bytes | None:
        return await self._glide.get(key)

    async def set_together(self, values: Mapping[str, bytes]) -> None:
        await self._glide.mset(dict(values))

    async def get_together(self, keys: Sequence[str]) -> list[bytes | None]:
        return await self._glide.mget(list(keys))

    async def set_if_all_are_absent(self, values: Mapping[str, bytes]) -> None:
        await self._glide.msetnx(dict(values))

    async def add_in_a_pipeline(self, keys: Sequence[str]) -> list[int]:
        return await self._add_together(ClusterBatch(is_atomic=False), keys)

    async def add_in_a_transaction(self, keys: Sequence[str]) -> list[int]:
        return await self._add_together(ClusterBatch(is_atomic=True), keys)

    async def _add_together(self, batch: ClusterBatch, keys: Sequence[str]) -> list[int]:
        for key in keys:
            batch.incr(key)
        return await self._glide.exec(batch, raise_on_error=True)


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[Client]:
    client = await GlideClusterClient.create(
        GlideClusterClientConfiguration([NodeAddress("127.0.0.1", port)], request_timeout=PATIENCE_MILLISECONDS)
    )
    try:
        yield Client(client)
    finally:
        await client.close()


cluster.main("valkey-glide", opened)
