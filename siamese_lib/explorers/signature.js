// Signatures: sign three times, enrol them, let somebody forge; the encoder in this page compares.

const NEEDED = 3;
const MOST = 5; // enrolled, and tries kept

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const vectorOf = remembered(tensors(get("weights")));

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
    threshold: readout(values, "threshold"), verdict: readout(values, "verdict"),
    seconds: readout(values, "seconds to sign") };

  const next = { genuine: 0, forged: 0 };
  let problem = "", news = "", began = null, seconds = 0;
  const { strokes, replace } = drawOn(pad, {
    width: WIDTH, height: HEIGHT, start: [WIDTH / 5, HEIGHT / 2], line: 2.5, moved: touch, lifted: draw, cleared: clear,
  });
  function touch() {
    began ??= performance.now();
    seconds = (performance.now() - began) / 1000;
  }
  const pictures = () => cut(get("enrolled"), SIDE), signed = () => inked(strokes, placement(strokes), DRAWN);
  function refused(isCheck) {
    [problem, news] = [problemWith(strokes, pictures().length, isCheck, NEEDED), ""];
    if (problem) say();
    return problem !== "";
  }
  function enrol() {
    if (refused(false)) return;
    const kept = [...pictures(), signed()].slice(-MOST);
    news = `Enrolled ${kept.length}${kept.length < NEEDED ? ` of ${NEEDED}: sign again` : ": now sign once more, or let somebody forge, and check"}.`;
    empty();
    change(model, { enrolled: joined(kept), tries: [] });
  }
  function check() {
    if (refused(true)) return;
    const energy = energyOf(pictures().map(vectorOf), vectorOf(signed()));
    change(model, { tries: [...get("tries"), energy].slice(-MOST) });
    say();
  }
  function empty() {
    replace();
    [began, seconds] = [null, 0];
  }
  function clear() {
    empty();
    [problem, news] = ["", ""];
    draw();
  }
  function startOver() {
    clear();
    change(model, { enrolled: joined([]), tries: [] });
  }
  function prepared(kind) {
    const all = get(kind);
    const one = all[next[kind]++ % all.length];
    replace(one.strokes);
    [began, seconds] = [null, one.seconds];
    [problem, news] = ["", kind === "genuine" ? "A genuine signature of a made-up writer: enrol it, or check it." : "The same name by another hand: check it."];
    draw();
  }

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
    show.threshold(get("threshold"), 2);
    show.verdict(tries.length ? (accepts(tries.at(-1)) ? "accepted" : "rejected") : "-");
    show.seconds(strokes.length ? seconds : "-", 1);
    say();
  }
  return follow(model, el, draw);
}

export default { render };
