// A training run: the map of one frame, the loss, and what all triplets of the frame say.

// The frame to show after so many training steps: the last one recorded by then.
export function frameOf(steps, step) {
  let low = 0, high = steps.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle;
  }
  return low;
}

// loss[k] was measured with the weights after k steps; the last step's is the latest there is.
export function lossAfter(loss, step) {
  return loss[Math.min(step, loss.length - 1)];
}

const FRAME_MS = 100; // of the recording, when it plays
const CURVES = [
  { key: "active", name: "active triplets (share)", role: "accent", dash: "" },
  { key: "between", name: "mean distance A to N", role: "negative", dash: "7 3" },
  { key: "within", name: "mean distance A to P", role: "positive", dash: "2 3" },
];

// A letter stands for itself; a longer name is a dot whose colour the legend explains.
const marks = (names) => (names.every((name) => [...name].length === 1) ? names : names.map(() => "●"));

// Plays from frame to frame. Where the reader asked for less motion, a press goes one frame on.
function player(parent, { next, isLast, rewind, heard }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const button = html(parent, "button", { type: "button", class: "siamese-button" });
  let timer = null;
  const name = () => {
    button.textContent = still.matches ? "Next frame" : timer === null ? "Play" : "Pause";
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    heard(true);
    name();
  };
  button.addEventListener("click", () => {
    if (timer !== null) return pause();
    if (isLast()) rewind();
    else next();
    if (still.matches) return;
    heard(false); // ten sentences a second are no help to a screen reader
    timer = setInterval(() => (isLast() ? pause() : next()), FRAME_MS);
    name();
  });
  still.addEventListener("change", pause);
  name();
  return () => {
    clearInterval(timer);
    still.removeEventListener("change", pause);
  };
}

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  const steps = get("steps"), points = get("points"), names = get("names"), labels = get("labels");
  const loss = get("loss"), reach = get("reach"), margin = get("margin");
  const [first, last] = [steps[0], steps.at(-1)];
  const frame = () => frameOf(steps, get("step"));
  const go = (k) => change(model, { step: steps[clamp(k, 0, steps.length - 1)] });

  const controls = html(el, "div", { class: "siamese-options" });
  el.insertBefore(controls, values);
  const stopPlayer = player(controls, {
    next: () => go(frame() + 1), rewind: () => go(0), isLast: () => frame() === steps.length - 1,
    heard: (aloud) => sentence.setAttribute("aria-live", aloud ? "polite" : "off"),
  });

  const map = panel(panels, "The embeddings");
  const side = [-reach, -reach / 2, 0, reach / 2, reach];
  const at = plane(map, { x: [-reach, reach], y: [-reach, reach], xticks: side, yticks: side, xlabel: "first direction", ylabel: "second direction" });
  // One text a class: a list of places sets each of its marks on its own.
  const marked = marks(names);
  const clouds = names.map((_, k) => {
    const own = labels.flatMap((label, i) => (label === k ? [i] : []));
    const text = svg(map, "text", {
      class: `siamese-class${k % 8} siamese-coloured siamese-mark`, "text-anchor": "middle", "aria-hidden": true,
    }, marked[k].repeat(own.length));
    return { own, text };
  });
  if (marked !== names) {
    legend(map.parentElement, names.map((name, k) => ({ role: `class${k % 8}`, mark: marked[k], name })));
  }

  const cursors = [];
  function curvePanel(title, top, ylabel) {
    const place = panel(panels, title);
    const on = plane(place, { x: [first, last], y: [0, top], xticks: ticks(first, last), yticks: ticks(0, top), xlabel: "training step", ylabel });
    const cursor = svg(place, "path", { class: "siamese-guide" });
    cursors.push(() => cursor.setAttribute("d", `M${on.x(steps[frame()])} ${on.y(0)}V${on.y(top)}`));
    const line = (xs, ys, attributes) => svg(place, "path", {
      d: xs.map((x, k) => `${k ? "L" : "M"}${on.x(x).toFixed(2)} ${on.y(ys[k]).toFixed(2)}`).join(""), ...attributes,
    });
    return { place, on, line };
  }

  const all = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const shownLoss = all.map((step) => lossAfter(loss, step)), top = Math.max(margin, ...shownLoss) * 1.08;
  const left = curvePanel("The loss of each step", top, "loss of the batch");
  left.line([first, last], [margin, margin], { class: "siamese-guide" });
  svg(left.place, "text", { x: left.on.x((first + last) / 2), y: left.on.y(margin) - 6, "text-anchor": "middle" }, "the margin");
  left.line(all, shownLoss, { class: "siamese-curve siamese-anchor", style: "stroke-width: 1.5" });
  const tip = handle(left.place, {
    name: "step on the loss curve", letter: "", role: "anchor", min: first, max: last,
    drag: (x) => go(frameOf(steps, left.on.fromX(x) + (steps[1] - first) / 2)),
    step: (right, up) => go(frame() + (right || up)),
  });

  const high = Math.max(1, ...get("within"), ...get("between"));
  const right = curvePanel("All triplets of the points shown", high, "share, or distance 1 - cos");
  const dots = CURVES.map(({ key, role, dash }) => {
    right.line(steps, get(key), { class: `siamese-curve siamese-${role}`, "stroke-dasharray": dash });
    return svg(right.place, "circle", { r: 6, class: `siamese-disc siamese-${role}` });
  });
  legend(right.place.parentElement, CURVES);

  const show = {
    step: readout(values, "step"), loss: readout(values, "loss", "anchor"),
    active: readout(values, "active triplets", "accent"),
    within: readout(values, "distance A to P", "positive"),
    between: readout(values, "distance A to N", "negative"),
  };

  function draw() {
    const k = frame(), step = steps[k], now = lossAfter(loss, step), place = points[k];
    for (const { own, text } of clouds) {
      set(text, {
        x: own.map((i) => at.x((place[2 * i] / 1000) * reach).toFixed(2)).join(" "),
        y: own.map((i) => (at.y((place[2 * i + 1] / 1000) * reach) + 4.5).toFixed(2)).join(" "),
      });
    }
    for (const move of cursors) move();
    tip(left.on.x(step), left.on.y(now), step, `step ${step}, loss ${fixed(now)}`);
    CURVES.forEach(({ key }, c) => {
      const value = get(key)[k];
      set(dots[c], { cx: right.on.x(step), cy: right.on.y(value) });
      show[key](value);
    });
    show.step(step, 0);
    show.loss(now);
    sentence.textContent = `After ${step} steps ${fixed(100 * get("active")[k], 0)} % of the triplets are active; `
      + `N is on average ${fixed(get("between")[k], 2)} from A, P ${fixed(get("within")[k], 2)}.`;
  }
  const stop = follow(model, el, draw);
  return () => {
    stopPlayer();
    stop();
  };
}

export default { render };
