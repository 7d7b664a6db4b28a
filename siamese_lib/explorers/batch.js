// The modified triplet loss of one batch: matrix, lines, table.

// What row i adds to the loss. Every off-diagonal entry is a negative; L2 takes the largest of
// them, with "closest" only of those that are not above the positive.
export function rowLoss(row, i, margin, negatives) {
  const others = row.filter((_, j) => j !== i);
  const meanNegative = others.reduce((sum, s) => sum + s, 0) / others.length;
  const allowed = negatives === "closest" ? others.filter((s) => s <= row[i]) : others;
  const chosen = allowed.length ? Math.max(...allowed) : null;
  const hinge = (negative) => Math.max(negative - row[i] + margin, 0);
  const l1 = hinge(meanNegative), l2 = chosen === null ? 0 : hinge(chosen);
  return { meanNegative, chosen, l1, l2, loss: l1 + l2 };
}

export function batchLoss(similarity, margin, negatives, reduction) {
  const losses = similarity.map((row, i) => rowLoss(row, i, margin, negatives).loss);
  const sum = losses.reduce((a, b) => a + b, 0);
  return reduction === "sum" ? sum : sum / losses.length;
}

const STEP = 0.1; // an arrow's step; the slider has finer ones

function radios(parent, legend, words, choose) {
  const set_ = html(parent, "fieldset", { class: "siamese-radios" });
  html(set_, "legend", {}, legend);
  const group = unique("radio");
  const inputs = words.map((word) => {
    const label = html(set_, "label");
    const input = html(label, "input", { type: "radio", name: group, value: word });
    label.append(` ${word}`);
    input.addEventListener("change", () => choose(word));
    return input;
  });
  set_.addEventListener("keydown", (event) => event.stopPropagation());
  return (word) => { for (const input of inputs) input.checked = input.value === word; };
}

function button(parent, text, press) {
  html(parent, "button", { type: "button", class: "siamese-button" }, text).addEventListener("click", press);
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const n = get("similarity").length;

  const written = (i, j, value) => get("similarity").map((row, r) => row.map((s, c) => (r === i && c === j ? value : s)));
  const choose = (row, column) => change(model, { row, column, entry: get("similarity")[row][column] });
  const write = (i, j, value) => change(model, { similarity: written(i, j, value), row: i, column: j, entry: value });
  const step = (i, j, by) => write(i, j, snap(clamp(get("similarity")[i][j] + by, -1, 1)));
  const start = (matrix) => change(model, { similarity: matrix, entry: matrix[get("row")][get("column")] });

  const options = html(el, "div", { class: "siamese-options" });
  el.insertBefore(options, panels);
  const showNegatives = radios(options, "L2 takes the", ["closest", "hardest"], (word) => change(model, { negatives: word }));
  const showReduction = radios(options, "over rows the", ["sum", "mean"], (word) => change(model, { reduction: word }));
  button(options, "start again", () => start(get("start")));
  if (n > 2) {
    button(options, "positive of row 2: -0.4", () => {
      start(get("start").map((row, i) => row.map((s, j) => (i === 2 && j === 2 ? -0.4 : s))));
    });
  }

  // The matrix.
  const matrix = panel(panels, "S: anchors in rows, click an entry");
  const left = 30, top = 30, side = 280 / n;
  for (let k = 0; k < n; k++) {
    svg(matrix, "text", { x: left + (k + 0.5) * side, y: 20, "text-anchor": "middle", class: "siamese-positive siamese-coloured" }, `P${k}`);
    svg(matrix, "text", { x: 14, y: top + (k + 0.5) * side + 5, "text-anchor": "middle", class: "siamese-anchor siamese-coloured" }, `A${k}`);
  }
  const cells = get("similarity").map((row, i) => row.map((_, j) => entryOf(i, j)));

  function entryOf(i, j) {
    const cell = svg(matrix, "g", {
      class: "siamese-cell", role: "spinbutton", transform: `translate(${left + j * side} ${top + i * side})`,
      "aria-label": `S row ${i}, column ${j}${i === j ? ", a positive" : ""}`, "aria-valuemin": -1, "aria-valuemax": 1,
    });
    const box = { x: 1.5, y: 1.5, width: side - 3, height: side - 3, rx: 4 };
    const parts = {
      cell, tint: svg(cell, "rect", box),
      frame: svg(cell, "rect", { ...box, class: i === j ? "siamese-framed siamese-positive" : "siamese-framed" }),
      ring: svg(cell, "ellipse", { cx: side / 2, cy: side / 2, rx: side * 0.36, ry: side * 0.27, class: "siamese-ring siamese-negative" }),
      stroke: svg(cell, "path", { d: `M${side * 0.15} ${side * 0.85}L${side * 0.85} ${side * 0.15}`, class: "siamese-out" }),
      text: svg(cell, "text", { x: side / 2, y: side / 2 + 5, "text-anchor": "middle" }),
      arrows: svg(cell, "g", { class: "siamese-arrows" }),
    };
    for (const [sign, y] of [[1, side * 0.14], [-1, side * 0.86]]) {
      const arrow = svg(parts.arrows, "g", { class: "siamese-arrow", transform: `translate(${side / 2} ${y})` });
      svg(arrow, "rect", { x: -side / 2 + 2, y: -side * 0.13, width: side - 4, height: side * 0.26, fill: "transparent" });
      svg(arrow, "path", { d: `M-7 ${4 * sign}L0 ${-4 * sign}L7 ${4 * sign}z` });
      arrow.addEventListener("click", () => step(i, j, sign * STEP));
    }
    cell.addEventListener("pointerdown", (event) => { event.preventDefault(); cell.focus({ preventScroll: true }); choose(i, j); });
    cell.addEventListener("focus", () => { if (get("row") !== i || get("column") !== j) choose(i, j); });
    cell.addEventListener("keydown", (event) => {
      const [right, up] = ARROWS[event.key] ?? [];
      if (right === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (up) step(i, j, STEP * up);
      else {
        const next = (i * n + j + right + n * n) % (n * n);
        cells[Math.floor(next / n)][next % n].cell.focus({ preventScroll: true });
      }
    });
    return parts;
  }

  // Each row on the line of similarities.
  const lines = panel(panels, "Each row on the line from -1 to 1");
  const on = plane(lines, { x: [-1, 1], y: [0, n], box: [30, 10, 280, 264], xticks: [-1, -0.5, 0, 0.5, 1], yticks: [], xlabel: "similarity", ylabel: "" });
  const rows = get("similarity").map((row, i) => {
    const y = on.y(n - i - 0.5), height = 0.28 * (264 / n);
    svg(lines, "text", { x: 14, y: y + 5, "text-anchor": "middle", class: "siamese-anchor siamese-coloured" }, `A${i}`);
    const zone = svg(lines, "rect", { y: y - height, height: 2 * height, class: "siamese-tint siamese-accent" });
    svg(lines, "path", { d: `M${on.x(-1)} ${y}H${on.x(1)}`, class: "siamese-guide" });
    const negatives = row.map(() => svg(lines, "circle", { cy: y, r: 5, class: "siamese-disc siamese-negative" }));
    const ring = svg(lines, "circle", { cy: y, r: 10, class: "siamese-ring siamese-negative" });
    const mean = svg(lines, "path", { class: "siamese-mean siamese-negative" });
    const positive = svg(lines, "path", { class: "siamese-disc siamese-positive" });
    return { y, height, zone, negatives, ring, mean, positive };
  });

  legend(lines.parentElement, [
    { role: "positive", mark: "◆", name: "positive" }, { role: "negative", mark: "●", name: "negative" },
    { role: "negative", mark: "┃", name: "mean negative" }, { role: "negative", mark: "◎", name: "chosen negative" },
    { role: "accent", mark: "▮", name: "where a negative costs" },
  ]);

  const figure = html(panels, "figure", { class: "siamese-panel siamese-wide", tabindex: 0 }); // it may scroll
  html(figure, "figcaption", {}, "The loss of each row");
  const table = html(figure, "table", { class: "siamese-table" });
  const head = html(html(table, "thead"), "tr");
  for (const name of ["row", "positive", "mean negative", "chosen negative", "L1", "L2", "L1 + L2"]) html(head, "th", { scope: "col" }, name);
  const body = html(table, "tbody");
  const parts = get("similarity").map((_, i) => {
    const line = html(body, "tr");
    html(line, "th", { scope: "row" }, `A${i}`);
    return ["positive", "mean negative", "chosen negative", "L1", "L2", "L1 + L2"].map((name) => {
      const output = html(html(line, "td"), "output", { "aria-label": `${name} of row ${i}`, "aria-live": "off" });
      return (value) => {
        setText(output, value === null ? "none" : fixed(value));
        set(output, { "data-value": value });
      };
    });
  });
  const show = { total: readout(values, "loss"), l1: readout(values, "L1 of all rows"), l2: readout(values, "L2 of all rows") };

  // A step changes one row: the others are as they were drawn.
  const drawn = [];
  function rowPart(i) {
    const key = [...get("similarity")[i], get("margin"), get("negatives"), get("row") === i ? get("column") : -1].join();
    if (drawn[i]?.key !== key) drawn[i] = { key, part: drawRow(i) };
    return drawn[i].part;
  }

  function drawRow(i) {
    const row = get("similarity")[i], margin = get("margin"), part = rowLoss(row, i, margin, get("negatives"));
    const marked = part.chosen === null ? -1 : row.findIndex((s, j) => j !== i && s === part.chosen);
    const { y, height, zone, negatives, ring, mean, positive } = rows[i];
    const from = clamp(row[i] - margin, -1, 1);
    set(zone, { x: on.x(from), width: Math.max(on.x(1) - on.x(from), 0) });
    row.forEach((s, j) => {
      const leftOut = j !== i && get("negatives") === "closest" && s > row[i];
      drawCell(i, j, s, j === marked, leftOut);
      set(negatives[j], { cx: on.x(s), visibility: j === i ? "hidden" : "visible", opacity: leftOut ? 0.35 : 1 });
    });
    set(ring, { cx: marked < 0 ? 0 : on.x(part.chosen), visibility: marked < 0 ? "hidden" : "visible" });
    set(mean, { d: `M${on.x(part.meanNegative)} ${y - height}v${2 * height}` });
    set(positive, { d: `M${on.x(row[i])} ${y - 10}l9 10l-9 10l-9 -10z` });
    [row[i], part.meanNegative, part.chosen, part.l1, part.l2, part.loss].forEach((value, k) => parts[i][k](value));
    return part;
  }

  function drawCell(i, j, s, isMarked, leftOut) {
    const { cell, tint, ring, stroke, text, arrows, frame } = cells[i][j];
    const isChosen = get("row") === i && get("column") === j;
    set(tint, { class: `siamese-bars siamese-${s < 0 ? "below" : "above"}`, "fill-opacity": 0.5 * Math.abs(s) });
    for (const [node, isShown] of [[ring, isMarked], [stroke, leftOut], [arrows, isChosen]]) {
      set(node, { visibility: isShown ? "visible" : "hidden" });
    }
    frame.classList.toggle("siamese-chosen", isChosen);
    setText(text, fixed(s, 2));
    const said = isMarked ? ", the chosen negative" : leftOut ? ", left out" : "";
    set(cell, { "aria-valuenow": s, "aria-valuetext": fixed(s, 2) + said, tabindex: isChosen ? 0 : -1 });
  }

  const isApart = () => Math.abs(get("entry") - get("similarity")[get("row")][get("column")]) > 1e-9;

  function draw() {
    if (isApart()) return false; // slider and matrix are about to agree, see below
    const done = get("similarity").map((_, i) => rowPart(i));
    const over = (name) => done.reduce((sum, part) => sum + part[name], 0) / (get("reduction") === "sum" ? 1 : n);
    const total = batchLoss(get("similarity"), get("margin"), get("negatives"), get("reduction"));
    show.total(total);
    show.l1(over("l1"));
    show.l2(over("l2"));
    showNegatives(get("negatives"));
    showReduction(get("reduction"));
    const losing = done.map((part, i) => (part.loss > 1e-9 ? `A${i}` : "")).filter(Boolean);
    const which = losing.length ? `from ${losing.join(", ")}` : "every positive leads by the margin or more";
    sentence.textContent = `The ${get("reduction")} of the row losses is ${fixed(total)}: ${which}.`;
  }

  // The slider moves the chosen entry; whoever sets the matrix moves the slider. After the event:
  // a set inside a change event would swallow the event that draws.
  const takeEntry = () => {
    const [i, j] = [get("row"), get("column")], value = snap(get("entry"));
    if (isApart()) change(model, { similarity: written(i, j, value), entry: value });
  };
  const fromSlider = () => queueMicrotask(takeEntry);
  const fromMatrix = () => queueMicrotask(() => {
    const value = get("similarity")[get("row")][get("column")];
    if (isApart()) change(model, { entry: value });
  });
  model.on("change:entry", fromSlider);
  model.on("change:similarity change:row change:column", fromMatrix);
  takeEntry(); // the slider may have rounded the first value before this picture was there
  const stop = follow(model, el, draw);
  return () => {
    model.off("change:entry", fromSlider);
    model.off("change:similarity change:row change:column", fromMatrix);
    stop();
  };
}

export default { render };
