// Draws the report's charts: light or dark, on screen or on paper, each when it comes in sight.
"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");
const coarse = matchMedia("(pointer: coarse)");  // a finger, which scrolls where a mouse zooms
let paper = false;

async function unpacked(element) {
  const text = atob(element.textContent), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

const inks = () => dark.matches && !paper
  ? {ink: "#e6e6e6", faint: "#e6e6e626", box: "#2a2d33"}
  : {ink: "#1a1a1a", faint: "#1a1a1a26", box: "#fff"};

// Put a figure of plain values on the page; lines of the colour "ink" are drawn in the text's.
function put(chart, data, layout) {
  const {ink, faint, box} = inks();
  for (const trace of data) if (trace.line?.color === "ink") trace.line.color = ink;
  for (const [name, axis] of Object.entries(layout))
    if (/^[xy]axis/.test(name)) Object.assign(axis, {gridcolor: faint, zerolinecolor: faint});
  Object.assign(layout, {font: {color: ink, size: 12, family: "system-ui, sans-serif"},
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: {bgcolor: box, font: {color: ink}}, dragmode: coarse.matches ? false : "zoom"});
  if (paper) layout.width = chart.clientWidth;  // nothing is resized once it is on paper
  return Plotly.react(chart, data, layout, {responsive: true, displayModeBar: false});
}

function draw(figure) {
  figure.spec ??= JSON.parse(figure.querySelector("script").textContent);
  const target = figure.closest("section").querySelector("fieldset input:checked")?.value;
  const {data, layout} = structuredClone(figure.spec);
  for (const trace of data) if (trace.meta) trace.visible = trace.meta === target;
  put(figure.querySelector(".chart"), data, layout);
}

async function start() {
  const library = document.createElement("script");
  library.textContent = await unpacked(document.getElementById("plotly"));
  document.head.append(library);
  const drawers = new Map([...document.querySelectorAll("figure")].map(f => [f, () => draw(f)]));
  for (const element of document.querySelectorAll(".viewer"))
    drawers.set(element, await viewer(element));
  const drawn = new Set();
  const show = element => { drawn.add(element); return drawers.get(element)(); };
  const redraw = () => drawn.forEach(show);
  const seen = new IntersectionObserver(entries => entries.forEach(e => {
    if (e.isIntersecting && !drawn.has(e.target)) show(e.target);
  }), {rootMargin: "600px"});
  drawers.forEach((_, element) => seen.observe(element));
  dark.addEventListener("change", redraw);
  document.addEventListener("change", e => { if (e.target.matches("fieldset input")) redraw(); });
  addEventListener("beforeprint", () => {
    paper = true;
    document.body.classList.add("paper");
    drawers.forEach((_, element) => show(element));
  });
  addEventListener("afterprint", () => {
    paper = false;
    document.body.classList.remove("paper");
    redraw();
  });
}

start().catch(error => {
  const said = document.getElementById("trouble");
  said.hidden = false;
  said.textContent = "The charts could not be drawn; the tables are complete. "
    + "A browser of 2023 or later is needed. (" + error + ")";
  console.error(error);
});
