// The charts of one clip, as plotly.js figures: what was predicted, what there was to predict from.
"use strict";
const SHADES = ["#bdbdbd", "#56b4e9", "#0072b2", "#e69f00", "#d55e00"];  // of a gate's candidates
const HATCHES = ["", "/", "\\", "x", "."];
const STATE_HATCHES = {1: "/", 2: "x", 3: "\\", 4: ".", 5: "+", 6: "/", 7: "/", 9: "-", 10: "|"};
const LEFT = 64, RIGHT = 8, TOP = 4, BELOW = 44, GAP = 14;  // px around and between panels

const when = (clip, step) => clip.start + step * clip.step;  // s
const real = list => list.map(x => x === null ? null : x / 100);
const owner = column => column.replace(/_\d+$/, "");  // the modality of a gate's candidate
const gatesOf = clip => [...new Set(Object.keys(clip.gates).map(owner))];

// Valence, arousal, which modalities have data, and each gate's weights, one below the other.
function panels(clip, looks, states) {
  const times = Array.from({length: clip.steps}, (_, i) => when(clip, i));
  const mode = clip.steps < 2 ? "markers" : "lines";
  const list = ["valence", "arousal"].map(target => [130,
    Object.entries(clip.lines).map(([name, y]) => ({type: "scatter", mode, name, x: times,
      y: real(y[target]), line: {...looks[name]}})),
    {title: {text: target}, range: [-1.05, 1.05]}]);
  list.push([24 * Object.keys(clip.states).length, ribbon(clip, states),
    {type: "category", categoryorder: "array", categoryarray: Object.keys(clip.states),
     autorange: "reversed", showgrid: false}]);
  for (const modality of gatesOf(clip)) {
    const title = modality.includes(":") ? modality.replaceAll(":", "<br>") : `gate<br>${modality}`;
    list.push([64, gate(clip, times, modality), {title: {text: title}, range: [0, 1], nticks: 3}]);
  }
  return stacked(clip, list);
}

// A bar for each stretch in one state: solid where there is data, hatched and named elsewhere.
function ribbon(clip, states) {
  const {ink} = inks(), kinds = new Map();
  for (const [modality, runs] of Object.entries(clip.states)) {
    let start = when(clip, 0) - clip.step / 2;
    for (const [state, steps] of runs) {
      if (!kinds.has(state)) kinds.set(state, {y: [], x: [], base: []});
      const bars = kinds.get(state);
      bars.y.push(modality), bars.x.push(steps * clip.step), bars.base.push(start);
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

// The weights of one modality's candidates, stacked to 1.
function gate(clip, times, modality) {
  return Object.keys(clip.gates).filter(c => owner(c) === modality)
    .map((name, n) => ({type: "scatter", mode: "lines", name, x: times,
      y: real(clip.gates[name]), stackgroup: modality,
      line: {width: 0, color: SHADES[n % 5]}, fillcolor: SHADES[n % 5],
      fillpattern: {shape: HATCHES[n % 5], bgcolor: SHADES[n % 5], fgcolor: "#fff8", size: 8,
        solidity: 0.15}}));
}

// One panel below the other, over one time axis.
function stacked(clip, list) {
  const height = list.reduce((sum, [px]) => sum + px + GAP, -GAP);
  const data = [], layout = {showlegend: false, hovermode: false, barmode: "overlay",
    uniformtext: {mode: "hide", minsize: 9}, height: height + TOP + BELOW,
    margin: {l: LEFT, r: RIGHT, t: TOP, b: BELOW}};
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

// The way through the plane of valence and arousal; the last trace holds the cursor's points.
function trajectory(clip, looks) {
  const names = Object.keys(clip.lines);
  const data = names.map(name => ({type: "scatter", mode: "lines", name, hoverinfo: "name",
    x: real(clip.lines[name].valence), y: real(clip.lines[name].arousal),
    line: {...looks[name], width: 1.5}, opacity: 0.7}));
  const ink = inks().ink, colours = names.map(n => looks[n].color === "ink" ? ink : looks[n].color);
  data.push({type: "scatter", mode: "markers", x: [], y: [], text: names, hoverinfo: "text",
    marker: {size: 13, color: colours, line: {color: ink, width: 1.5},
      symbol: names.map((_, i) => ["circle", "square", "diamond", "cross", "x"][i % 5])}});
  const axis = {range: [-1.05, 1.05], dtick: 0.5, fixedrange: true};
  return [data, {height: 280, showlegend: false, hovermode: "closest",
    margin: {l: LEFT, r: RIGHT, t: TOP, b: BELOW},
    xaxis: {...axis, title: {text: "valence"}}, yaxis: {...axis, title: {text: "arousal"}}}];
}
