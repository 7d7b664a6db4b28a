// A batch becomes its matrix: unit vectors on the circle, and their products entry by entry.

const radians = (degrees) => (degrees * Math.PI) / 180;

// The unit vector at so many degrees, a row of v1 or v2.
export function rowAt(degrees) {
  return [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
}

// S[i][j] = v1[i] . v2[j], here of vectors given by their directions in degrees.
export function similarities(v1, v2) {
  return v1.map((a) => v2.map((p) => rowAt(a).reduce((sum, value, k) => sum + value * rowAt(p)[k], 0)));
}

const term = (value) => (fixed(value, 2).startsWith("-") ? `(${fixed(value, 2)})` : fixed(value, 2));
const said = (row) => `(${row.map((value) => fixed(value, 2)).join(", ")})`;

function sentenceOf(i, j, a, p, s) {
  const terms = a.map((value, k) => `${term(value)} · ${term(p[k])}`).join(" + ");
  return `S[${i}, ${j}] = v1[${i}] · v2[${j}] = ${terms} = ${fixed(s, 2)}.`;
}

// Both lists on the circle. Returns draw(v1, v2, i, j), which brings out A of row i and P of row j.
function circlePanel(panels, model) {
  const circle = panel(panels, "The rows of v1 (A) and of v2 (P)");
  unitCircle(circle);
  const shade = shadow(circle, "positive");
  const lists = [["v1", "A", "anchor"], ["v2", "P", "positive"]].map(([list, letter, role]) => {
    const angles = () => model.get(list);
    const turn = (k, degrees) => change(model, { [list]: angles().map((old, i) => (i === k ? degrees : old)) });
    const lines = angles().map(() => svg(circle, "line", { x1: CENTRE, y1: CENTRE, class: `siamese-vector siamese-${role}` }));
    return { list, letter, role, angles, turn, lines };
  });
  for (const one of lists) {
    one.tips = one.angles().map((_, k) => handle(circle, {
      name: `direction of ${one.letter}${k} in degrees`, letter: `${one.letter}${k}`, role: one.role, min: -180, max: 180,
      drag: (x, y) => one.turn(k, degreesOf(angleAt(x, y))),
      step: (right, up) => one.turn(k, degreesOf(radians(one.angles()[k]) + turnOf(right, up))),
    }));
  }
  legend(circle.parentElement, [{ role: "positive", mark: "▬", name: "the shadow of one on the other: their entry" }]);
  return (i, j) => {
    lists.forEach(({ angles, lines, tips }, side) => angles().forEach((degrees, k) => {
      const [x, y] = place(radians(degrees));
      set(lines[k], { x2: x, y2: y, "stroke-opacity": k === [i, j][side] ? 1 : 0.2 });
      tips[k](x, y, degrees, `${degrees} degrees`);
    }));
    const a = radians(lists[0].angles()[i]), p = radians(lists[1].angles()[j]);
    shade(a, p, Math.sin(p - a) < 0 ? -1 : 1);
  };
}

// The matrix. choose(i, j) is called where an entry gets the focus or a press.
function matrixPanel(panels, n, choose) {
  const matrix = panel(panels, "S = v1 v2ᵀ, click an entry");
  const left = 30, top = 30, side = 280 / n;
  for (let k = 0; k < n; k++) {
    svg(matrix, "text", { x: left + (k + 0.5) * side, y: 20, "text-anchor": "middle", class: "siamese-positive siamese-coloured" }, `P${k}`);
    svg(matrix, "text", { x: 14, y: top + (k + 0.5) * side + 5, "text-anchor": "middle", class: "siamese-anchor siamese-coloured" }, `A${k}`);
  }
  const cells = Array.from({ length: n * n }, (_, k) => {
    const i = Math.floor(k / n), j = k % n, box = { x: 1.5, y: 1.5, width: side - 3, height: side - 3, rx: 4 };
    const cell = svg(matrix, "g", { class: "siamese-cell", role: "button", transform: `translate(${left + j * side} ${top + i * side})` });
    const tint = svg(cell, "rect", box);
    const frame = svg(cell, "rect", { ...box, class: i === j ? "siamese-framed siamese-positive" : "siamese-framed" });
    const text = svg(cell, "text", { x: side / 2, y: side / 2 + 5, "text-anchor": "middle" });
    cell.addEventListener("pointerdown", (event) => { event.preventDefault(); cell.focus({ preventScroll: true }); choose(k); });
    cell.addEventListener("focus", () => choose(k));
    cell.addEventListener("keydown", (event) => {
      const [right, up] = ARROWS[event.key] ?? [];
      if (!Number.isFinite(right) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      cells[(k + right - Math.sign(up) * n + n * n) % (n * n)].cell.focus({ preventScroll: true });
    });
    return { cell, tint, frame, text };
  });
  return (s, entry, filled) => cells.forEach(({ cell, tint, frame, text }, k) => {
    const i = Math.floor(k / n), j = k % n, value = s[i][j], isFilled = k < filled;
    set(tint, { class: `siamese-bars siamese-${value < 0 ? "below" : "above"}`, "fill-opacity": isFilled ? 0.5 * Math.abs(value) : 0 });
    setText(text, isFilled ? fixed(value, 2) : "");
    frame.classList.toggle("siamese-chosen", k === entry);
    set(cell, { "aria-label": `S row ${i}, column ${j}: ${isFilled ? fixed(value, 2) : "not filled yet"}`, tabindex: k === entry ? 0 : -1 });
  });
}

// The numbers of both lists. Returns draw(v1, v2, i, j).
function rowsTable(panels, n) {
  const figure = html(panels, "figure", { class: "siamese-panel" });
  html(figure, "figcaption", {}, "Their numbers");
  const table = html(figure, "table", { class: "siamese-table" });
  const head = html(html(table, "thead"), "tr"), body = html(table, "tbody");
  for (const name of ["row", "v1", "v2"]) html(head, "th", { scope: "col" }, name);
  const rows = Array.from({ length: n }, (_, k) => {
    const line = html(body, "tr");
    html(line, "th", { scope: "row" }, String(k));
    return ["anchor", "positive"].map((role) => html(line, "td", { class: `siamese-${role}` }));
  });
  return (lists, chosen) => rows.forEach((row, k) => row.forEach((cell, side) => {
    setText(cell, said(rowAt(lists[side][k])));
    cell.classList.toggle("siamese-picked", k === chosen[side]);
  }));
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name), n = get("v1").length;
  const controls = html(el, "div", { class: "siamese-options" });
  el.insertBefore(controls, values);
  const go = (filled) => change(model, { filled, entry: filled - 1 });
  const stopPlayer = player(controls, {
    next: () => go(get("filled") + 1), rewind: () => go(1), isLast: () => get("filled") === n * n,
    heard: (aloud) => sentence.setAttribute("aria-live", aloud ? "polite" : "off"),
  });
  const drawCircle = circlePanel(panels, model);
  const drawMatrix = matrixPanel(panels, n, (entry) => {
    if (entry !== get("entry")) change(model, { entry, filled: Math.max(get("filled"), entry + 1) });
  });
  const drawRows = rowsTable(panels, n), showEntry = readout(values, "chosen entry");

  function draw() {
    const v1 = get("v1"), v2 = get("v2"), entry = get("entry"), s = similarities(v1, v2);
    const i = Math.floor(entry / n), j = entry % n;
    drawCircle(i, j);
    drawMatrix(s, entry, get("filled"));
    drawRows([v1, v2], [i, j]);
    showEntry(s[i][j], 2);
    sentence.textContent = sentenceOf(i, j, rowAt(v1[i]), rowAt(v2[j]), s[i][j]);
  }
  // The slider moves what is filled, and with it the entry that is shown. After the event: a set
  // inside a change event would swallow the event that draws.
  const showLast = () => queueMicrotask(() => {
    if (get("entry") !== get("filled") - 1) change(model, { entry: get("filled") - 1 });
  });
  model.on("change:filled", showLast);
  const leave = follow(model, el, draw);
  return () => {
    model.off("change:filled", showLast);
    stopPlayer();
    leave();
  };
}

export default { render };
