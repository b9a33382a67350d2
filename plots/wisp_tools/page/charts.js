// SPDX-License-Identifier: Apache-2.0
/* Percentile curves and histograms of latencies. */

const BINS_PER_DECADE = 20;
const DASHES = { "-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 3" };
const LEFT = 66, RIGHT = 16, TOP = 12, BOTTOM = 46;
const PERCENTS = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999];
const BLACK = "#000000";
const CHARACTER = 7.5;
let WIDTH = 900, HEIGHT = 420;

/** Charts are drawn as wide as there is room, so that their text is as large as any other. */
function fitInto(width) {
  WIDTH = Math.min(1200, Math.max(300, width));
  HEIGHT = WIDTH < 600 ? 320 : 420;
}

function shape(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Points of one transport share its colour; the width and strength of the line then tell them apart. */
function strokeOf(point, shown) {
  const look = data.looks[point.way];
  const place = shown.filter((other) => other.way === point.way).indexOf(point);
  return { stroke: look.colour === BLACK ? "currentColor" : look.colour, "stroke-dasharray": DASHES[look.line] ?? "", "stroke-width": 1.6 + 0.9 * Math.min(place, 4), "stroke-opacity": Math.max(1 - 0.06 * place, 0.3), fill: "none" };
}

function frame(words) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": words });
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

function percentileChart(curves, shown) {
  const values = curves.flatMap(({ latency }) => latency.curve.map(([, value]) => value));
  const rows = decades(Math.max(1, Math.min(...values)), Math.max(...values));
  const furthest = Math.max(10, ...curves.map(({ latency }) => latency.curve.at(-1)[0])) * 1.2;
  const x = scale(1, furthest, LEFT, WIDTH - RIGHT);
  const y = scale(rows[0], rows.at(-1), HEIGHT - BOTTOM, TOP);
  const svg = frame(`Latency by percentile of ${curves.map(({ point }) => describe(point, shown)).join("; ")}`);
  for (const value of rows) horizontal(svg, y(value), duration(value));
  let free = -Infinity;
  for (const percent of PERCENTS) {
    const place = x(100 / (100 - percent)), half = (CHARACTER * `${percent}`.length) / 2;
    if (place > WIDTH - RIGHT) break;
    vertical(svg, place, place - half >= free ? `${percent}` : "");
    if (place - half >= free) free = place + half;
  }
  titles(svg, "percentile, % of requests (log of 1/(1-p))", "latency (log scale)");
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
      return at ? `${describe(point, shown)}: ${duration(at[1])}` : null;
    }).filter(Boolean);
    byId("reading").textContent = `${(100 - 100 / nines).toFixed(Math.max(1, Math.ceil(power)))} %: ${reading.join("; ")}`;
  });
  return svg;
}

function histogramChart(curves, shown) {
  const numbers = curves.flatMap(({ latency }) => latency.bins.map(([number]) => number));
  const least = Math.min(...numbers), most = Math.max(...numbers) + 1;
  const x = (number) => LEFT + ((number - least) / (most - least)) * (WIDTH - RIGHT - LEFT);
  const share = (count, latency) => (100 * count) / latency.count;
  const highest = Math.max(...curves.flatMap(({ latency }) => latency.bins.map(([, count]) => share(count, latency))));
  const y = (percent) => HEIGHT - BOTTOM - (percent / highest) * (HEIGHT - BOTTOM - TOP);
  const svg = frame(`Histogram of the latencies of ${curves.map(({ point }) => describe(point, shown)).join("; ")}`);
  const step = 10 ** Math.floor(Math.log10(highest)) / (highest / 10 ** Math.floor(Math.log10(highest)) < 3 ? 2 : 1);
  for (let percent = 0; percent <= highest; percent += step) horizontal(svg, y(percent), `${Number(percent.toPrecision(3))} %`);
  for (let power = Math.ceil(least / BINS_PER_DECADE); power <= most / BINS_PER_DECADE; power++) {
    vertical(svg, x(power * BINS_PER_DECADE), duration(10 ** power));
  }
  titles(svg, "latency (log scale)", "share of requests in each bin");
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
      `${describe(point, shown)}: ${Number(share(new Map(latency.bins).get(number) ?? 0, latency).toPrecision(3))} %`);
    byId("reading").textContent =
      `${duration(10 ** (number / BINS_PER_DECADE))} to ${duration(10 ** ((number + 1) / BINS_PER_DECADE))}: ${reading.join("; ")}`;
  });
  return svg;
}

