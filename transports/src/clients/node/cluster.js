// SPDX-License-Identifier: Apache-2.0
"use strict";
// What every client of Node.js with a cluster mode is held to: the list of ../cluster.txt, each name of which is a
// function here. A program calls runInCluster with what opens its client: an object of the functions that are used below.

const assert = require("node:assert/strict");
const { setTimeout: sleep } = require("node:timers/promises");
const { expectError, hold, order, tellVersion } = require("./contract.js");

const SPREAD = 500;
// One node has keys with the first tag, the other, which may be killed, those with the second.
const LOW = "{bar}";
const HIGH = "{foo}";
// Longer than any client tries again by itself.
const UNTIL_AN_ERROR = 60_000;

const upTo = (count) => Array.from({ length: count }, (_, index) => index);

async function setAndGet(client, key, value) {
  await client.set(key, value);
  assert.equal(await client.get(key), value);
}

// Does not rely on the client's own deadlines.
async function expectAnErrorInTime(call) {
  const late = new AbortController();
  const silence = sleep(UNTIL_AN_ERROR, undefined, { signal: late.signal }).then(() => "silence");
  const reply = await Promise.race([call().then(() => "a reply", () => "an error"), silence]);
  late.abort();
  silence.catch(() => {});
  assert.equal(reply, "an error", `a key of a killed node got ${reply}`);
}

const cluster = {
  async connect(client) {
    await setAndGet(client, `${LOW}k`, "a");
    await setAndGet(client, `${HIGH}k`, "b");
  },

  async "reach-every-slot"(client) {
    for (const number of upTo(SPREAD)) await client.set(`key${number}`, `v${number}`);
    for (const number of upTo(SPREAD)) assert.equal(await client.get(`key${number}`), `v${number}`);
  },

  async pipeline(client) {
    const keys = upTo(SPREAD).map((number) => `n${number % 100}`);
    const wanted = upTo(SPREAD).map((number) => 1 + Math.floor(number / 100));
    for (const key of new Set(keys)) await client.set(key, "0");
    assert.deepEqual(await client.addInAPipeline(keys), wanted);
  },

  async "use-many-keys-of-one-slot"(client) {
    for (const tag of [LOW, HIGH]) {
      await client.setTogether(`${tag}one`, "1", `${tag}two`, "2", `${tag}three`, "3");
      assert.deepEqual(await client.getTogether(`${tag}three`, `${tag}one`, `${tag}two`), ["3", "1", "2"]);
    }
  },

  async "be-refused-keys-of-two-slots"(client) {
    await expectError(() => client.setIfAllAreAbsent(`${LOW}new`, "v", `${HIGH}new`, "v"), "CROSSSLOT");
  },

  async "run-a-transaction"(client) {
    for (const tag of [LOW, HIGH]) {
      await client.setTogether(`${tag}x`, "0", `${tag}y`, "0");
      assert.deepEqual(await client.addInATransaction([`${tag}x`, `${tag}y`, `${tag}x`]), [1, 1, 2]);
    }
  },

  async "follow-a-redirection"(_, nodes) {
    const client = await nodes.openOld();
    try {
      await setAndGet(client, `${HIGH}moved`, "b");
      await setAndGet(client, `${LOW}moved`, "a");
    } finally {
      await client.close();
    }
  },

  async "outlive-a-node"(client) {
    await setAndGet(client, `${LOW}k`, "v");
    await setAndGet(client, `${HIGH}k`, "v");
    await order("kill");
    await setAndGet(client, `${LOW}k`, "w");
    await expectAnErrorInTime(() => client.set(`${HIGH}k`, "w"));
    await setAndGet(client, `${LOW}k`, "x");
    await order("start");
    for (;;) {
      try {
        await client.set(`${HIGH}k`, "y");
        break;
      } catch {
        await sleep(50);
      }
    }
    assert.equal(await client.get(`${HIGH}k`), "y");
  },
};

// name: of the package; open: of the port of a node
async function runInCluster(name, open) {
  const [port, old] = process.argv.slice(-2).map(Number);
  tellVersion(name);
  await hold(cluster, () => open(port), { openOld: () => open(old) });
}

module.exports = { runInCluster };
