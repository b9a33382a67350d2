// SPDX-License-Identifier: Apache-2.0
"use strict";
// What every client of Node.js is held to: the list of ../contract.txt, each name of which is a function here.
// A program calls run with what opens its client: an object of the functions that are used below, with values as
// buffers. It prints a line for each expectation, as ../README.md says.

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const { setTimeout: sleep } = require("node:timers/promises");

const PIPELINED = 8_000;
const KEYS = 3_000;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
const text = (value) => value?.toString() ?? null;

async function expectError(call, words) {
  let reply;
  try {
    reply = await call();
  } catch (failure) {
    if (!String(failure).includes(words)) throw failure;
    return;
  }
  assert.fail(`${reply} instead of an error with: ${words}`);
}

// Has the program that started this one do something, and waits until it is done.
async function order(line) {
  console.log(line);
  process.stdin.resume();
  await once(process.stdin, "data");
  process.stdin.pause();
}

const contract = {
  async connect(client) {
    assert.equal(await client.get("none"), null);
  },

  async "set-get-and-delete"(client) {
    await client.set("k", "v");
    assert.equal(text(await client.get("k")), "v");
    await client.set("k", "w");
    assert.equal(text(await client.get("k")), "w");
    assert.equal(await client.delete("k"), 1);
    assert.equal(await client.delete("k"), 0);
    assert.equal(await client.get("k"), null);
  },

  async count(client) {
    assert.equal(await client.add("n", 1), 1);
    assert.equal(await client.add("n", 41), 42);
    assert.equal(await client.add("n", -50), -8);
    // JavaScript's numbers are exact up to 2^53. Just below it ioredis and node-redis round what they read.
    assert.equal(await client.add("n", 2 ** 52), 2 ** 52 - 8);
  },

  async pipeline(client) {
    assert.deepEqual(await client.addInAPipeline("n", PIPELINED), upTo(PIPELINED));
  },

  async "run-a-transaction"(client) {
    assert.deepEqual(await client.addInATransaction("n", 3), upTo(3));
    assert.equal(text(await client.get("n")), "3");
  },

  async "notice-a-change-of-a-watched-key"(client, places) {
    await client.set("k", "old");
    assert.equal(await client.setUnlessChanged("k", "mine", async () => {}), true);
    assert.equal(text(await client.get("k")), "mine");
    const other = await places.open();
    try {
      assert.equal(await client.setUnlessChanged("k", "late", () => other.set("k", "theirs")), false);
    } finally {
      await other.close();
    }
    assert.equal(text(await client.get("k")), "theirs");
  },

  async "scan-all-keys"(client) {
    const keys = upTo(KEYS).map((number) => `key${number}`);
    for (const key of keys) await client.set(key, "v");
    assert.deepEqual((await client.scan()).map(text).sort(), keys.sort());
  },

  async "keep-every-byte-of-a-key"(client) {
    await client.set(EVERY_BYTE, "v");
    assert.equal(text(await client.get(EVERY_BYTE)), "v");
    const other = Buffer.from(EVERY_BYTE);
    other[0]++;
    assert.equal(await client.get(other), null);
  },

  async "keep-every-byte-of-a-value"(client) {
    await client.set("k", EVERY_BYTE);
    assert.deepEqual(await client.get("k"), EVERY_BYTE);
    await client.set("k", "");
    assert.equal(text(await client.get("k")), "");
  },

  async "carry-a-megabyte"(client) {
    const value = Buffer.alloc(1 << 20);
    for (let index = 0; index < value.length; index++) value[index] = index * 31 + (index >> 8);
    await client.set("k", value);
    assert.ok(value.equals(await client.get("k")), "another value came back");
  },

  async "serve-many-at-once"(client) {
    const hands = 8;
    const additions = 200;
    const work = async (own) => {
      for (let index = 0; index < additions; index++) {
        await client.add("n", 1);
        await client.set(own, own + index);
        assert.equal(text(await client.get(own)), own + index);
      }
    };
    await Promise.all(upTo(hands).map((hand) => work(`k${hand}`)));
    assert.equal(text(await client.get("n")), String(hands * additions));
  },

  async "let-a-value-expire"(client) {
    await client.setFor("long", "v", 1000);
    await client.setFor("short", "v", 1);
    while ((await client.get("short")) !== null) await sleep(20);
    assert.equal(text(await client.get("long")), "v");
  },

  async "tell-errors"(client) {
    await client.set("k", "no number");
    await expectError(() => client.add("k", 1), "ERR value is not an integer or out of range");
    assert.equal(text(await client.get("k")), "no number");
  },

  async "enter-with-the-password"(_, places) {
    const client = await places.openGuarded(places.password);
    try {
      await client.set("k", "v");
      assert.equal(text(await client.get("k")), "v");
    } finally {
      await client.close();
    }
  },

  async "be-refused-with-another-password"(_, places) {
    const enter = async () => {
      const client = await places.openGuarded("another");
      try {
        await client.get("k");
      } finally {
        await client.close();
      }
    };
    await expectError(enter, "WRONGPASS");
  },

  async "outlive-a-restart"(client) {
    await client.set("k", "v");
    await order("restart");
    for (;;) {
      try {
        await client.set("k", "w");
        break;
      } catch {
        await sleep(50);
      }
    }
    assert.equal(text(await client.get("k")), "w");
  },
};

async function hold(list, open, ...places) {
  let failed = 0;
  for (const [name, expectation] of Object.entries(list)) {
    try {
      const client = await open();
      try {
        await expectation(client, ...places);
      } finally {
        await client.close();
      }
      console.log(`ok ${name}`);
    } catch (failure) {
      failed++;
      console.log(`FAIL ${name}: ${String(failure).replaceAll(/\s+/g, " ").slice(0, 300)}`);
    }
  }
  process.exit(failed ? 1 : 0);
}

// name: of the package
function tellVersion(name) {
  const folder = require("node:path").join(__dirname, "node_modules", name);
  console.log(`client ${name} ${JSON.parse(readFileSync(`${folder}/package.json`)).version}`);
}

// open: of a port and a password, which may be undefined
async function run(name, open) {
  const [port, guardedPort, password] = process.argv.slice(-3);
  tellVersion(name);
  const places = {
    password,
    open: () => open(Number(port)),
    openGuarded: (other) => open(Number(guardedPort), other),
  };
  const openEmpty = async () => {
    const client = await places.open();
    try {
      await client.flush();
    } catch (failure) {
      await client.close();
      throw failure;
    }
    return client;
  };
  await hold(contract, openEmpty, places);
}

module.exports = { expectError, hold, order, run, tellVersion };
