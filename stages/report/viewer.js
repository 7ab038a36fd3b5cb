// One clip over time, under a cursor that follows the mouse and the arrow keys.
"use strict";

async function viewer(element) {
  const find = name => element.querySelector(name);
  const setting = JSON.parse(find("script[type='application/json']").textContent);
  const {looks, states, targets} = setting;
  const both = setting.plane?.map(name => targets.find(target => target.name === name));
  const packed = element.querySelectorAll(".packed"), select = find("select");
  const time = find(".time"), chart = find(".panels"), plane = find(".plane");
  const read = async index => JSON.parse(await unpacked(packed[index]));
  let clip = await read(0), wanted = 0, at = 0, waiting = false;

  const range = () => chart.layout.xaxis.range;
  const left = () => leftOf(clip), inner = () => chart.clientWidth - left() - RIGHT;
  const pixel = t => left() + (t - range()[0]) / (range()[1] - range()[0]) * inner();

  async function choose(index) {
    wanted = Math.min(Math.max(index, 0), packed.length - 1);
    const mine = wanted, found = await read(mine);
    if (mine !== wanted) return;  // another was chosen while this one was unpacked
    select.selectedIndex = mine;
    clip = found;
    at = Math.min(at, clip.steps - 1);
    paint();
  }

  function paint() {
    const [data, layout] = panels(clip, looks, states, targets);
    chart.style.height = `${layout.height}px`;
    put(chart, data, layout);
    if (both) put(plane, ...trajectory(clip, looks, both));
    if (!chart.watched) {
      chart.watched = true;
      chart.on("plotly_relayout", () => { layWords(); place(); });
    }
    find(".faces").hidden = !clip.faces.length;
    find(".lacking").textContent = clip.lacking;
    layWords();
    place();
  }

  // Words at the time they were said, in two rows, those that there is room for.
  function layWords() {
    const ends = [-Infinity, -Infinity], strip = find(".words");
    strip.hidden = !clip.words.length;
    strip.replaceChildren(...clip.words.flatMap(([start, end, text], index) => {
      const middle = pixel((start + end) / 2), half = text.length * 3.7 + 3;
      const row = ends.findIndex(e => e < middle - half);
      if (row < 0 || middle < left() || middle > left() + inner()) return [];
      ends[row] = middle + half;
      const word = Object.assign(document.createElement("span"), {textContent: text});
      word.dataset.word = index;
      Object.assign(word.style, {left: `${middle}px`, top: `${row * 1.4}em`});
      return [word];
    }));
  }

  // Everything that shows the moment under the cursor.
  function place() {
    const t = when(clip, at), x = pixel(t), cursor = find(".cursor");
    cursor.style.left = `${x - 1}px`;
    cursor.hidden = x < left() || x > left() + inner();
    if (both) placePoints();
    const word = clip.words.findIndex(([start, end]) => start <= t && t < end);
    for (const span of find(".words").children)
      span.classList.toggle("said", Number(span.dataset.word) === word);
    placeFaces(t);
    find(".readout").replaceChildren(...readout(clip, at, word, setting));
    time.setAttribute("aria-valuemin", when(clip, 0).toFixed(2));
    time.setAttribute("aria-valuemax", when(clip, clip.steps - 1).toFixed(2));
    time.setAttribute("aria-valuenow", t.toFixed(2));
    time.setAttribute("aria-valuetext", spoken(clip, at, targets));
  }

  function placePoints() {
    const names = Object.keys(clip.lines);
    const points = ({name, digits}) => [real(names.map(n => clip.lines[n][name][at]), digits)];
    Plotly.restyle(plane, {x: points(both[0]), y: points(both[1])}, [names.length]);
  }

  function placeFaces(t) {
    if (!clip.faces.length) return;
    const gap = i => Math.abs(clip.faces[i][0] - t);
    let nearest = 0;
    clip.faces.forEach((_, i) => { if (gap(i) < gap(nearest)) nearest = i; });
    const images = find(".faces").children, middle = images.length >> 1;
    [...images].forEach((image, i) => {
      const [moment, jpeg] = clip.faces[nearest + i - middle] ?? [];
      if (jpeg) image.src = `data:image/jpeg;base64,${jpeg}`;
      else image.removeAttribute("src");
      image.alt = image.title = jpeg ? `face at ${moment.toFixed(2)} s` : "";
      image.classList.toggle("now", i === middle && gap(nearest) <= clip.faces_every);
    });
  }

  function go(step) {
    at = Math.min(Math.max(step, 0), clip.steps - 1);
    if (waiting) return;
    waiting = true;  // at most one picture a frame, however fast the mouse is
    requestAnimationFrame(() => { waiting = false; place(); });
  }

  for (const kind of ["pointermove", "pointerdown"]) time.addEventListener(kind, event => {
    if (!chart.watched) return;
    const x = event.clientX - chart.getBoundingClientRect().left;
    const t = range()[0] + (x - left()) / inner() * (range()[1] - range()[0]);
    go(Math.round((t - clip.start) / clip.step));
  });
  element.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 10 : 1, onTime = event.target === time;
    const moves = {ArrowLeft: at - far, ArrowRight: at + far, Home: 0, End: clip.steps - 1};
    if (onTime && event.key in moves) go(moves[event.key]);
    else if (event.target !== select && event.key === "n") choose(wanted + 1);
    else if (event.target !== select && event.key === "p") choose(wanted - 1);
    else return;
    event.preventDefault();
  });
  select.addEventListener("change", () => choose(select.selectedIndex));
  find(".before").addEventListener("click", () => choose(wanted - 1));
  find(".after").addEventListener("click", () => choose(wanted + 1));
  new ResizeObserver(() => { if (chart.watched) layWords(), place(); }).observe(chart);
  return paint;
}
