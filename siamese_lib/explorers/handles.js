// What can be dragged, touched, or moved with the arrow keys. explorer.py puts this text behind
// common.js.

const ARROWS = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
  PageUp: [0, 10], PageDown: [0, -10], Home: [-Infinity, -Infinity], End: [Infinity, Infinity],
};
const REACH_OF_HAND = 22, STACKED = 4, STILL_HAND = 3; // pixels of the panel

// A disc with a letter, for the eye only. The one appended last lies on top.
function disc(parent, letter, role, radius = 11) {
  const look = svg(parent, "g", { class: `siamese-look siamese-${role}`, "aria-hidden": true });
  svg(look, "circle", { r: radius, class: "siamese-disc" });
  svg(look, "text", { y: 4.5, "text-anchor": "middle" }, letter);
  return look;
}

// The handles of each panel, the topmost last: that is the one which had the focus last.
const HANDLES = new WeakMap();

// What lies under a press: the nearest disc within a hand's reach, and those that lie on it.
function stackAt(picture, x, y) {
  const far = (one) => Math.hypot(one.x - x, one.y - y);
  const near = HANDLES.get(picture).filter((one) => far(one) <= REACH_OF_HAND);
  const least = Math.min(...near.map(far));
  return near.filter((one) => far(one) <= least + STACKED);
}

// A disc to move. drag(x, y, grip) gets the place in the panel, and what grab() returned when the
// drag began; step(right, up) gets arrow steps (a page is 10, Home and End are infinite). What is
// pressed is the nearest disc, not the one whose reach happens to lie on top; where discs lie on
// each other it is the topmost, and a tap brings up the next of them, as Tab does.
// Returns place(x, y, value, text): where the disc is and what a screen reader says of it.
function handle(parent, { name, letter, role, min = -1, max = 1, drag, step, grab = () => null }) {
  const picture = parent.ownerSVGElement ?? parent;
  const node = svg(parent, "g", {
    class: "siamese-handle", tabindex: 0, role: "slider", "aria-label": name,
    "aria-valuemin": min, "aria-valuemax": max,
  });
  svg(node, "circle", { r: REACH_OF_HAND, class: "siamese-reach" });
  const look = disc(parent, letter, role, letter ? 11 : 7), own = { node, x: 0, y: 0, take, raise };
  if (!HANDLES.has(picture)) HANDLES.set(picture, []);
  const all = HANDLES.get(picture);
  all.push(own);

  const placeOf = (event) => new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(picture.getScreenCTM().inverse());
  function raise() {
    parent.append(look);
    all.push(...all.splice(all.indexOf(own), 1));
  }
  // The press that this handle answers to: where it began, and whether it has moved since.
  let press = null;
  function take(event, place, stack) {
    node.setPointerCapture(event.pointerId);
    press = { grip: grab(), from: place, stack, isMoved: false };
    node.focus({ preventScroll: true });
    raise();
  }
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const place = placeOf(event), stack = stackAt(picture, place.x, place.y);
    (stack.at(-1) ?? own).take(event, place, stack);
  });
  node.addEventListener("pointermove", (event) => {
    if (!press || !node.hasPointerCapture(event.pointerId)) return;
    const place = placeOf(event), { from, grip } = press;
    press.isMoved ||= Math.hypot(place.x - from.x, place.y - from.y) > STILL_HAND;
    if (press.isMoved) drag(place.x, place.y, grip);
  });
  node.addEventListener("pointerup", () => {
    const next = press?.isMoved ? null : press?.stack.find((one) => one !== own);
    press = null;
    next?.node.focus({ preventScroll: true });
    next?.raise();
  });
  node.addEventListener("pointercancel", () => { press = null; });
  node.addEventListener("focus", () => {
    raise();
    look.classList.toggle("siamese-focused", node.matches(":focus-visible"));
  });
  node.addEventListener("blur", () => look.classList.remove("siamese-focused"));
  node.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // in JupyterLab arrows would also move between cells
    look.classList.add("siamese-focused");
    step(...ARROWS[event.key]);
  });
  return (x, y, value, text) => {
    Object.assign(own, { x, y });
    set(node, { transform: `translate(${x} ${y})`, "aria-valuenow": value, "aria-valuetext": text });
    set(look, { transform: `translate(${x} ${y})` });
  };
}
