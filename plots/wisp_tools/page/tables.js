// SPDX-License-Identifier: Apache-2.0
/* Tables that are sorted by a press on a column's name. */

/** Fills a table; a column is a name, whether it holds words, and what a row's cell shows. */
function fill(table, columns, rows, classOf = () => "") {
  const kind = (words) => (words ? "words" : "figure");
  const before = table.querySelector("th[aria-sort]");
  const sorted = before && { name: before.textContent, direction: before.getAttribute("aria-sort") };
  table.replaceChildren(
    element("thead", {}, element("tr", {}, ...columns.map(({ name, words }) => element("th", { scope: "col", class: kind(words) }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", { class: classOf(row) },
      ...columns.map(({ words, cell }) => element("td", { class: kind(words) }, cell(row)))))));
  makeSortable(table);
  const again = sorted ? columns.findIndex(({ name }) => name === sorted.name) : -1;
  if (again >= 0) sort(table, again, sorted.direction);
}

function makeSortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = element("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () =>
      sort(table, column, head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending"));
    head.replaceChildren(button);
  });
}

/** Cells without a text come last, however a column is sorted. */
function sort(table, column, direction) {
  const sign = direction === "ascending" ? 1 : -1;
  const keyed = [...table.tBodies[0].rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "");
    if (typeof a.key !== typeof b.key) return typeof a.key === "number" ? -1 : 1;
    return sign * (typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key));
  });
  table.tBodies[0].append(...keyed.map(({ row }) => row));
  [...table.tHead.rows[0].cells].forEach((head, other) => {
    if (other === column) head.setAttribute("aria-sort", direction); else head.removeAttribute("aria-sort");
  });
}

function keyOf(cell) {
  const box = cell.querySelector("input");
  return box ? Number(!box.checked) : orderOf(cell.textContent);
}
