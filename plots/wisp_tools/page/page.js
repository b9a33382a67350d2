// SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const BINS_PER_DECADE = 20;
  const MOST_CURVES = 12;
  const DASHES = { "-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 3" };
  const WIDTH = 900, HEIGHT = 420, LEFT = 74, RIGHT = 16, TOP = 12, BOTTOM = 46;
  const PERCENTS = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999];

  const FILTERS = [
    { field: "run", name: "Run", needed: true },
    { field: "series", name: "Series", text: (value) => value || "(none)" },
    { field: "way", name: "Transport" },
    { field: "payload", name: "Value", text: size },
    { field: "keySize", name: "Key", text: (value) => `${value} B` },
    { field: "clients", name: "Clients" },
    { field: "pipeline", name: "Pipeline" },
    { field: "mix", name: "Mix" },
    { field: "loop", name: "Loop" },
  ];
  const ALL = "";
  const chosen = {};
  const hidden = new Set();

  const byId = (id) => document.getElementById(id);

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function shape(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
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

  function distinct(field, points) {
    const values = [...new Set(points.map((point) => point[field]))];
    return values.sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))));
  }

  /** Points that pass every filter but the one of a field. */
  function passing(except) {
    return data.points.filter((point) =>
      FILTERS.every(({ field }) => field === except || chosen[field] === ALL || String(point[field]) === chosen[field]));
  }

  function makeFilters() {
    const form = byId("filters");
    for (const { field, name, needed } of FILTERS) {
      const select = element("select", { id: `filter-${field}` });
      select.addEventListener("change", () => {
        chosen[field] = select.value;
        hidden.clear();
        update();
      });
      form.append(element("label", {}, name, select));
      chosen[field] = needed && data.points.length ? String(data.points[0][field]) : ALL;
    }
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Offers in each filter what the others leave; a choice that they rule out is given up. */
  function fillFilters() {
    for (const { field, needed, text = String } of FILTERS) {
      const select = byId(`filter-${field}`);
      const values = distinct(field, needed ? data.points : passing(field));
      if (chosen[field] !== ALL && !values.some((value) => String(value) === chosen[field])) chosen[field] = ALL;
      select.replaceChildren(
        ...(needed ? [] : [new Option("all", ALL)]),
        ...values.map((value) => new Option(text(value), String(value))));
      select.value = chosen[field];
    }
  }

  function describe(point, points) {
    const differing = FILTERS.filter(({ field, needed }) =>
      !needed && !["way", "series"].includes(field) && distinct(field, points).length > 1);
    const words = differing.map(({ field, name, text = String }) => `${name.toLowerCase()} ${text(point[field])}`);
    if (point.offered !== null) words.push(`${rate(point.offered)}/s offered`);
    return [point.label, ...words].join(", ");
  }

  function update() {
    fillFilters();
    const points = passing(null);
    byId("conditions").textContent = [...new Set(points.map((point) => point.conditions))].join(" · ");
    fillOperations(points);
    fillTable(points);
    draw(points);
  }

  function fillOperations(points) {
    const select = byId("operation");
    const before = select.value || "all";
    const names = [...new Set(points.flatMap((point) => Object.keys(point.operations)))];
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.length) select.value = names.includes(before) ? before : names.includes("all") ? "all" : names[0];
  }

  const COLUMNS = [
    ["drawn", null],
    ["transport", (p) => p.label],
    ["mix", (p) => p.mix],
    ["value", (p) => size(p.payload)],
    ["key", (p) => `${p.keySize} B`],
    ["clients", (p) => p.clients],
    ["pipeline", (p) => p.pipeline],
    ["offered/s", (p) => (p.offered === null ? "" : rate(p.offered))],
    ["requests/s", (p) => rate(p.median) + (p.saturated ? " (saturated)" : "")],
    ["lowest to highest", (p) => `${rate(p.lowest)} to ${rate(p.highest)}`],
    ["samples", (p) => p.samples],
    ...["50", "99", "99.9"].map((percent) => [`p${percent}`, (p, latency) => (latency ? duration(latency.percentiles[percent]) : "")]),
    ["max", (p, latency) => (latency ? duration(latency.max) : "")],
  ];

  function fillTable(points) {
    const operation = byId("operation").value;
    const table = byId("table");
    table.tHead.replaceChildren(element("tr", {}, ...COLUMNS.map(([name]) => element("th", { scope: "col" }, name))));
    table.tBodies[0].replaceChildren(...points.map((point) => {
      const latency = point.operations[operation];
      const row = element("tr", point.saturated ? { class: "saturated" } : {});
      for (const [name, value] of COLUMNS) {
        if (value) {
          row.append(element("td", {}, String(value(point, latency))));
          continue;
        }
        const box = element("input", { type: "checkbox", "aria-label": `${name}: ${describe(point, points)}` });
        box.checked = Boolean(latency) && !hidden.has(point);
        box.disabled = !latency;
        box.addEventListener("change", () => {
          if (box.checked) hidden.delete(point); else hidden.add(point);
          draw(points);
        });
        row.append(element("td", {}, box));
      }
      return row;
    }));
    byId("count").textContent = `${points.length} of ${data.points.length} measurements`;
  }

  function draw(points) {
    const operation = byId("operation").value;
    const all = points.filter((point) => point.operations[operation] && !hidden.has(point));
    const shown = all.slice(0, MOST_CURVES);
    const histogram = document.querySelector("input[name=view]:checked").value === "histogram";
    byId("reading").textContent = all.length > shown.length
      ? `The first ${shown.length} of ${all.length} are drawn: choose fewer with the filters.` : "";
    byId("legend").replaceChildren(...shown.map((point, index) => legendEntry(point, points, shown, index)));
    if (!shown.length) {
      byId("chart").replaceChildren(element("p", {}, "No latencies to draw."));
      return;
    }
    const curves = shown.map((point) => ({ point, latency: point.operations[operation] }));
    byId("chart").replaceChildren(histogram ? histogramChart(curves, points) : percentileChart(curves, points));
  }

  /** Points of one transport share its colour; the width of the line then tells them apart. */
  function strokeOf(point, shown) {
    const look = data.looks[point.way];
    const place = shown.filter((other) => other.way === point.way).indexOf(point);
    return { stroke: look.colour, "stroke-dasharray": DASHES[look.line] ?? "", "stroke-width": 1.6 + 0.9 * Math.min(place, 4), fill: "none" };
  }

  function legendEntry(point, points, shown) {
    const sample = shape("svg", { viewBox: "0 0 42 12", "aria-hidden": "true" });
    sample.append(shape("line", { x1: 1, x2: 41, y1: 6, y2: 6, ...strokeOf(point, shown) }));
    return element("span", {}, sample, describe(point, points));
  }

  function frame(words) {
    const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words });
    svg.append(
      shape("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
      shape("line", { class: "axis", x1: LEFT, x2: LEFT, y1: TOP, y2: HEIGHT - BOTTOM }));
    return svg;
  }

  const scale = (least, most, from, to) => (value) => from + ((Math.log10(value) - Math.log10(least)) / (Math.log10(most) - Math.log10(least) || 1)) * (to - from);

  function vertical(svg, x, words) {
    svg.append(shape("line", { class: "grid", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM }),
      shape("text", { x, y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, words));
  }

  function horizontal(svg, y, words) {
    svg.append(shape("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }),
      shape("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, words));
  }

  function titles(svg, across, up) {
    svg.append(shape("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, across),
      shape("text", { x: 14, y: (TOP + HEIGHT - BOTTOM) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})` }, up));
  }

  function decades(least, most) {
    const found = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) found.push(10 ** power);
    return found;
  }

  function percentileChart(curves, points) {
    const values = curves.flatMap(({ latency }) => latency.curve.map(([, value]) => value));
    const rows = decades(Math.max(1, Math.min(...values)), Math.max(...values));
    const furthest = Math.max(10, ...curves.map(({ latency }) => latency.curve.at(-1)[0])) * 1.2;
    const x = scale(1, furthest, LEFT, WIDTH - RIGHT);
    const y = scale(rows[0], rows.at(-1), HEIGHT - BOTTOM, TOP);
    const svg = frame(`Latency by percentile of ${curves.map(({ point }) => describe(point, points)).join("; ")}`);
    for (const value of rows) horizontal(svg, y(value), duration(value));
    for (const percent of PERCENTS) {
      const place = 100 / (100 - percent);
      if (place <= furthest) vertical(svg, x(place), `${percent}`);
    }
    titles(svg, "percentile, % of requests (spaced by the log of 1/(1-p))", "latency (log scale)");
    const shown = curves.map(({ point }) => point);
    for (const { point, latency } of curves) {
      let path = "", before = null;
      for (const [across, value] of latency.curve) {
        const height = y(Math.max(value, rows[0])).toFixed(1);
        path += before === null ? `M${LEFT} ${height}` : `V${height}`;
        path += `H${x(across).toFixed(1)}`;
        before = value;
      }
      svg.append(shape("path", { class: "curve", d: path, ...strokeOf(point, shown) }));
    }
    svg.addEventListener("pointermove", (event) => {
      const across = ((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width) * WIDTH;
      const power = ((across - LEFT) / (WIDTH - RIGHT - LEFT)) * Math.log10(furthest);
      if (power < 0) return;
      const nines = 10 ** power;
      const reading = curves.map(({ point, latency }) => {
        const at = latency.curve.find(([place]) => place >= nines);
        return at ? `${describe(point, points)}: ${duration(at[1])}` : null;
      }).filter(Boolean);
      byId("reading").textContent = `${(100 - 100 / nines).toFixed(Math.max(1, Math.ceil(power)))} %: ${reading.join("; ")}`;
    });
    return svg;
  }

  function histogramChart(curves, points) {
    const numbers = curves.flatMap(({ latency }) => latency.bins.map(([number]) => number));
    const least = Math.min(...numbers), most = Math.max(...numbers) + 1;
    const x = (number) => LEFT + ((number - least) / (most - least)) * (WIDTH - RIGHT - LEFT);
    const share = (count, latency) => (100 * count) / latency.count;
    const highest = Math.max(...curves.flatMap(({ latency }) => latency.bins.map(([, count]) => share(count, latency))));
    const y = (percent) => HEIGHT - BOTTOM - (percent / highest) * (HEIGHT - BOTTOM - TOP);
    const svg = frame(`Histogram of the latencies of ${curves.map(({ point }) => describe(point, points)).join("; ")}`);
    const step = 10 ** Math.floor(Math.log10(highest)) / (highest / 10 ** Math.floor(Math.log10(highest)) < 3 ? 2 : 1);
    for (let percent = 0; percent <= highest; percent += step) horizontal(svg, y(percent), `${Number(percent.toPrecision(3))} %`);
    for (let power = Math.ceil(least / BINS_PER_DECADE); power <= most / BINS_PER_DECADE; power++) {
      vertical(svg, x(power * BINS_PER_DECADE), duration(10 ** power));
    }
    titles(svg, "latency (log scale)", "share of requests in each bin");
    const shown = curves.map(({ point }) => point);
    for (const { point, latency } of curves) {
      const counts = new Map(latency.bins);
      let path = `M${x(least).toFixed(1)} ${y(0).toFixed(1)}`;
      for (let number = least; number < most; number++) {
        path += `V${y(share(counts.get(number) ?? 0, latency)).toFixed(1)}H${x(number + 1).toFixed(1)}`;
      }
      path += `V${y(0).toFixed(1)}`;
      const stroke = strokeOf(point, shown);
      svg.append(shape("path", { class: "curve", d: path, ...stroke, fill: stroke.stroke, "fill-opacity": 0.12 }));
    }
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const across = ((event.clientX - box.left) / box.width) * WIDTH;
      const number = Math.floor(least + ((across - LEFT) / (WIDTH - RIGHT - LEFT)) * (most - least));
      if (number < least || number >= most) return;
      const reading = curves.map(({ point, latency }) =>
        `${describe(point, points)}: ${Number(share(new Map(latency.bins).get(number) ?? 0, latency).toPrecision(3))} %`);
      byId("reading").textContent =
        `${duration(10 ** (number / BINS_PER_DECADE))} to ${duration(10 ** ((number + 1) / BINS_PER_DECADE))}: ${reading.join("; ")}`;
    });
    return svg;
  }

  makeFilters();
  byId("operation").addEventListener("change", () => {
    const points = passing(null);
    fillTable(points);
    draw(points);
  });
  for (const radio of document.querySelectorAll("input[name=view]")) radio.addEventListener("change", () => draw(passing(null)));
  update();
})();
