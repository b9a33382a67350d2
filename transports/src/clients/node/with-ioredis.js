// SPDX-License-Identifier: Apache-2.0
"use strict";
// ioredis, and iovalkey, which began as a copy of it: the first argument says which.

const { run } = require("./contract.js");

const name = process.argv[2];
const Redis = require(name);

async function open(port, password) {
  const redis = new Redis({ host: "127.0.0.1", port, password });
  // It would print the error of a refused password otherwise; the command gets one of its own.
  let refused;
  redis.on("error", (failure) => {
    refused = failure;
  });
  const told = async (reply) => {
    try {
      return await reply;
    } catch (failure) {
      throw refused?.message?.includes("WRONGPASS") ? refused : failure;
    }
  };
  const addTogether = async (commands, key, times) => {
    for (let index = 0; index < times; index++) commands.incr(key);
    return (await commands.exec()).map(([failure, reply]) => {
      if (failure) throw failure;
      return reply;
    });
  };
  return {
    flush: () => told(redis.flushall()),
    set: (key, value) => redis.set(key, value),
    setFor: (key, value, seconds) => redis.set(key, value, "EX", seconds),
    get: (key) => told(redis.getBuffer(key)),
    delete: (key) => redis.del(key),
    add: (key, number) => redis.incrby(key, number),
    addInAPipeline: (key, times) => addTogether(redis.pipeline(), key, times),
    addInATransaction: (key, times) => addTogether(redis.multi(), key, times),
    async setUnlessChanged(key, value, meanwhile) {
      await redis.watch(key);
      await meanwhile();
      return (await redis.multi().set(key, value).exec()) !== null;
    },
    async scan() {
      const keys = [];
      for await (const some of redis.scanStream()) keys.push(...some);
      return keys;
    },
    close: async () => redis.disconnect(),
  };
}

run(name, open);
