// A threshold on similarities: two histograms, the confusion matrix, the ROC curve.

// The slider's steps are not quite hundredths (0.7000000000000001); where a similarity is exactly
// 0.7 that would decide.
export function tidy(threshold) {
  return Number(threshold.toFixed(2));
}

// How many of the ascending values are above the threshold.
export function above(values, threshold) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > threshold) high = middle;
    else low = middle + 1;
  }
  return values.length - low;
}

// [[true different, false same], [false different, true same]]; rows are the truth.
export function confusionAt(same, different, threshold) {
  const found = above(same, threshold), invented = above(different, threshold);
  return [[different.length - invented, invented], [same.length - found, found]];
}

// Precision is null where nothing is called same.
export function scores([[trueDifferent, falseSame], [falseDifferent, trueSame]]) {
  const called = trueSame + falseSame;
  return {
    accuracy: (trueDifferent + trueSame) / (trueDifferent + falseSame + falseDifferent + trueSame),
    precision: called ? trueSame / called : null,
    recall: trueSame / (falseDifferent + trueSame),
    falsePositiveRate: falseSame / (trueDifferent + falseSame),
  };
}

// Counts in equal bins from low to high, the last one closed.
export function histogram(values, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) {
    counts[clamp(Math.floor(((value - low) / (high - low)) * bins), 0, bins - 1)] += 1;
  }
  return counts;
}

const BINS = 40;
const WORDS = [["different, called different", "different, called same"], ["same, called different", "same, called same"]];

// The histograms back to back, twice: faint, and solid where the threshold errs.
function drawBars(parent, on, counts, low, high, role, up) {
  const width = (on.x(high) - on.x(low)) / BINS, base = on.y(0);
  const bars = counts.map((count, k) => {
    const y = on.y(up ? count : -count);
    return `M${(on.x(low) + k * width + 0.5).toFixed(2)} ${base}V${y.toFixed(2)}h${(width - 1).toFixed(2)}V${base}z`;
  }).join("");
  svg(parent, "path", { d: bars, class: `siamese-bars siamese-${role}`, "fill-opacity": 0.4 });
  const part = svg(svg(parent, "clipPath", { id: unique("wrong") }), "rect", { y: 0, height: 320 });
  svg(parent, "path", { d: bars, class: `siamese-bars siamese-${role}`, "clip-path": `url(#${part.parentNode.id})` });
  return part;
}

function confusionTable(panels) {
  const figure = html(panels, "figure", { class: "siamese-panel" });
  html(figure, "figcaption", {}, "The confusion matrix");
  const table = html(figure, "table", { class: "siamese-table siamese-confusion" });
  const head = html(html(table, "thead"), "tr");
  for (const name of ["pairs that are", "called different", "called same"]) html(head, "th", { scope: "col" }, name);
  const body = html(table, "tbody");
  const cells = ["different", "same"].map((truth, i) => {
    const line = html(body, "tr");
    html(line, "th", { scope: "row", class: `siamese-${i ? "positive" : "negative"} siamese-coloured` }, truth);
    return WORDS[i].map((name) => {
      const cell = html(line, "td", { class: `siamese-${i ? "positive" : "negative"}` });
      const count = html(cell, "output", { "aria-label": name, "aria-live": "off" });
      return { cell, count, share: html(cell, "small") };
    });
  });
  html(figure, "p", { class: "siamese-legend" }, "Below each number: its share of the row. Framed: called wrong.");
  return (confusion) => confusion.forEach((row, i) => row.forEach((value, j) => {
    const { cell, count, share } = cells[i][j], part = value / (row[0] + row[1]);
    count.textContent = value;
    count.dataset.value = value;
    share.textContent = fixed(part);
    cell.style.setProperty("--share", `${fixed(45 * part, 1)}%`);
    cell.classList.toggle("siamese-error", i !== j);
  }));
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const same = get("same"), different = get("different"), low = get("low"), high = get("high");
  const move = (threshold) => change(model, { threshold: snap(clamp(threshold, low, high)) });

  const heaps = panel(panels, "Similarities of the pairs");
  const up = histogram(same, low, high, BINS), down = histogram(different, low, high, BINS);
  const on = plane(heaps, {
    x: [low, high], y: [-1.08 * Math.max(...down), 1.08 * Math.max(...up)], box: [54, 34, 256, 232],
    xticks: ticks(low, high), yticks: [], xlabel: "similarity", ylabel: "pairs",
  });
  for (const count of ticks(-Math.max(...down), Math.max(...up))) {
    svg(heaps, "text", { x: 47, y: on.y(count) + 4, "text-anchor": "end" }, String(Math.abs(count)));
    svg(heaps, "path", { d: `M54 ${on.y(count)}h-4`, class: "siamese-frame" });
  }
  const missed = drawBars(heaps, on, up, low, high, "positive", true);
  const invented = drawBars(heaps, on, down, low, high, "negative", false);
  svg(heaps, "path", { d: `M54 ${on.y(0)}h256`, class: "siamese-frame" });
  for (const [text, role, y] of [["same", "positive", 50], ["different", "negative", 260]]) {
    svg(heaps, "text", { x: 62, y, class: `siamese-${role} siamese-coloured` }, text);
  }
  html(heaps.parentElement, "p", { class: "siamese-legend" }, "Same pairs upwards, different ones downwards; solid: called wrong.");
  const line = svg(heaps, "path", { class: "siamese-border" });
  const tip = handle(heaps, {
    name: "threshold in the histogram", letter: "", role: "ink", min: low, max: high,
    drag: (x) => move(on.fromX(x)),
    step: (right, by) => move(get("threshold") + 0.01 * (right || by)),
  });

  const square = panel(panels, "The ROC curve");
  const fifths = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const at = plane(square, {
    x: [0, 1], y: [0, 1], xticks: fifths, yticks: fifths,
    xlabel: "different pairs called same", ylabel: "same pairs found (recall)",
  });
  const [falseRate, trueRate] = get("roc");
  svg(square, "path", { d: `M${at.x(0)} ${at.y(0)}L${at.x(1)} ${at.y(1)}`, class: "siamese-guide" });
  svg(square, "text", { x: at.x(0.5), y: at.y(0.5) + 18, "text-anchor": "middle", transform: `rotate(-45 ${at.x(0.5)} ${at.y(0.5)})` }, "guessing");
  svg(square, "path", {
    d: falseRate.map((x, k) => `${k ? "L" : "M"}${at.x(x).toFixed(2)} ${at.y(trueRate[k]).toFixed(2)}`).join(""),
    class: "siamese-curve siamese-accent",
  });
  const drop = svg(square, "path", { class: "siamese-guide" });
  const point = svg(square, "circle", { r: 8, class: "siamese-disc siamese-ink" });
  const showConfusion = confusionTable(panels);

  const show = Object.fromEntries([
    ["accuracy", "accuracy"], ["precision", "precision"], ["recall", "recall"],
    ["falsePositiveRate", "false positive rate"],
  ].map(([key, name]) => [key, readout(values, name)]));
  readout(values, "AUC")(get("auc"));

  function draw() {
    const threshold = tidy(get("threshold")), x = on.x(threshold);
    const confusion = confusionAt(same, different, threshold), now = scores(confusion);
    set(missed, { x: 0, width: x });
    set(invented, { x, width: 320 });
    line.setAttribute("d", `M${x} 20V266`);
    set(point, { cx: at.x(now.falsePositiveRate), cy: at.y(now.recall) });
    drop.setAttribute("d", `M${at.x(now.falsePositiveRate)} ${at.y(0)}V${at.y(now.recall)}H${at.x(0)}`);
    showConfusion(confusion);
    for (const [key, write] of Object.entries(show)) write(now[key] ?? "none");
    tip(x, 20, threshold, `${fixed(threshold, 2)}, accuracy ${fixed(now.accuracy)}`);
    const [[, falseSame], [falseDifferent]] = confusion, all = same.length + different.length;
    sentence.textContent = `Threshold ${fixed(threshold, 2)}: ${all - falseSame - falseDifferent} of ${all} pairs right, `
      + `${falseDifferent} same pairs missed, ${falseSame} different pairs called same.`;
  }
  return follow(model, el, draw);
}

export default { render };
