// SPDX-License-Identifier: Apache-2.0
/* What is chosen, which the address of the page holds behind its #, and what is shown of it. */

const data = JSON.parse(byId("data").textContent);
const MOST_CURVES = 12;
const ALL = "";

/* What follows from another, as the cores from the transport, is told only where it tells points apart. */
const FIELDS = [
  { field: "way", name: "Transport", words: true, text: (value, point) => point?.label ?? value },
  { field: "mix", name: "Mix", words: true },
  { field: "payload", name: "Value", text: size },
  { field: "keySize", name: "Key", text: size },
  { field: "keys", name: "Keys", words: true },
  { field: "clients", name: "Clients" },
  { field: "pipeline", name: "Pipeline" },
  { field: "loop", name: "Loop", words: true },
  { field: "offered", name: "Offered/s", text: (value) => (value === null ? "" : rate(value)) },
  { field: "threads", name: "Threads", follows: true },
  { field: "series", name: "Series", words: true, follows: true },
  { field: "waiting", name: "Waiting", words: true, follows: true, text: (value) => value ?? "" },
  { field: "placement", name: "Placement", words: true, follows: true, text: (value) => value ?? "" },
  { field: "instrument", name: "Measured by", words: true, follows: true },
];
const FILTERS = FIELDS.filter(({ field }) => field !== "offered");

const chosen = Object.fromEntries(FILTERS.map(({ field }) => [field, ALL]));
const hidden = new Set();
let drawnWidth = 0;
let run = data.runs[0];

const textOf = ({ field, text = String }, point) => text(point[field], point);

function distinct(field, points) {
  const values = [...new Set(points.map((point) => point[field]))];
  return values.sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))));
}

/** The fields that tell points apart, in the order in which they are told. */
function differing(points) {
  const told = [];
  const apart = (fields) => new Set(points.map((point) => JSON.stringify(fields.map(({ field }) => point[field])))).size;
  for (const each of FIELDS) {
    if (each.follows ? apart([...told, each]) > apart(told) : distinct(each.field, points).length > 1) told.push(each);
  }
  return told;
}

/** What tells a point from the others that are shown, and nothing else. */
function describe(point, points) {
  const words = differing(points).filter((each) => textOf(each, point)).map((each) =>
    (each.field === "way" ? point.label : `${each.name.toLowerCase()} ${textOf(each, point)}`));
  return words.join(", ") || point.label;
}

/** Points of the run that pass every filter but the one of a field. */
function passing(except) {
  return data.points.filter((point) => point.run === run.name &&
    FILTERS.every(({ field }) => field === except || chosen[field] === ALL || String(point[field]) === chosen[field]));
}

function makeControls() {
  byId("run").append(...data.runs.map(({ name, date }) => new Option(date ? `${name}, ${date}` : name, name)));
  byId("run").addEventListener("change", () => choose({ run: byId("run").value }));
  for (const { field, name } of FILTERS) {
    const select = element("select", { id: `filter-${field}` });
    select.addEventListener("change", () => {
      chosen[field] = select.value;
      hidden.clear();
      update();
    });
    byId("filters").append(element("label", {}, name, select));
  }
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("operation").addEventListener("change", update);
  for (const radio of views()) radio.addEventListener("change", update);
  window.addEventListener("hashchange", () => choose(inAddress()));
  new ResizeObserver(() => {
    if (byId("chart").clientWidth !== drawnWidth) draw(passing(null));
  }).observe(byId("chart").parentElement);
}

const views = () => document.querySelectorAll("input[name=view]");
const view = () => [...views()].find((radio) => radio.checked).value;

const inAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

const AT_FIRST = { operation: "all", view: "percentiles" };

/** The run is named as soon as anything is chosen: another report may open on another one. */
function keepInAddress() {
  const kept = { ...chosen, operation: byId("operation").value, view: view() };
  const asked = Object.entries(kept).filter(([name, value]) => value !== (AT_FIRST[name] ?? ALL));
  const address = asked.length || run !== data.runs[0] ? `#${new URLSearchParams([["run", run.name], ...asked])}` : "";
  if (address !== location.hash) history.replaceState(null, "", address || location.pathname);
}

/** Takes choices as an address holds them; one that it lacks, or that is of another report, is as at first. */
function choose(asked) {
  run = data.runs.find(({ name }) => name === asked.run) ?? data.runs[0];
  for (const { field } of FILTERS) chosen[field] = asked[field] ?? ALL;
  for (const radio of views()) radio.checked = radio.value === AT_FIRST.view;
  for (const radio of views()) if (radio.value === asked.view) radio.checked = true;
  hidden.clear();
  showRun();
  if (FILTERS.every(({ field }) => chosen[field] === ALL)) hideAtFirst();
  update(asked.operation ?? AT_FIRST.operation);
}

const pointsOfRun = () => data.points.filter((point) => point.run === run.name);

function pointsOfFirstPlot() {
  const points = pointsOfRun();
  return run.plots.length ? run.plots[0].points.map((index) => points[index]) : points;
}

/** As long as no filter is used, the chart has the curves of the first plot, of one size of values. */
function hideAtFirst() {
  const first = pointsOfFirstPlot(), sizes = distinct("payload", first);
  const shown = new Set(first.filter(({ payload }) => payload === sizes[Math.floor(sizes.length / 2)]));
  for (const point of pointsOfRun()) if (!shown.has(point)) hidden.add(point);
}

function showRun() {
  const [first, ...others] = run.plots;
  byId("run").value = run.name;
  byId("shown").textContent = first ? `${run.name}: ${first.title}` : run.name;
  byId("conditions").textContent = [first?.load, run.conditions].filter(Boolean).join(" ");
  byId("warning").textContent = run.warning && `${run.warning}: below the plot is what differs.`;
  byId("campaign").textContent = run.campaign;
  pictures.clear();
  byId("first-plot").replaceChildren(...(first ? [plotOf(first)] : []));
  byId("plots").replaceChildren(...others.map(plotOf));
  byId("more").parentElement.hidden = !others.length;
  const figures = pointsOfFirstPlot();
  fill(byId("first-figures"), columnsOf(figures, "all", ["requests/s", "p50", "p99"]), figures, classOf);
  byId("missing").hidden = !run.missing.length;
  byId("missing").querySelector("summary").textContent = `Not measured: ${run.missing.length}`;
  fill(byId("missing").querySelector("table"),
    run.missingHeader.map((name, index) => ({ name, words: true, cell: (row) => row[index] })), run.missing);
}

/** Offers in each filter what the others leave; a choice that they rule out is given up. */
function fillFilters() {
  for (const { field, text = String } of FILTERS) {
    const select = byId(`filter-${field}`);
    const values = distinct(field, passing(field));
    if (chosen[field] !== ALL && !values.some((value) => String(value) === chosen[field])) chosen[field] = ALL;
    select.replaceChildren(new Option("all", ALL), ...values.map((value) => new Option(text(value) || "(none)", String(value))));
    select.value = chosen[field];
    select.parentElement.hidden = values.length < 2 && chosen[field] === ALL;
  }
}

function fillOperations(points, wanted) {
  const select = byId("operation");
  const names = [...new Set(points.flatMap((point) => Object.keys(point.operations)))];
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  if (names.length) select.value = [wanted, "all", names[0]].find((name) => names.includes(name));
}

function update(operation) {
  fillFilters();
  const points = passing(null);
  fillOperations(points, typeof operation === "string" ? operation : byId("operation").value);
  const names = ["requests/s", "interval", "samples", "p50", "p99", "p99.9", "max"];
  fill(byId("figures"), [drawnColumn(points), ...columnsOf(points, byId("operation").value, names)], points, classOf);
  const count = `${points.length} of ${data.points.length} measurements`;
  byId("count").textContent = `${[count, ...inCommon(points)].join("; ")}. Press the name of a column to sort by it.`;
  draw(points);
  keepInAddress();
}

const classOf = (point) => (point.saturated ? "saturated" : "");

/** What a table need not repeat in each row. */
const inCommon = (points) => FIELDS.filter((each) =>
  each.field !== "way" && distinct(each.field, points).length === 1 && textOf(each, points[0]))
  .map((each) => `${each.name.toLowerCase()} ${textOf(each, points[0])}`);

/** The transport, what else differs, and figures of those names. */
function columnsOf(points, operation, names) {
  const shown = new Set(["way", ...differing(points).map(({ field }) => field)]);
  const latency = (percent) => (point) => {
    const found = point.operations[operation];
    return found ? duration(percent === "max" ? found.max : found.percentiles[percent]) : "";
  };
  const figures = {
    "requests/s": (point) => rate(point.rate) + (point.saturated ? " (saturated)" : ""),
    interval: (point) => point.interval,
    samples: (point) => String(point.samples),
    max: latency("max"),
  };
  return [
    ...FIELDS.filter(({ field }) => shown.has(field)).map((each) => ({ name: each.name.toLowerCase(), words: each.words, cell: (point) => textOf(each, point) })),
    ...names.map((name) => ({ name, words: name === "interval", cell: figures[name] ?? latency(name.slice(1)) })),
  ];
}

function drawnColumn(points) {
  const operation = byId("operation").value;
  return { name: "drawn", words: false, cell: (point) => {
    const box = element("input", { type: "checkbox", "aria-label": `drawn: ${describe(point, points)}` });
    box.disabled = !point.operations[operation];
    box.checked = !box.disabled && !hidden.has(point);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(point); else hidden.add(point);
      draw(points);
    });
    return box;
  } };
}

function draw(points) {
  drawnWidth = byId("chart").clientWidth;
  const operation = byId("operation").value;
  const all = points.filter((point) => point.operations[operation] && !hidden.has(point));
  const shown = all.slice(0, MOST_CURVES);
  byId("reading").textContent = all.length > shown.length
    ? `The first ${shown.length} of ${all.length} are drawn: choose fewer with the filters.` : "";
  byId("legend").replaceChildren(...shown.map((point) => legendEntry(point, shown)));
  if (!shown.length) {
    byId("chart").replaceChildren(element("p", {}, "No latencies to draw."));
    return;
  }
  fitInto(drawnWidth);
  const curves = shown.map((point) => ({ point, latency: point.operations[operation] }));
  byId("chart").replaceChildren((view() === "histogram" ? histogramChart : percentileChart)(curves, shown));
}

function legendEntry(point, shown) {
  const sample = shape("svg", { viewBox: "0 0 42 12", "aria-hidden": "true" });
  sample.append(shape("line", { x1: 1, x2: 41, y1: 6, y2: 6, ...strokeOf(point, shown) }));
  return element("span", {}, sample, describe(point, shown));
}

makeControls();
makeTheme();
for (const table of document.querySelectorAll("table.fixed")) makeSortable(table);
choose(inAddress());
