// SPDX-License-Identifier: Apache-2.0
/* The plots of a run, and the colours of the page. */

function plotOf({ title, load, svg }) {
  const picture = element("img", { loading: "lazy", alt: `${title}: ${load}` });
  paint(picture, svg);
  pictures.set(picture, svg);
  return element("figure", { tabindex: "0", role: "group", "aria-label": title }, picture);
}

const pictures = new Map();

/** A picture asks the system for its colours; those that are chosen here go before. */
function paint(picture, svg) {
  const theme = byId("theme").value;
  const coloured = theme ? svg.replace(data.prefersDark, theme === "dark" ? "all" : "not all") : svg;
  picture.src = `data:image/svg+xml,${encodeURIComponent(coloured)}`;
}

function chooseTheme(theme) {
  byId("theme").value = theme;
  document.documentElement.dataset.theme = theme;
  for (const [picture, svg] of pictures) paint(picture, svg);
}

/** Browsers may forbid a page to keep anything, above all one that is a file. */
function keptTheme(theme) {
  try {
    if (theme !== undefined) localStorage.setItem("wisp-theme", theme);
    return localStorage.getItem("wisp-theme") ?? "";
  } catch {
    return theme ?? "";
  }
}

function makeTheme() {
  byId("theme").addEventListener("change", () => {
    keptTheme(byId("theme").value);
    chooseTheme(byId("theme").value);
  });
  chooseTheme(keptTheme());
}
