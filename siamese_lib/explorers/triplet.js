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
const TICKS = [-1, -0.5, 0, 0.5, 1];

function drawCircle(parent) {
  const centre = 160, radius = 118;
  svg(parent, "circle", { cx: centre, cy: centre, r: radius, class: "siamese-guide" });
  // A points up; P is drawn to its left, N to its right, at the angles of their cosines.
  const angle = (cosine, side) => Math.PI / 2 + side * Math.acos(clamp(cosine, -1, 1));
  const place = (a, length = 1) => [centre + length * radius * Math.cos(a), centre - length * radius * Math.sin(a)];
  return { centre, angle, place };
}

function arrow(parent, tip) {
  const shaft = svg(parent, "path", { class: "siamese-step", "marker-end": `url(#${tip.id})` });
  return (from, along, length) => {
    const [x, y] = from, [dx, dy] = along;
    shaft.setAttribute("visibility", length > 2 ? "visible" : "hidden");
    shaft.setAttribute("d", `M${x} ${y}L${x + dx * length} ${y + dy * length}`);
  };
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const move = (name, by) => change(model, { [name]: snap(clamp(get(name) + 0.01 * by, -1, 1)) });

  const left = panel(panels, "The vectors and their next step");
  const tip = svg(svg(left, "defs"), "marker", {
    id: unique("tip"), viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 5, markerHeight: 5, orient: "auto",
  });
  svg(tip, "path", { d: "M0 0L8 4L0 8z", fill: "currentColor" });
  const { centre, angle, place } = drawCircle(left);
  const lines = {};
  for (const role of ["anchor", "positive", "negative"]) {
    lines[role] = svg(left, "line", { x1: centre, y1: centre, class: `siamese-vector siamese-${role}` });
  }
  set(lines.anchor, { x2: place(Math.PI / 2)[0], y2: place(Math.PI / 2)[1] });
  const stepP = arrow(left, tip), stepN = arrow(left, tip);
  const anchorTip = svg(left, "g", {
    class: "siamese-handle siamese-anchor", transform: `translate(${place(Math.PI / 2)})`,
  });
  svg(anchorTip, "circle", { r: 11, class: "siamese-disc" });
  svg(anchorTip, "text", { y: 4.5, "text-anchor": "middle" }, "A");
  const tipOf = (name, label, letter, role) => handle(left, {
    name: label, letter, role,
    drag: (x, y) => change(model, { [name]: snap((centre - y) / (Math.hypot(x - centre, y - centre) || 1)) }),
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
  const rest = svg(square, "path", { class: "siamese-tint siamese-positive" });
  svg(square, "path", { d: `M${at.x(-1)} ${at.y(-1)}L${at.x(1)} ${at.y(1)}`, class: "siamese-guide" });
  const border = svg(square, "path", { class: "siamese-border" });
  const names = ["hard", "semi-hard", "easy"].map((kind) => svg(square, "text", { "text-anchor": "middle", class: "siamese-region" }, kind));
  const point = handle(square, {
    name: "triplet in the square, left and right cos(A,P), up and down cos(A,N)", letter: "", role: "ink",
    drag: (x, y) => change(model, { cos_ap: snap(clamp(at.fromX(x), -1, 1)), cos_an: snap(clamp(at.fromY(y), -1, 1)) }),
    step: (right, up) => { move("cos_ap", right); move("cos_an", up); },
  });

  const curve = panel(panels, "The hinge");
  const on = plane(curve, { x: [-2, 2], y: [0, 4], xticks: [-2, -1, 0, 1, 2], yticks: [0, 1, 2, 3, 4], xlabel: "cos(A,N) - cos(A,P)", ylabel: "loss" });
  const hinge = svg(curve, "path", { class: "siamese-curve siamese-accent" });
  const drop = svg(curve, "path", { class: "siamese-guide" });
  const dot = svg(curve, "circle", { r: 8, class: "siamese-disc siamese-ink" });

  const show = {
    loss: readout(values, "loss"), kind: readout(values, "kind"),
    cosAP: readout(values, "cos(A,P)", "positive"), cosAN: readout(values, "cos(A,N)", "negative"),
  };

  function draw() {
    const cosAP = get("cos_ap"), cosAN = get("cos_an"), margin = get("margin");
    const loss = tripletLoss(cosAP, cosAN, margin), kind = tripletKind(cosAP, cosAN, margin);

    const angleP = angle(cosAP, 1), angleN = angle(cosAN, -1);
    const [xP, yP] = place(angleP), [xN, yN] = place(angleN);
    set(lines.positive, { x2: xP, y2: yP });
    set(lines.negative, { x2: xN, y2: yN });
    tipP(xP, yP, cosAP, fixed(cosAP, 2));
    tipN(xN, yN, cosAN, fixed(cosAN, 2));
    // The gradient of a cosine along the circle is the sine of its angle: P is drawn towards A,
    // N is pushed away from it, and neither moves where the loss is 0.
    const strength = loss > 0 ? 60 : 0;
    stepP([xP, yP], [Math.sin(angleP), Math.cos(angleP)], strength * Math.sin(angleP - Math.PI / 2));
    stepN([xN, yN], [Math.sin(angleN), Math.cos(angleN)], strength * Math.sin(Math.PI / 2 - angleN));

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
