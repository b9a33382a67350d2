// SPDX-License-Identifier: Apache-2.0
/* Numbers in words, and elements. */

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function size(value) {
  if (typeof value !== "number") return String(value);
  if (value >= 1048576 && value % 1048576 === 0) return `${value / 1048576} MiB`;
  if (value >= 1024 && value % 1024 === 0) return `${value / 1024} KiB`;
  return `${value} B`;
}

function duration(nanoseconds) {
  for (const [each, unit] of [[1e9, "s"], [1e6, "ms"], [1e3, "us"]]) {
    if (nanoseconds >= each * 0.9995) return `${Number((nanoseconds / each).toPrecision(3))} ${unit}`;
  }
  return `${Math.round(nanoseconds)} ns`;
}

const rate = (value) => Math.round(value).toLocaleString("en-US");

const UNITS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, B: 1, KiB: 1024, MiB: 1048576 };

/** What a text is sorted by: the number that it begins with, in its unit, or else itself. */
function orderOf(text) {
  const found = /^(-?[\d,]+(?:\.\d+)?)(?: (\w+))?/.exec(text);
  return found ? Number(found[1].replaceAll(",", "")) * (UNITS[found[2]] ?? 1) : text;
}
