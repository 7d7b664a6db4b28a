// One-shot: a pad to draw on, and the support set ranked by the kernel.

const SIDE = 28;    // pixels of a picture
const LONG = 18;    // of them, the longer side of the ink, as in load_glyphs
const PAD = 280;    // units of the pad
const STROKE = 2.2; // pixels of a stroke in the picture
const SHOWN = 8;    // classes listed
const PATIENCE = 3000; // ms without an answer, then the page says that no kernel listens

// Where the picture draws a point of the pad: the ink's box, centred, its longer side LONG.
export function placement(strokes) {
  const xs = strokes.flat().map((p) => p[0]), ys = strokes.flat().map((p) => p[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (LONG - STROKE) / Math.max(right - left, bottom - top, PAD / 10);
  return { scale, x: SIDE / 2 - (scale * (left + right)) / 2, y: SIDE / 2 - (scale * (top + bottom)) / 2 };
}

// The classes by falling similarity, at most `count` of them: [place in the list, similarity].
export function ranking(similarity, count) {
  return similarity.map((s, k) => [k, s]).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, count);
}

// What is said once a drawing is enrolled under a name, which is among the names or new to them.
export function enrolledAs(name, names) {
  return names.includes(name) ? `One more drawing of ${name}: its cosine is now the mean over all of them.`
    : `${name} is enrolled, from this one drawing. Press clear, then draw it again.`;
}

function trace(context, strokes) {
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] - 0.01, stroke[0][1]); // a canvas draws no line of length 0, and a click is a dot
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
}

function rasterise(strokes) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const { scale, x, y } = placement(strokes);
  context.setTransform(scale, 0, 0, scale, x, y);
  context.lineWidth = STROKE / scale;
  trace(context, strokes);
  const alpha = context.getImageData(0, 0, SIDE, SIDE).data.filter((_, k) => k % 4 === 3);
  return new DataView(Uint8Array.from(alpha).buffer);
}

function paint(canvas, bytes, place) {
  const context = canvas.getContext("2d"), image = context.createImageData(SIDE, SIDE);
  for (let k = 0; k < SIDE * SIDE; k++) {
    const paper = 255 - bytes.getUint8(place * SIDE * SIDE + k);
    image.data.set([paper, paper, paper, 255], 4 * k);
  }
  context.putImageData(image, 0, 0);
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  // None for an empty pad: an answer to what was there before may arrive after "clear".
  const answer = () => (get("drawing").byteLength ? get("similarity") : []);

  const left = html(panels, "figure", { class: "siamese-panel" });
  html(left, "figcaption", {}, "Draw a character");
  const pad = html(left, "canvas", {
    class: "siamese-pad", width: 2 * PAD, height: 2 * PAD, tabindex: 0, role: "application",
    "aria-label": "drawing pad: arrow keys move the pen, space puts it down or lifts it, Escape clears",
  });
  const controls = html(left, "div", { class: "siamese-options" });
  const press = (text, action) => {
    const node = html(controls, "button", { type: "button", class: "siamese-button" }, text);
    node.addEventListener("click", action);
    return node;
  };
  const name = html(controls, "input", {
    type: "text", class: "siamese-name", maxlength: 24, size: 10, placeholder: "name", "aria-label": "name of the class to enrol",
  });
  name.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") enrol();
  });
  press("enrol", enrol);
  press("clear", clear);

  const right = html(panels, "figure", { class: "siamese-panel siamese-ranked" });
  html(right, "figcaption", {}, "Support set, most similar first");
  const list = html(right, "ol", { class: "siamese-ranking" });
  const show = {
    best: readout(values, "closest", "positive"), similarity: readout(values, "its cosine"),
    lead: readout(values, "lead"), answer: readout(values, "answered in ms"),
  };

  // Pens: strokes in units of the pad. The keyboard's pen has a place and may be down.
  const strokes = [], pen = { x: PAD / 2, y: PAD / 2, down: false, seen: false };
  const context = pad.getContext("2d");
  let sent = 0, asked = null, silent = null, problem = "", promised = "", news = "";

  function repaint() {
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, PAD, PAD);
    context.lineWidth = PAD * STROKE / SIDE;
    context.strokeStyle = "#111";
    trace(context, strokes);
    if (!pen.seen) return;
    context.lineWidth = 2;
    context.strokeStyle = "#0072B2";
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 5 : 10, 0, 7);
    context.stroke();
  }
  function ask() {
    sent = performance.now();
    asked = get("answered");
    problem = "";
    clearTimeout(silent);
    silent = setTimeout(() => {
      if (asked !== get("answered")) return;
      problem = "No answer: Python compares the drawings, and no kernel listens. After a restart run the cell again.";
      say();
    }, PATIENCE);
  }
  function send() {
    if (!strokes.length) return;
    news = promised = "";
    ask();
    change(model, { drawing: rasterise(strokes) });
  }
  function clear() {
    strokes.length = 0;
    pen.down = false;
    problem = news = promised = "";
    clearTimeout(silent);
    repaint();
    change(model, { drawing: new DataView(new ArrayBuffer(0)), similarity: [] });
  }
  function enrol() {
    problem = !strokes.length ? "Draw a character first." : !name.value.trim() ? "Type a name first, then enrol." : "";
    if (problem) return say();
    ask();
    promised = enrolledAs(name.value.trim(), get("names"));
    model.send({ enrol: name.value.trim() });
  }

  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * PAD, ((event.clientY - box.top) / box.height) * PAD];
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pad.setPointerCapture(event.pointerId);
    pen.seen = false;
    strokes.push([at(event)]);
    repaint();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    strokes.at(-1).push(at(event));
    repaint();
  });
  pad.addEventListener("pointerup", send);
  pad.addEventListener("pointercancel", send);
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [rightward, up] = ARROWS[event.key] ?? [];
    if (event.key === "Escape") clear();
    else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) strokes.push([[pen.x, pen.y]]);
      else send();
    } else if (rightward !== undefined && Number.isFinite(rightward)) {
      pen.x = clamp(pen.x + 10 * rightward, 0, PAD);
      pen.y = clamp(pen.y - 10 * up, 0, PAD);
      if (pen.down) strokes.at(-1).push([pen.x, pen.y]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    pen.seen = true;
    repaint();
  });

  const rows = Array.from({ length: SHOWN }, () => {
    const row = html(list, "li");
    const picture = html(row, "canvas", { width: SIDE, height: SIDE, "aria-hidden": true });
    const label = html(row, "span", { class: "siamese-who" });
    const bar = html(html(row, "span", { class: "siamese-bar", "aria-hidden": true }), "span");
    const number = html(row, "output", { "aria-live": "off" });
    return { row, picture, label, bar, number };
  });

  function say() {
    const order = ranking(answer(), 2), names = get("names"), mine = get("enrolled");
    const known = `${names.length - mine} classes to begin with${mine ? `, ${mine} enrolled by you` : ""}`;
    sentence.textContent = problem || (!order.length ? `Draw a character: ${known}.`
      : news ? `${news} ${known}.` : `Closest is ${names[order[0][0]]}, cosine ${fixed(order[0][1], 2)}; ${known}.`);
  }

  let answers = get("answered");
  function draw() {
    const names = get("names"), similarity = answer(), support = get("support");
    // With no drawing the list shows the support set in its own order, the learner's classes first.
    const none = !similarity.length, first = names.length - get("enrolled");
    const order = none ? names.map((_, k) => [(k + first) % names.length, null]).slice(0, SHOWN) : ranking(similarity, SHOWN);
    rows.forEach(({ row, picture, label, bar, number }, k) => {
      row.hidden = k >= order.length;
      if (row.hidden) return;
      const [place, value] = order[k];
      paint(picture, support, place);
      label.textContent = names[place];
      row.classList.toggle("siamese-mine", place >= first);
      bar.style.width = `${100 * clamp(value ?? 0, 0, 1)}%`;
      number.textContent = value === null ? "" : fixed(value, 2);
      number.setAttribute("aria-label", `similarity of ${names[place]}`);
      number.dataset.value = value;
    });
    show.best(none ? "-" : names[order[0][0]]);
    show.similarity(none ? "-" : order[0][1]);
    show.lead(none || order.length < 2 ? "-" : order[0][1] - order[1][1]);
    if (answers !== get("answered")) {
      answers = get("answered");
      show.answer(performance.now() - sent, 0);
      [news, promised] = [promised || news, ""];
    }
    say();
  }
  show.answer("-");
  repaint();
  const stop = follow(model, el, draw);
  return () => {
    clearTimeout(silent);
    stop();
  };
}

export default { render };
