// The unit circle and the vectors on it, for all explorers that draw one.

const CENTRE = 160, RADIUS = 118;
const TICKS = [-1, -0.5, 0, 0.5, 1];
const TURN = Math.PI / 90; // an arrow key turns a vector by two degrees

const place = (angle, length = 1) =>
  [CENTRE + length * RADIUS * Math.cos(angle), CENTRE - length * RADIUS * Math.sin(angle)];
const angleAt = (x, y) => Math.atan2(CENTRE - y, x - CENTRE);
const degreesOf = (angle) => Math.round((Math.atan2(Math.sin(angle), Math.cos(angle)) * 180) / Math.PI);
// Right and down turn with the clock; Home and End go 60 degrees.
const turnOf = (right, up) => clamp(-(right || -up), -30, 30) * TURN;

function unitCircle(parent) {
  return svg(parent, "circle", { cx: CENTRE, cy: CENTRE, r: RADIUS, class: "siamese-guide" });
}

function arrowTip(parent) {
  const tip = svg(svg(parent, "defs"), "marker", {
    id: unique("tip"), viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 5, markerHeight: 5, orient: "auto",
  });
  svg(tip, "path", { d: "M0 0L8 4L0 8z", fill: "currentColor" });
  return `url(#${tip.id})`;
}

// The step of a vector at this angle: an arrow along the circle, from the edge of its disc.
function stepArrow(parent, tip, name) {
  const shaft = svg(parent, "path", { class: "siamese-step", "marker-end": tip, "data-step": name });
  return (angle, length) => {
    const [x, y] = place(angle), sign = Math.sign(length);
    const [dx, dy] = [-sign * Math.sin(angle), -sign * Math.cos(angle)];
    set(shaft, {
      d: `M${x + 11 * dx} ${y + 11 * dy}l${Math.abs(length) * dx} ${Math.abs(length) * dy}`,
      visibility: Math.abs(length) > 2 ? "visible" : "hidden",
    });
  };
}

// The shadow that a vector throws on A's line: a perpendicular down to its foot, and a bar from the
// centre to the foot, as long as the cosine. Bars lie beside the line, so that two do not cover
// each other: aside is 1 for its left as seen along A, -1 for its right.
function shadow(parent, role) {
  const drop = svg(parent, "path", { class: `siamese-drop siamese-${role}` });
  const bar = svg(parent, "path", { class: `siamese-shadow siamese-${role}` });
  const corner = svg(parent, "path", { class: "siamese-corner" });
  const foot = svg(parent, "circle", { r: 4, class: `siamese-foot siamese-${role}` });
  return (angleA, angle, aside) => {
    const cosine = Math.cos(angle - angleA), sine = Math.sin(angle - angleA);
    const [x, y] = place(angleA, cosine), [tipX, tipY] = place(angle);
    const along = [Math.cos(angleA), -Math.sin(angleA)], left = [-Math.sin(angleA), -Math.cos(angleA)];
    const by = (a, l) => `${a * along[0] + l * left[0]} ${a * along[1] + l * left[1]}`;
    set(drop, { d: `M${tipX} ${tipY}L${x} ${y}` });
    set(bar, { d: `M${CENTRE + 5 * aside * left[0]} ${CENTRE + 5 * aside * left[1]}l${by(RADIUS * cosine, 0)}` });
    const back = cosine < 0 ? 9 : -9, out = sine < 0 ? -9 : 9;
    set(corner, {
      d: `M${x} ${y}m${by(back, 0)}l${by(0, out)}l${by(-back, 0)}`,
      visibility: Math.abs(RADIUS * sine) > 14 ? "visible" : "hidden",
    });
    set(foot, { cx: x, cy: y });
  };
}
