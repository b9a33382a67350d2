// SPDX-License-Identifier: Apache-2.0
"use strict";
// node-redis, which is called redis, in a cluster.

const { createCluster } = require("redis");
const { runInCluster } = require("./cluster.js");

async function open(port) {
  const redis = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
  redis.on("error", () => {}); // each command gets one of its own
  await redis.connect();
  return {
    set: (key, value) => redis.set(key, value),
    get: (key) => redis.get(key),
    setTogether: (...pairs) => redis.mSet(pairs),
    getTogether: (...keys) => redis.mGet(keys),
    setIfAllAreAbsent: (...pairs) => redis.mSetNX(pairs),
    addInAPipeline: (keys) => Promise.all(keys.map((key) => redis.incr(key))),
    addInATransaction: (keys) => keys.reduce((commands, key) => commands.incr(key), redis.multi()).exec(),
    close: async () => redis.destroy(),
  };
}

runInCluster("redis", open);
