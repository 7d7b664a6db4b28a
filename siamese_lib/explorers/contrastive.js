// The contrastive loss of one pair: the curve over the distance, and the pair in the plane.

const ROUNDING = 1e-9; // 1.2 - 1 is not quite 0.2; a tie of the shown numbers is a tie

// How far an impostor pair stands inside the margin.
const inside = (distance, margin) => (margin - distance > ROUNDING ? margin - distance : 0);

export function contrastiveLoss(distance, isSame, margin) {
  return isSame ? distance ** 2 : inside(distance, margin) ** 2;
}

// Minus the slope of the loss: above 0 the pair is pushed apart, below 0 drawn together.
export function force(distance, isSame, margin) {
  return isSame ? -2 * distance : 2 * inside(distance, margin);
}

const HALVES = [0, 0.5, 1, 1.5, 2];
const UNIT = 72; // pixels of the plane: a distance of 1
const LONGEST = 66; // the arrow of the strongest force there is, 4

function curveOf(at, isSame, margin) {
  const steps = Array.from({ length: 101 }, (_, k) => k / 50);
  return steps.map((d, k) => `${k ? "L" : "M"}${at.x(d).toFixed(2)} ${at.y(contrastiveLoss(d, isSame, margin)).toFixed(2)}`).join("");
}

function drawPair(parent) {
  const tip = arrowTip(parent);
  const circle = svg(parent, "circle", { cx: CENTRE, cy: CENTRE, class: "siamese-guide" });
  const word = svg(parent, "text", { x: CENTRE, "text-anchor": "middle" }, "margin");
  const line = svg(parent, "line", { x1: CENTRE, y1: CENTRE, y2: CENTRE, class: "siamese-vector" });
  const shafts = ["X1", "X2"].map((name) => svg(parent, "path", { class: "siamese-step", "marker-end": tip, "data-step": name }));
  set(disc(parent, "X1", "anchor", 13), { transform: `translate(${CENTRE} ${CENTRE})` });
  return { circle, word, line, shafts };
}

function sentenceOf(distance, isSame, margin, loss, push) {
  const at = `at distance ${fixed(distance, 2)}`;
  if (isSame) {
    const pull = push ? `drawn together with force ${fixed(-push, 2)}` : "at rest";
    return `A genuine pair ${at}: loss ${fixed(loss)}, ${pull}.`;
  }
  if (!push) return `An impostor pair ${at}, the margin ${fixed(margin, 2)} or more: loss 0, left alone.`;
  const how = distance ? `pushed apart with force ${fixed(push, 2)}` : "but two equal vectors give the push no direction";
  return `An impostor pair ${at}, inside the margin ${fixed(margin, 2)}: loss ${fixed(loss)}, ${how}.`;
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const move = (distance) => change(model, { distance: snap(clamp(distance, 0, 2)) });
  const step = (right, up) => move(get("distance") + 0.01 * (right || up));

  const curves = panel(panels, "The loss over the distance");
  const at = plane(curves, { x: [0, 2], y: [0, 4], xticks: HALVES, yticks: [0, 1, 2, 3, 4], xlabel: "distance", ylabel: "loss" });
  const marginLine = svg(curves, "path", { class: "siamese-guide" });
  const genuine = svg(curves, "path", { d: curveOf(at, true, 0), class: "siamese-curve siamese-positive" });
  const impostor = svg(curves, "path", { class: "siamese-curve siamese-negative" });
  const drop = svg(curves, "path", { class: "siamese-border" });
  const onCurve = svg(curves, "g");
  const point = handle(onCurve, {
    name: "distance on the curve", letter: "", role: "chosen-pair", min: 0, max: 2,
    drag: (x) => move(at.fromX(x)), step,
  });
  legend(curves.parentElement, [
    { role: "positive", name: "genuine" }, { role: "negative", name: "impostor" },
    { role: "ink", name: "margin", dash: "4 4" },
  ]);

  const picture = panel(panels, "The pair and its next step");
  const { circle, word, line, shafts } = drawPair(picture);
  const other = svg(picture, "g");
  const second = handle(other, {
    name: "X2, its distance from X1", letter: "X2", role: "chosen-pair", min: 0, max: 2,
    drag: (x, y) => move(Math.hypot(x - CENTRE, y - CENTRE) / UNIT), step,
  });
  html(picture.parentElement, "p", { class: "siamese-legend" }, "Arrows: the step of each against the gradient. Force: above 0 apart, below 0 together.");

  const show = {
    loss: readout(values, "loss"), force: readout(values, "force"), pair: readout(values, "pair"),
  };

  function draw() {
    const distance = get("distance"), isSame = get("is_same"), margin = get("margin");
    const loss = contrastiveLoss(distance, isSame, margin), push = force(distance, isSame, margin);
    const role = isSame ? "siamese-positive" : "siamese-negative";
    for (const node of [onCurve, other]) set(node, { class: role });

    set(impostor, { d: curveOf(at, false, margin), "stroke-opacity": isSame ? 0.35 : 1 });
    set(genuine, { "stroke-opacity": isSame ? 1 : 0.35 });
    set(marginLine, { d: `M${at.x(margin)} ${at.y(0)}V${at.y(4)}`, "stroke-opacity": isSame ? 0.25 : 0.8 });
    set(drop, { d: `M${at.x(distance)} ${at.y(0)}V${at.y(loss)}` });
    const said = `${fixed(distance, 2)}, loss ${fixed(loss)}`;
    point(at.x(distance), at.y(loss), distance, said);

    const x = CENTRE + UNIT * distance, length = (LONGEST / 4) * push;
    set(circle, { r: UNIT * margin, "stroke-opacity": isSame ? 0.25 : 0.8 });
    set(word, { y: CENTRE - UNIT * margin + (margin > 1.5 ? 16 : -5), visibility: isSame || margin < 0.3 ? "hidden" : "visible" });
    set(line, { x2: x, class: `siamese-vector ${role}` });
    second(x, CENTRE, distance, said);
    // Both take the step, in opposite ways; beside the line, so that two that meet do not cover.
    const sign = Math.sign(push), isSeen = distance && Math.abs(length) > 2;
    shafts.forEach((shaft, k) => set(shaft, {
      d: `M${(k ? x : CENTRE) + (k ? 11 : -11) * sign} ${CENTRE + (k ? 6 : -6)}h${k ? length : -length}`,
      visibility: isSeen ? "visible" : "hidden",
    }));

    show.loss(loss);
    show.force(push);
    show.pair(isSame ? "genuine" : "impostor");
    sentence.textContent = sentenceOf(distance, isSame, margin, loss, push);
  }
  return follow(model, el, draw);
}

export default { render };
