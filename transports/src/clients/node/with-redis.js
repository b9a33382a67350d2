// SPDX-License-Identifier: Apache-2.0
"use strict";
// node-redis, which is called redis.

const { createClient, RESP_TYPES, WatchError } = require("redis");
const { run } = require("./contract.js");

async function open(port, password) {
  // It connects again by itself, however often that fails, and tells a listener alone why.
  const text = createClient({ socket: { host: "127.0.0.1", port }, password });
  let connected = false;
  const failed = new Promise((_, reject) => {
    text.on("error", (failure) => connected || reject(failure));
  });
  failed.catch(() => {});
  try {
    await Promise.race([text.connect(), failed]);
  } catch (failure) {
    text.destroy();
    throw failure;
  }
  connected = true;
  const redis = text.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const together = (commands, key, times) => {
    for (let index = 0; index < times; index++) commands.incr(key);
    return commands;
  };
  return {
    flush: () => redis.flushAll(),
    set: (key, value) => redis.set(key, value),
    setFor: (key, value, seconds) => redis.set(key, value, { EX: seconds }),
    get: (key) => redis.get(key),
    delete: (key) => redis.del(key),
    add: (key, number) => redis.incrBy(key, number),
    addInAPipeline: (key, times) => Promise.all(Array.from({ length: times }, () => redis.incr(key))),
    addInATransaction: (key, times) => together(redis.multi(), key, times).exec(),
    async setUnlessChanged(key, value, meanwhile) {
      await redis.watch(key);
      await meanwhile();
      try {
        await redis.multi().set(key, value).exec();
        return true;
      } catch (failure) {
        if (failure instanceof WatchError) return false;
        throw failure;
      }
    },
    async scan() {
      const keys = [];
      for await (const some of redis.scanIterator()) keys.push(...some);
      return keys;
    },
    close: async () => text.destroy(),
  };
}

run("redis", open);
