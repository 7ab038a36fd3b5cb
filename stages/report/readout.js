// The numbers of one moment of a clip, as rows of a table and as a sentence.
"use strict";
const WIDEST = 3;  // targets that have a column each; of more, each has a row
const said = (x, digits) => x === null || x === undefined ? "–"
  : (x / 10 ** digits).toFixed(digits).replace("-", "−");

// word: the index of the one that is being said, or -1; gated: whose gates the clip holds
function readout(clip, step, word, {gated, states, targets}) {
  const state = runs => {
    let left = step;
    return runs.find(([, steps]) => (left -= steps) < 0)[0];
  };
  const weights = stream => Object.keys(clip.gates).filter(c => owner(c) === stream)
    .map(c => said(clip.gates[c][step], 2)).join("  ");
  const lines = Object.entries(clip.lines), inColumns = targets.length <= WIDEST;
  const row = (title, ...texts) =>
    tableRow(title, texts, inColumns ? targets.length : lines.length);
  const value = (y, target) => said(y[target.name][step], target.digits);
  return [
    row("time", `${when(clip, step).toFixed(2)} s`),
    ...(clip.words.length ? [row("word", clip.words[word]?.[2] ?? "–")] : []),
    ...(inColumns
      ? [row("", ...targets.map(target => target.name)),
        ...lines.map(([name, y]) => row(name, ...targets.map(target => value(y, target))))]
      : [row("", ...lines.map(([name]) => name)),
        ...targets.map(t => row(t.name, ...lines.map(([, y]) => value(y, t))))]),
    ...Object.entries(clip.states).map(([stream, runs]) => row(stream, states[state(runs)])),
    ...gatesOf(clip).map(stream => row(`${gated}, gate ${stream}`, weights(stream)))];
}

function spoken(clip, step, targets) {
  const values = y => targets.map(target =>
    `${target.name} ${said(y[target.name][step], target.digits)}`).join(", ");
  return [`${when(clip, step).toFixed(2)} seconds`,
    ...Object.entries(clip.lines).map(([name, y]) => `${name}: ${values(y)}`)].join("; ");
}

// A row of as many texts as there are columns, or of one text as wide as all of them.
function tableRow(title, texts, columns) {
  const tr = document.createElement("tr"), th = tr.appendChild(document.createElement("th"));
  Object.assign(th, {textContent: title, scope: "row"});
  for (const text of texts)
    Object.assign(tr.insertCell(), {textContent: text, colSpan: columns + 1 - texts.length});
  return tr;
}
