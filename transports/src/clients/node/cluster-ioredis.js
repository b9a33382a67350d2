// SPDX-License-Identifier: Apache-2.0
"use strict";
// ioredis, and iovalkey, which began as a copy of it, in a cluster: the first argument says which.

const { runInCluster } = require("./cluster.js");

const name = process.argv[2];
const { Cluster } = require(name);

async function open(port) {
  const redis = new Cluster([{ host: "127.0.0.1", port }]);
  redis.on("error", () => {}); // each command gets one of its own
  const addTogether = async (commands, keys) => {
    for (const key of keys) commands.incr(key);
    return (await commands.exec()).map(([failure, reply]) => {
      if (failure) throw failure;
      return reply;
    });
  };
  return {
    set: (key, value) => redis.set(key, value),
    get: (key) => redis.get(key),
    setTogether: (...pairs) => redis.mset(...pairs),
    getTogether: (...keys) => redis.mget(...keys),
    setIfAllAreAbsent: (...pairs) => redis.msetnx(...pairs),
    // Its pipelines are of one node.
    addInAPipeline: (keys) => Promise.all(keys.map((key) => redis.incr(key))),
    addInATransaction: (keys) => addTogether(redis.multi(), keys),
    close: async () => redis.disconnect(),
  };
}

runInCluster(name, open);
