// The triplet loss: circle, heat map, hinge.

const ROUNDING = 1e-9; // 0.6 - 0.25 is not quite 0.35; a tie of the shown numbers is a tie

export function tripletLoss(cosAP, cosAN, margin) {
  const loss = cosAN - cosAP + margin;
  return loss > ROUNDING ? loss : 0;
}

export function tripletKind(cosAP, cosAN, margin) {
  if (cosAN >= cosAP - ROUNDING) return "hard";
  return tripletLoss(cosAP, cosAN, margin) > 0 ? "semi-hard" : "easy";
}

const MEANING = {
  "easy": "easy: N is farther from A than P by the margin or more, nothing is left to learn",
  "semi-hard": "semi-hard: P is nearer than N, but by less than the margin",
  "hard": "hard: N is at least as near to A as P is",
};
const STRENGTH = 50; // pixels of the arrow of a vector that is pulled with force 1

// How a step against the gradient turns each vector, counter-clockwise above 0, with A pointing up, P
// to its left and N to its right. The gradient of a cosine along the circle is the sine of its angle:
// P is drawn towards A, N is pushed away, A itself goes to P and away from N; at loss 0 all rest.
export function turns(cosAP, cosAN, margin) {
  if (tripletLoss(cosAP, cosAN, margin) === 0) return { anchor: 0, positive: 0, negative: 0 };
  const sine = (cosine) => Math.sqrt(Math.max(1 - cosine ** 2, 0));
  return { anchor: sine(cosAP) + sine(cosAN), positive: -sine(cosAP), negative: -sine(cosAN) };
}

// A points up; P is drawn to its left, N to its right, at the angles of their cosines.
const UP = Math.PI / 2;
const angleOf = (cosine, side) => UP + side * Math.acos(clamp(cosine, -1, 1));

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const move = (name, by) => change(model, { [name]: snap(clamp(get(name) + 0.01 * by, -1, 1)) });

  const left = panel(panels, "The vectors and their next step");
  const tip = arrowTip(left);
  unitCircle(left);
  const lines = {}, steps = {};
  for (const role of ["anchor", "positive", "negative"]) {
    lines[role] = svg(left, "line", { x1: CENTRE, y1: CENTRE, class: `siamese-vector siamese-${role}` });
    steps[role] = stepArrow(left, tip, role);
  }
  const [topX, topY] = place(UP);
  set(lines.anchor, { x2: topX, y2: topY });
  set(disc(left, "A", "anchor"), { transform: `translate(${topX} ${topY})` });
  const tipOf = (name, label, letter, role) => handle(left, {
    name: label, letter, role,
    drag: (x, y) => change(model, { [name]: snap((CENTRE - y) / (Math.hypot(x - CENTRE, y - CENTRE) || 1)) }),
    step: (right, up) => move(name, right || up),
  });
  const tipP = tipOf("cos_ap", "P on the circle, cos(A,P)", "P", "positive");
  const tipN = tipOf("cos_an", "N on the circle, cos(A,N)", "N", "negative");

  const square = panel(panels, "Loss over both cosines");
  const at = plane(square, { x: [-1, 1], y: [-1, 1], xticks: TICKS, yticks: TICKS, xlabel: "cos(A,P)", ylabel: "cos(A,N)" });
  // The loss is constant along the diagonal, so its heat map is one linear gradient across it.
  const heat = svg(svg(square, "defs"), "linearGradient", { id: unique("heat"), gradientUnits: "userSpaceOnUse" });
  svg(heat, "stop", { offset: 0, class: "siamese-heat", "stop-opacity": 0.12 });
  svg(heat, "stop", { offset: 1, class: "siamese-heat", "stop-opacity": 0.95 });
  const active = svg(square, "path", { fill: `url(#${heat.id})` });
  const rest = svg(square, "path", { class: "siamese-tint siamese-below" });
  svg(square, "path", { d: `M${at.x(-1)} ${at.y(-1)}L${at.x(1)} ${at.y(1)}`, class: "siamese-guide" });
  const border = svg(square, "path", { class: "siamese-border" });
  const names = ["hard", "semi-hard", "easy"].map((kind) => svg(square, "text", { "text-anchor": "middle", class: "siamese-region" }, kind));
  const point = handle(square, {
    name: "triplet in the square, left and right cos(A,P), up and down cos(A,N)", letter: "", role: "ink",
    drag: (x, y) => change(model, { cos_ap: snap(clamp(at.fromX(x), -1, 1)), cos_an: snap(clamp(at.fromY(y), -1, 1)) }),
    step: (right, up) => { move("cos_ap", right); move("cos_an", up); },
  });

  const hinges = panel(panels, "The hinge"), hingeAxes = svg(hinges, "g");
  const hinge = svg(hinges, "path", { class: "siamese-curve siamese-ink" });
  const drop = svg(hinges, "path", { class: "siamese-guide" });
  const dot = svg(hinges, "circle", { r: 8, class: "siamese-disc siamese-ink" });
  // The loss reaches 2 + margin, and the axis the whole number above.
  let on, highest = 0;
  function fitHinge(margin) {
    if (highest === Math.ceil(2 + margin)) return;
    highest = Math.ceil(2 + margin);
    hingeAxes.replaceChildren();
    on = plane(hingeAxes, { x: [-2, 2], y: [0, highest], xticks: [-2, -1, 0, 1, 2], yticks: ticks(0, highest, highest), xlabel: "cos(A,N) - cos(A,P)", ylabel: "loss" });
  }

  const show = {
    loss: readout(values, "loss"), kind: readout(values, "kind"),
    cosAP: readout(values, "cos(A,P)", "positive"), cosAN: readout(values, "cos(A,N)", "negative"),
  };

  function draw() {
    const cosAP = get("cos_ap"), cosAN = get("cos_an"), margin = get("margin");
    const loss = tripletLoss(cosAP, cosAN, margin), kind = tripletKind(cosAP, cosAN, margin);

    const angles = { anchor: UP, positive: angleOf(cosAP, 1), negative: angleOf(cosAN, -1) };
    const [xP, yP] = place(angles.positive), [xN, yN] = place(angles.negative);
    set(lines.positive, { x2: xP, y2: yP });
    set(lines.negative, { x2: xN, y2: yN });
    tipP(xP, yP, cosAP, fixed(cosAP, 2));
    tipN(xN, yN, cosAN, fixed(cosAN, 2));
    for (const [role, turn] of Object.entries(turns(cosAP, cosAN, margin))) {
      steps[role](angles[role], STRENGTH * turn);
    }

    // Corners of the zero-loss region, cos(A,N) <= cos(A,P) - margin, and of the rest.
    const x = at.x, y = at.y, m = margin;
    rest.setAttribute("d", `M${x(m - 1)} ${y(-1)}L${x(1)} ${y(1 - m)}L${x(1)} ${y(-1)}z`);
    active.setAttribute("d", `M${x(-1)} ${y(-1)}L${x(m - 1)} ${y(-1)}L${x(1)} ${y(1 - m)}L${x(1)} ${y(1)}L${x(-1)} ${y(1)}z`);
    border.setAttribute("d", `M${x(m - 1)} ${y(-1)}L${x(1)} ${y(1 - m)}`);
    set(heat, { x1: x(m / 2), y1: y(-m / 2), x2: x(-1), y2: y(1) });
    set(names[0], { x: x(-0.45), y: y(0.45) });
    set(names[1], { x: x(m / 4), y: y(-m / 4) + 4, transform: `rotate(-45 ${x(m / 4)} ${y(-m / 4)})`, visibility: m >= 0.15 ? "visible" : "hidden" });
    set(names[2], { x: x((1 + m / 2) / 2 + 0.02), y: y(-(1 + m / 2) / 2) + 4, visibility: m <= 1.4 ? "visible" : "hidden" });
    point(x(cosAP), y(cosAN), cosAP, `cos(A,P) ${fixed(cosAP, 2)}, cos(A,N) ${fixed(cosAN, 2)}, loss ${fixed(loss)}`);

    fitHinge(m);
    const difference = cosAN - cosAP;
    hinge.setAttribute("d", `M${on.x(-2)} ${on.y(0)}L${on.x(-m)} ${on.y(0)}L${on.x(2)} ${on.y(2 + m)}`);
    drop.setAttribute("d", `M${on.x(difference)} ${on.y(0)}V${on.y(loss)}H${on.x(-2)}`);
    set(dot, { cx: on.x(difference), cy: on.y(loss) });

    show.loss(loss);
    show.kind(kind);
    show.cosAP(cosAP);
    show.cosAN(cosAN);
    sentence.textContent = `Loss ${fixed(loss)}, ${MEANING[kind]}.`;
  }
  return follow(model, el, draw);
}

export default { render };
