// Gradient steps on the cost -cos(A,P) + cos(A,N): three vectors that turn, and the cost beside them.

const dot = ([a, b], [c, d]) => a * c + b * d;
const cosineOf = (x, y) => dot(x, y) / (Math.hypot(...x) * Math.hypot(...y));

export function costOf([a, p, n]) {
  return cosineOf(a, n) - cosineOf(a, p);
}

// The gradient of cos(x, y) by x: y's direction, without the part of it that lies along x.
function cosineGradient(x, y) {
  const c = cosineOf(x, y), xx = Math.hypot(...x), yy = Math.hypot(...y);
  return [0, 1].map((k) => (y[k] / yy - (c * x[k]) / xx) / xx);
}

// A, P and N before the first step and after each: [step][A, P, N][x, y].
export function descend(start, rate, count) {
  const path = [start];
  for (let k = 0; k < count; k++) {
    const [a, p, n] = path.at(-1), move = (x, g) => x.map((value, i) => value - rate * g[i]);
    const toP = cosineGradient(a, p), toN = cosineGradient(a, n);
    path.push([
      move(a, toN.map((value, i) => value - toP[i])),
      move(p, cosineGradient(p, a).map((value) => -value)),
      move(n, cosineGradient(n, a)),
    ]);
  }
  return path;
}

const ROLES = ["anchor", "positive", "negative"], LETTERS = ["A", "P", "N"];

function sentenceOf(step, count, cost, length) {
  const which = Math.abs(cost) < 5e-4 ? "P and N are equally near to A"
    : cost < 0 ? "P is nearer to A than N" : "N is nearer to A than P";
  return `After ${step} of ${count} steps the cost is ${fixed(cost)}: ${which}. A has length ${fixed(length)}.`;
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name), count = get("count");
  const path = () => descend(get("start"), get("rate"), count);
  const go = (step) => change(model, { step: clamp(Math.round(step), 0, count) });
  // Whoever turns a vector makes a new start of the three as they now stand.
  const turn = (vectors, k, angle) => change(model, {
    step: 0,
    start: vectors.map((v, i) => {
      if (i !== k) return v;
      const degrees = degreesOf(angle) * Math.PI / 180, length = Math.hypot(...v);
      return [length * Math.cos(degrees), length * Math.sin(degrees)];
    }),
  });
  const now = () => path()[get("step")];
  const angleOf = ([x, y]) => Math.atan2(y, x);

  const circle = panel(panels, "The vectors, and the way they came");
  const ring = unitCircle(circle);
  const trails = ROLES.map((role) => svg(circle, "path", { class: `siamese-trail siamese-${role}` }));
  const lines = ROLES.map((role) => svg(circle, "line", { x1: CENTRE, y1: CENTRE, class: `siamese-vector siamese-${role}` }));
  const tips = ROLES.map((role, k) => handle(circle, {
    name: `direction of ${LETTERS[k]} in degrees, a new start`, letter: LETTERS[k], role, min: -180, max: 180,
    grab: now, drag: (x, y, vectors) => turn(vectors, k, angleAt(x, y)),
    step: (right, up) => turn(now(), k, angleOf(now()[k]) + turnOf(right, up)),
  }));
  html(circle.parentElement, "p", { class: "siamese-legend" }, "Drag a vector: it makes a new start.");

  const beside = panel(panels, "The cost of each step");
  const on = plane(beside, { x: [0, count], y: [-2, 2], xticks: ticks(0, count, 4), yticks: [-2, -1, 0, 1, 2], xlabel: "step", ylabel: "cost" });
  svg(beside, "path", { d: `M${on.x(0)} ${on.y(0)}H${on.x(count)}`, class: "siamese-guide" });
  const curve = svg(beside, "path", { class: "siamese-curve siamese-ink" });
  const point = handle(beside, {
    name: "step on the cost curve", letter: "", role: "ink", min: 0, max: count,
    drag: (x) => go(on.fromX(x)), step: (right, up) => go(get("step") + (right || up)),
  });

  const show = {
    step: readout(values, "step"), cost: readout(values, "cost"),
    cosAP: readout(values, "cos(A,P)", "positive"), cosAN: readout(values, "cos(A,N)", "negative"),
  };

  function draw() {
    const all = path(), step = get("step"), vectors = all[step], cost = costOf(vectors);
    // The circle of length 1, smaller where a vector of the start is longer than that.
    const unit = 1 / Math.max(1, ...get("start").map((v) => Math.hypot(...v)));
    set(ring, { r: RADIUS * unit });
    const at = (v) => place(angleOf(v), unit * Math.hypot(...v));
    vectors.forEach((v, k) => {
      const [x, y] = at(v), degrees = degreesOf(angleOf(v));
      set(lines[k], { x2: x, y2: y });
      set(trails[k], { d: all.slice(0, step + 1).map((old, i) => `${i ? "L" : "M"}${at(old[k]).map((z) => z.toFixed(2)).join(" ")}`).join("") });
      tips[k](x, y, degrees, `${degrees} degrees`);
    });
    set(curve, { d: all.map((old, i) => `${i ? "L" : "M"}${on.x(i).toFixed(2)} ${on.y(costOf(old)).toFixed(2)}`).join("") });
    point(on.x(step), on.y(cost), step, `step ${step}, cost ${fixed(cost)}`);
    const [a, p, n] = vectors;
    show.step(step, 0);
    show.cost(cost);
    show.cosAP(cosineOf(a, p));
    show.cosAN(cosineOf(a, n));
    sentence.textContent = sentenceOf(step, count, cost, Math.hypot(...a));
  }
  return follow(model, el, draw);
}

export default { render };
