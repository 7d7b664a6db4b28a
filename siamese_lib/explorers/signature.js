// Signatures: sign three times, enrol them, let somebody forge; the encoder in this page compares.

const NEEDED = 3;
const MOST = 5; // enrolled, and tries kept

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const weights = tensors(get("weights"));

  const left = html(panels, "figure", { class: "siamese-panel siamese-signed" });
  html(left, "figcaption", {}, "Sign here");
  const pad = html(left, "canvas", {
    class: "siamese-pad siamese-line", width: 2 * WIDTH, height: 2 * HEIGHT, tabindex: 0, role: "application",
    "aria-label": "signature pad: arrow keys move the pen, space puts it down or lifts it, Escape clears",
  });
  const rows = [html(left, "div", { class: "siamese-options" }), html(left, "div", { class: "siamese-options" })];
  const press = (row, text, action) => html(rows[row], "button", { type: "button", class: "siamese-button" }, text)
    .addEventListener("click", action);
  press(0, "enrol", enrol);
  press(0, "check", check);
  press(0, "clear", clear);
  press(0, "start over", startOver);
  html(rows[1], "span", {}, "No pointer at hand?");
  press(1, "a genuine one", () => prepared("genuine"));
  press(1, "a forgery", () => prepared("forged"));

  const right = html(panels, "figure", { class: "siamese-panel" });
  html(right, "figcaption", {}, "Enrolled, and what was tried since");
  const shelf = html(right, "div", { class: "siamese-shelf" });
  const scale = svg(right, "svg", { viewBox: "0 0 320 120", role: "img", "aria-label": "energies of the tries and the threshold" });
  const at = plane(scale, {
    x: [0, 1.5], y: [0, 1], box: [14, 8, 292, 60], xticks: [0, 0.5, 1, 1.5], yticks: [], xlabel: "energy: mean distance to those enrolled", ylabel: "",
  });
  const limit = svg(scale, "path", { class: "siamese-curve siamese-anchor" });
  const dots = Array.from({ length: MOST }, () => svg(scale, "circle", { r: 6 }));
  const numbers = dots.map(() => svg(scale, "text", { "text-anchor": "middle" }));
  const show = { enrolled: readout(values, "enrolled"), energy: readout(values, "energy"),
    verdict: readout(values, "verdict"), seconds: readout(values, "seconds to sign") };

  const strokes = [], pen = { x: WIDTH / 5, y: HEIGHT / 2, down: false, seen: false };
  const context = pad.getContext("2d"), known = new Map(), next = { genuine: 0, forged: 0 };
  let problem = "", news = "", began = null, seconds = 0;

  function repaint() {
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    [context.lineWidth, context.strokeStyle] = [2.5, "#111"];
    trace(context, strokes);
    if (!pen.seen) return;
    [context.lineWidth, context.strokeStyle] = [2, "#767676"];
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 4 : 8, 0, 7);
    context.stroke();
  }
  const pictures = () => {
    const bytes = bytesOf(get("enrolled"));
    return Array.from({ length: bytes.length / SIDE ** 2 }, (_, k) => bytes.subarray(k * SIDE ** 2, (k + 1) * SIDE ** 2));
  };
  function vectorOf(picture) {
    const key = String.fromCharCode(...picture);
    if (!known.has(key)) known.set(key, embed(weights, Array.from(picture, (byte) => byte / 255)));
    return known.get(key);
  }
  function refused(isCheck) {
    [problem, news] = [problemWith(strokes, pictures().length, isCheck, NEEDED), ""];
    if (problem) say();
    return problem !== "";
  }
  function enrol() {
    if (refused(false)) return;
    const kept = [...pictures(), rasterise(strokes)].slice(-MOST), bytes = new Uint8Array(kept.length * SIDE ** 2);
    kept.forEach((picture, k) => bytes.set(picture, k * SIDE ** 2));
    news = `Enrolled ${kept.length}${kept.length < NEEDED ? ` of ${NEEDED}: sign again` : ": now sign once more, or let somebody forge, and check"}.`;
    empty();
    change(model, { enrolled: new DataView(bytes.buffer), tries: [] });
  }
  function check() {
    if (refused(true)) return;
    const energy = energyOf(pictures().map(vectorOf), vectorOf(rasterise(strokes)));
    change(model, { tries: [...get("tries"), energy].slice(-MOST) });
    say();
  }
  function empty() {
    strokes.length = 0;
    [pen.down, began, seconds] = [false, null, 0];
    repaint();
  }
  function clear() {
    empty();
    [problem, news] = ["", ""];
    draw();
  }
  function startOver() {
    clear();
    change(model, { enrolled: new DataView(new ArrayBuffer(0)), tries: [] });
  }
  function prepared(kind) {
    const all = get(kind);
    empty();
    const one = all[next[kind]++ % all.length];
    strokes.push(...one.strokes);
    seconds = one.seconds;
    [problem, news] = ["", kind === "genuine" ? "A genuine signature of a made-up writer: enrol it, or check it." : "The same name by another hand: check it."];
    pen.seen = false;
    repaint();
    draw();
  }

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const touch = () => {
    began ??= performance.now();
    seconds = (performance.now() - began) / 1000;
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pad.setPointerCapture(event.pointerId);
    pen.seen = false;
    touch();
    strokes.push([place(event)]);
    repaint();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    touch();
    strokes.at(-1).push(place(event));
    repaint();
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, draw);
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [rightward, up] = ARROWS[event.key] ?? [];
    if (event.key === "Escape") clear();
    else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) strokes.push([[pen.x, pen.y]]);
    } else if (Number.isFinite(rightward)) {
      pen.x = clamp(pen.x + 10 * rightward, 0, WIDTH);
      pen.y = clamp(pen.y - 10 * up, 0, HEIGHT);
      if (pen.down) strokes.at(-1).push([pen.x, pen.y]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    pen.seen = true;
    touch();
    repaint();
  });

  const accepts = (energy) => energy < get("threshold");
  function say() {
    const energy = get("tries").at(-1), limit = fixed(get("threshold"), 2);
    sentence.textContent = problem || (energy === undefined
      ? news || `Sign three times, enrolling each; then check a fourth, and a forgery. Enrolled: ${pictures().length}.`
      : `${news ? `${news} Last checked. ` : ""}${accepts(energy) ? "Accepted" : "Rejected"}: energy ${fixed(energy, 2)}, ${accepts(energy) ? "below" : "not below"} the threshold ${limit}.`);
  }
  function draw() {
    const tries = get("tries"), enrolled = pictures();
    while (shelf.children.length > enrolled.length) shelf.lastChild.remove();
    while (shelf.children.length < enrolled.length) html(shelf, "canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": "an enrolled signature" });
    enrolled.forEach((picture, k) => paint(shelf.children[k], picture));
    const x = at.x(get("threshold"));
    set(limit, { d: `M${x} 8v60` });
    dots.forEach((dot, k) => {
      const isUsed = k < tries.length, cx = isUsed ? at.x(Math.min(tries[k], 1.5)) : 0, cy = 20 + 9 * k;
      for (const node of [dot, numbers[k]]) node.style.display = isUsed ? "" : "none";
      set(dot, { cx, cy, class: `siamese-disc siamese-${isUsed && accepts(tries[k]) ? "positive" : "negative"}` });
      set(numbers[k], { x: cx + 14, y: cy + 4 });
      numbers[k].textContent = String(k + 1);
    });
    show.enrolled(enrolled.length, 0);
    show.energy(tries.length ? tries.at(-1) : "-");
    show.verdict(tries.length ? (accepts(tries.at(-1)) ? "accepted" : "rejected") : "-");
    show.seconds(strokes.length ? seconds : "-", 1);
    say();
  }
  repaint();
  return follow(model, el, draw);
}

export default { render };
