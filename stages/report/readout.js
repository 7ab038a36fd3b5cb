// The numbers of one moment of a clip, as rows of a table and as a sentence.
"use strict";
const said = x => x === null || x === undefined ? "–" : (x / 100).toFixed(2).replace("-", "−");

// word: the index of the one that is being said, or -1; gated: whose gates the clip holds
function readout(clip, step, word, gated, states) {
  const state = runs => {
    let left = step;
    return runs.find(([, steps]) => (left -= steps) < 0)[0];
  };
  const weights = modality => Object.keys(clip.gates).filter(c => owner(c) === modality)
    .map(c => said(clip.gates[c][step])).join("  ");
  return [
    row("time", `${when(clip, step).toFixed(2)} s`),
    ...(clip.words.length ? [row("word", clip.words[word]?.[2] ?? "–")] : []),
    row("", "valence", "arousal"),
    ...Object.entries(clip.lines).map(([name, {valence, arousal}]) =>
      row(name, said(valence[step]), said(arousal[step]))),
    ...Object.entries(clip.states).map(([modality, runs]) => row(modality, states[state(runs)])),
    ...gatesOf(clip).map(modality => row(`${gated}, gate ${modality}`, weights(modality)))];
}

function spoken(clip, step) {
  return [`${when(clip, step).toFixed(2)} seconds`, ...Object.entries(clip.lines).map(
    ([name, {valence, arousal}]) =>
      `${name}: valence ${said(valence[step])}, arousal ${said(arousal[step])}`)].join("; ");
}

function row(title, ...texts) {
  const tr = document.createElement("tr"), th = tr.appendChild(document.createElement("th"));
  Object.assign(th, {textContent: title, scope: "row"});
  for (const text of texts)
    Object.assign(tr.insertCell(), {textContent: text, colSpan: 3 - texts.length});
  return tr;
}
