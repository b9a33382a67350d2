# SPDX-License-Identifier: Apache-2.0
"""redis-py as a client of a cluster: called with the port of one node, it must find the others by itself."""

import sys
import unittest

from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException

PORT = 0
KEYS = 1_000


class ClusterTest(unittest.TestCase):
    def setUp(self) -> None:
        self.cluster = RedisCluster(startup_nodes=[ClusterNode("127.0.0.1", PORT)])
        self.addCleanup(self.cluster.close)
        self.cluster.flushall(target_nodes=RedisCluster.PRIMARIES)

    def test_finds_all_nodes_and_slots(self) -> None:
        self.assertEqual(3, len(self.cluster.get_primaries()))
        self.assertEqual("ok", self.cluster.cluster_info()["cluster_state"])
        for key in ("somekey", "foo{hash_tag}", "{}a", "a{{b}}", ""):
            self.assertEqual(self.cluster.keyslot(key), self.cluster.cluster_keyslot(key), key)

    def test_sends_each_key_to_its_node(self) -> None:
        for number in range(KEYS):
            self.assertTrue(self.cluster.set(f"key{number}", f"v{number}"))
        for number in range(KEYS):
            self.assertEqual(f"v{number}".encode(), self.cluster.get(f"key{number}"))
        sizes = [self.cluster.dbsize(target_nodes=node) for node in self.cluster.get_primaries()]
        self.assertEqual(KEYS, sum(sizes))
        self.assertGreater(min(sizes), KEYS // 5)
        self.assertEqual({f"key{number}".encode() for number in range(KEYS)}, set(self.cluster.scan_iter()))

    def test_pipelines_over_all_nodes(self) -> None:
        with self.cluster.pipeline() as pipeline:
            for number in range(KEYS):
                pipeline.incrby(f"n{number % 100}", 1)
            self.assertEqual([1 + number // 100 for number in range(KEYS)], pipeline.execute())

    def test_splits_what_is_of_many_slots(self) -> None:
        self.cluster.mset_nonatomic({f"k{number}": number for number in range(50)})
        values = self.cluster.mget_nonatomic([f"k{number}" for number in range(50)])
        self.assertEqual([str(number).encode() for number in range(50)], values)
        self.assertEqual(50, self.cluster.exists(*(f"k{number}" for number in range(50))))
        self.assertEqual(50, self.cluster.delete(*(f"k{number}" for number in range(50))))

    def test_runs_a_transaction_of_one_slot(self) -> None:
        with self.cluster.pipeline(transaction=True) as pipeline:
            pipeline.set("{t}a", 1)
            pipeline.incrby("{t}a", 4)
            pipeline.get("{t}none")
            self.assertEqual([b"OK", 5, None], pipeline.execute())

    def test_finds_the_key_of_a_subcommand(self) -> None:
        self.cluster.set("foo", "v")
        self.assertEqual(b"embstr", self.cluster.object("ENCODING", "foo"))

    def test_refuses_keys_of_several_slots(self) -> None:
        with self.assertRaises(RedisClusterException):
            self.cluster.rename("foo", "bar")


if __name__ == "__main__":
    PORT = int(sys.argv.pop())
    unittest.main()
