// The charts of one clip, as plotly.js figures: what was predicted, what there was to predict from.
"use strict";
const SHADES = ["#bdbdbd", "#56b4e9", "#0072b2", "#e69f00", "#d55e00"];  // of a gate's candidates
const HATCHES = ["", "/", "\\", "x", "."];
const STATE_HATCHES = {1: "/", 2: "x", 3: "\\", 4: ".", 5: "+", 6: "/", 7: "/", 9: "-", 10: "|",
  11: "+"};
const RIGHT = 8, TOP = 4, BELOW = 44, GAP = 14;  // px around and between panels
const HIGH = {1: 220, 2: 130, 3: 130};  // px of a panel, by how many targets there are
const LETTER = 7, LONGEST = 18;  // px; letters of a name beside its panel, at most

const when = (clip, step) => clip.start + step * clip.step;  // s
const real = (list, digits) => list.map(x => x === null ? null : x / 10 ** digits);
const cut = name => name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
// px from the left edge to where time begins: room for the names of the streams
const leftOf = clip => Math.max(64,
  ...Object.keys(clip.states).map(name => Math.ceil(LETTER * cut(name).length) + 10));
const owner = column => column.replace(/_\d+$/, "");  // the stream of a gate's candidate
const gatesOf = clip => [...new Set(Object.keys(clip.gates).map(owner))];

// Each target, which streams have data, and each gate's weights, one below the other.
function panels(clip, looks, states, targets) {
  const times = Array.from({length: clip.steps}, (_, i) => when(clip, i));
  const mode = clip.steps < 2 ? "markers" : "lines";
  const high = HIGH[targets.length] ?? 96;
  const list = targets.map(target => [Math.max(high, room(target.name)),
    Object.entries(clip.lines).map(([name, y]) => ({type: "scatter", mode, name, x: times,
      y: real(y[target.name], target.digits), line: {...looks[name]}})),
    axis(target)]);
  list.push([24 * Object.keys(clip.states).length, ribbon(clip, states),
    {type: "category", categoryorder: "array", categoryarray: Object.keys(clip.states),
     tickvals: Object.keys(clip.states), ticktext: Object.keys(clip.states).map(cut),
     autorange: "reversed", showgrid: false}]);
  for (const stream of gatesOf(clip)) {
    const words = stream.includes(":") ? stream.split(":") : ["gate", stream];
    list.push([Math.max(64, ...words.map(room)), gate(clip, times, stream),
      {title: {text: words.map(cut).join("<br>")}, range: [0, 1], nticks: 3}]);
  }
  return stacked(clip, list);
}

const room = name => LETTER * cut(name).length;  // px that a name takes beside its panel
// A target's range with a little room around it, in quarters.
const axis = ({name, low, high}) => ({title: {text: cut(name)}, tick0: low, dtick: (high - low) / 4,
  range: [low - (high - low) / 40, high + (high - low) / 40]});

// A bar for each stretch in one state: solid where there is data, hatched and named elsewhere.
function ribbon(clip, states) {
  const {ink} = inks(), kinds = new Map();
  for (const [stream, runs] of Object.entries(clip.states)) {
    let start = when(clip, 0) - clip.step / 2;
    for (const [state, steps] of runs) {
      if (!kinds.has(state)) kinds.set(state, {y: [], x: [], base: []});
      const bars = kinds.get(state);
      bars.y.push(stream), bars.x.push(steps * clip.step), bars.base.push(start);
      start += steps * clip.step;
    }
  }
  return [...kinds].map(([state, bars]) => ({type: "bar", orientation: "h", name: states[state],
    ...bars, width: 0.8, text: bars.y.map(() => state ? states[state] : ""),
    textposition: "inside", insidetextanchor: "middle", textfont: {color: ink},
    marker: state ? {color: "#8883", line: {color: "#888", width: 1}, pattern:
      {shape: STATE_HATCHES[state] ?? "", fgcolor: "#8889", size: 7, solidity: 0.2}}
      : {color: "#009e73"}}));
}

// The weights of one stream's candidates, stacked to 1.
function gate(clip, times, stream) {
  return Object.keys(clip.gates).filter(c => owner(c) === stream)
    .map((name, n) => ({type: "scatter", mode: "lines", name, x: times,
      y: real(clip.gates[name], 2), stackgroup: stream,
      line: {width: 0, color: SHADES[n % 5]}, fillcolor: SHADES[n % 5],
      fillpattern: {shape: HATCHES[n % 5], bgcolor: SHADES[n % 5], fgcolor: "#fff8", size: 8,
        solidity: 0.15}}));
}

// One panel below the other, over one time axis.
function stacked(clip, list) {
  const height = list.reduce((sum, [px]) => sum + px + GAP, -GAP);
  const data = [], layout = {showlegend: false, hovermode: false, barmode: "overlay",
    uniformtext: {mode: "hide", minsize: 9}, height: height + TOP + BELOW,
    margin: {l: leftOf(clip), r: RIGHT, t: TOP, b: BELOW}};
  let top = height;
  list.forEach(([px, traces, axis], i) => {
    const end = i ? i + 1 : "";
    layout[`yaxis${end}`] = {...axis, fixedrange: true,
      domain: [Math.max(0, (top - px) / height), top / height]};
    for (const trace of traces) data.push({...trace, yaxis: `y${end}`});
    top -= px + GAP;
  });
  layout.xaxis = {title: {text: "time (s)"}, anchor: `y${list.length}`,
    range: [when(clip, 0) - clip.step / 2, when(clip, clip.steps - 0.5)]};
  return [data, layout];
}

// The way through the plane of two targets; the last trace holds the cursor's points.
function trajectory(clip, looks, [across, up]) {
  const names = Object.keys(clip.lines), list = (name, {name: of, digits}) =>
    real(clip.lines[name][of], digits);
  const data = names.map(name => ({type: "scatter", mode: "lines", name, hoverinfo: "name",
    x: list(name, across), y: list(name, up),
    line: {...looks[name], width: 1.5}, opacity: 0.7}));
  const ink = inks().ink, colours = names.map(n => looks[n].color === "ink" ? ink : looks[n].color);
  data.push({type: "scatter", mode: "markers", x: [], y: [], text: names, hoverinfo: "text",
    marker: {size: 13, color: colours, line: {color: ink, width: 1.5},
      symbol: names.map((_, i) => ["circle", "square", "diamond", "cross", "x"][i % 5])}});
  return [data, {height: 280, showlegend: false, hovermode: "closest",
    margin: {l: 64, r: RIGHT, t: TOP, b: BELOW}, xaxis: {...axis(across), fixedrange: true},
    yaxis: {...axis(up), fixedrange: true}}];
}
