// The cost -cos(A,P) + cos(A,N): the unit circle, and the square of the two cosines.

export function cost(cosAP, cosAN) {
  return cosAN - cosAP;
}

// P and N stand on a given side of A, at the angle of their cosine.
export function angleOf(angleA, side, cosine) {
  return angleA + side * Math.acos(clamp(cosine, -1, 1));
}

// What the sliders can say of two angles: the cosine in steps of 0.01, and the side.
export function seenFrom(angleA, angle) {
  return { cosine: snap(Math.cos(angle - angleA)), side: Math.sin(angle - angleA) >= 0 ? 1 : -1 };
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const angleP = () => angleOf(get("angle_a"), get("side_p"), get("cos_ap"));
  const angleN = () => angleOf(get("angle_a"), get("side_n"), get("cos_an"));

  // A turns alone: P and N stay where they were when the drag began, so both cosines change.
  function turnA(angleA, p, n) {
    const toP = seenFrom(angleA, p), toN = seenFrom(angleA, n);
    change(model, {
      angle_a: angleA, cos_ap: toP.cosine, side_p: toP.side, cos_an: toN.cosine, side_n: toN.side,
    });
  }
  function turn(cosine, side, angle) {
    const seen = seenFrom(get("angle_a"), angle);
    change(model, { [cosine]: seen.cosine, [side]: seen.side });
  }
  const step = (name, by) => change(model, { [name]: snap(clamp(get(name) + 0.01 * by, -1, 1)) });

  const circle = panel(panels, "The shadows of P and N on A");
  const inside = svg(svg(circle, "defs"), "clipPath", { id: unique("disc") });
  svg(inside, "circle", { cx: CENTRE, cy: CENTRE, r: RADIUS });
  const half = svg(circle, "path", {
    class: "siamese-tint siamese-below", "clip-path": `url(#${inside.id})`,
  });
  unitCircle(circle);
  const border = svg(circle, "path", { class: "siamese-border" });
  const shadowP = shadow(circle, "positive"), shadowN = shadow(circle, "negative");
  const line = {}, tip = {};
  for (const role of ["anchor", "positive", "negative"]) {
    line[role] = svg(circle, "line", { x1: CENTRE, y1: CENTRE, class: `siamese-vector siamese-${role}` });
  }
  tip.anchor = handle(circle, {
    name: "direction of A in degrees", letter: "A", role: "anchor", min: -180, max: 180,
    grab: () => [angleP(), angleN()],
    drag: (x, y, [p, n]) => turnA(angleAt(x, y), p, n),
    step: (right, up) => turnA(get("angle_a") + turnOf(right, up), angleP(), angleN()),
  });
  tip.positive = handle(circle, {
    name: "P on the circle, cos(A,P)", letter: "P", role: "positive",
    drag: (x, y) => turn("cos_ap", "side_p", angleAt(x, y)),
    step: (right, up) => step("cos_ap", right || up),
  });
  tip.negative = handle(circle, {
    name: "N on the circle, cos(A,N)", letter: "N", role: "negative",
    drag: (x, y) => turn("cos_an", "side_n", angleAt(x, y)),
    step: (right, up) => step("cos_an", right || up),
  });
  legend(circle.parentElement, [
    { role: "positive", mark: "▬", name: "shadow of P on A: cos(A,P)" },
    { role: "negative", mark: "▬", name: "shadow of N on A: cos(A,N)" },
    { role: "below", mark: "■", name: "where N may lie" },
  ]);

  const square = panel(panels, "The cost over both cosines");
  const at = plane(square, {
    x: [-1, 1], y: [-1, 1], xticks: TICKS, yticks: TICKS, xlabel: "cos(A,P)", ylabel: "cos(A,N)",
  });
  // The cost is a tilted plane: one linear gradient across the square, 0 on the diagonal.
  const heat = svg(svg(square, "defs"), "linearGradient", {
    id: unique("heat"), gradientUnits: "userSpaceOnUse", x1: at.x(1), y1: at.y(-1), x2: at.x(-1), y2: at.y(1),
  });
  svg(heat, "stop", { offset: 0, class: "siamese-cool", "stop-opacity": 0.9 });
  svg(heat, "stop", { offset: 0.5, class: "siamese-cool", "stop-opacity": 0 });
  svg(heat, "stop", { offset: 0.5, class: "siamese-heat", "stop-opacity": 0 });
  svg(heat, "stop", { offset: 1, class: "siamese-heat", "stop-opacity": 0.9 });
  svg(square, "path", { d: `M${at.x(-1)} ${at.y(-1)}H${at.x(1)}V${at.y(1)}H${at.x(-1)}z`, fill: `url(#${heat.id})` });
  svg(square, "path", { d: `M${at.x(-1)} ${at.y(-1)}L${at.x(1)} ${at.y(1)}`, class: "siamese-border" });
  for (const [x, y, text] of [[-0.5, 0.55, "cost above 0"], [0.5, -0.55, "cost below 0"]]) {
    svg(square, "text", { x: at.x(x), y: at.y(y), "text-anchor": "middle", class: "siamese-region" }, text);
  }
  const point = handle(square, {
    name: "triplet in the square, left and right cos(A,P), up and down cos(A,N)", letter: "", role: "ink",
    drag: (x, y) => change(model, {
      cos_ap: snap(clamp(at.fromX(x), -1, 1)), cos_an: snap(clamp(at.fromY(y), -1, 1)),
    }),
    step: (right, up) => change(model, {
      cos_ap: snap(clamp(get("cos_ap") + 0.01 * right, -1, 1)),
      cos_an: snap(clamp(get("cos_an") + 0.01 * up, -1, 1)),
    }),
  });

  const show = {
    cost: readout(values, "cost"),
    cosAP: readout(values, "cos(A,P)", "positive"), cosAN: readout(values, "cos(A,N)", "negative"),
  };

  function draw() {
    const cosAP = get("cos_ap"), cosAN = get("cos_an"), a = get("angle_a");
    const now = cost(cosAP, cosAN);
    const angles = { anchor: a, positive: angleP(), negative: angleN() };
    const degrees = degreesOf(a);
    const said = {
      anchor: [degrees, `${degrees} degrees`],
      positive: [cosAP, fixed(cosAP, 2)], negative: [cosAN, fixed(cosAN, 2)],
    };
    for (const [role, angle] of Object.entries(angles)) {
      const [x, y] = place(angle);
      set(line[role], { x2: x, y2: y });
      tip[role](x, y, ...said[role]);
    }
    // Where both stand on one side of A, N's bar goes to the other one.
    shadowP(a, angles.positive, get("side_p"));
    shadowN(a, angles.negative, -get("side_p"));
    // All points x with x . A <= cos(A,P): behind the line through P, square to A.
    const across = (length, aside) => {
      const [x, y] = place(a, length), [dx, dy] = [Math.sin(a), Math.cos(a)];
      return `${x + aside * RADIUS * dx} ${y + aside * RADIUS * dy}`;
    };
    half.setAttribute("d", `M${across(cosAP, -2)}L${across(cosAP, 2)}L${across(-2, 2)}L${across(-2, -2)}z`);
    const aside = Math.sqrt(1.3 ** 2 - cosAP ** 2); // a little out of the circle, never out of the panel
    border.setAttribute("d", `M${across(cosAP, -aside)}L${across(cosAP, aside)}`);
    point(at.x(cosAP), at.y(cosAN), cosAP,
      `cos(A,P) ${fixed(cosAP, 2)}, cos(A,N) ${fixed(cosAN, 2)}, cost ${fixed(now)}`);
    show.cost(now);
    show.cosAP(cosAP);
    show.cosAN(cosAN);
    const which = Math.abs(now) < 1e-9 ? "P and N are equally near to A"
      : now < 0 ? "P is nearer to A than N, as it should be" : "N is nearer to A than P, which is wrong";
    const term = (value) => (value < 0 ? `(${fixed(value, 2)})` : fixed(value, 2));
    sentence.textContent = `Cost: -${term(cosAP)} + ${term(cosAN)} = ${fixed(now, 2)}, ${which}.`;
  }
  return follow(model, el, draw);
}

export default { render };
