// One training run or two: the map of one frame, the losses, and what all triplets of a frame say.

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

// The steps at which some run has a frame, in ascending order.
export function stopsOf(runs) {
  return [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
}

// Letters have the colours of their classes, so runs and distances are told apart by their lines.
const RUNS = [{ dash: "", thin: "2 3" }, { dash: "9 4", thin: "9 3 2 3" }];
const COLUMNS = [["loss", "loss"], ["active", "active triplets"], ["within", "distance A to P"], ["between", "distance A to N"]];

// A letter stands for itself; a longer name is a dot whose colour the legend explains.
const marks = (names) => (names.every((name) => [...name].length === 1) ? names : names.map(() => "●"));

// The map of one run; half its width is reach. Returns draw(frame).
function mapPanel(panels, { title, names, labels, points, reach: own }, reach) {
  const map = panel(panels, title ? `The embeddings, ${title}` : "The embeddings");
  const side = [-reach, -reach / 2, 0, reach / 2, reach];
  const at = plane(map, { x: [-reach, reach], y: [-reach, reach], xticks: side, yticks: side, xlabel: "first direction", ylabel: "second direction" });
  // One text a class: a list of places sets each of its marks on its own.
  const marked = marks(names);
  const clouds = names.map((_, k) => {
    const members = labels.flatMap((label, i) => (label === k ? [i] : []));
    const text = svg(map, "text", {
      class: `siamese-class${k % 8} siamese-coloured siamese-mark`, "text-anchor": "middle", "aria-hidden": true,
    }, marked[k].repeat(members.length));
    return { members, text };
  });
  if (marked !== names) {
    legend(map.parentElement, names.map((name, k) => ({ role: `class${k % 8}`, mark: marked[k], name })));
  }
  return (frame) => {
    const place = points[frame];
    for (const { members, text } of clouds) {
      set(text, {
        x: members.map((i) => at.x((place[2 * i] / 1000) * own).toFixed(2)).join(" "),
        y: members.map((i) => (at.y((place[2 * i + 1] / 1000) * own) + 4.5).toFixed(2)).join(" "),
      });
    }
  };
}

// Curves over the training steps, a line and a dot for each. Returns draw(step, [[x, y], ...]).
function curvePanel(panels, title, ylabel, stops, high, curves) {
  const [first, last] = [stops[0], stops.at(-1)], figure = panel(panels, title);
  const on = plane(figure, { x: [first, last], y: [0, high], xticks: ticks(first, last), yticks: ticks(0, high), xlabel: "training step", ylabel });
  const cursor = svg(figure, "path", { class: "siamese-guide" });
  const dots = curves.map(({ xs, ys, dash }) => {
    const d = xs.map((x, k) => `${k ? "L" : "M"}${on.x(x).toFixed(2)} ${on.y(ys[k]).toFixed(2)}`).join("");
    svg(figure, "path", { d, class: "siamese-curve siamese-ink siamese-thin", "stroke-dasharray": dash });
    return svg(figure, "circle", { r: 5, class: "siamese-disc siamese-ink" });
  });
  const named = curves.filter(({ name }) => name).map(({ name, dash }) => ({ role: "ink", name, dash }));
  if (named.length) legend(figure.parentElement, named);
  const draw = (step, places) => {
    set(cursor, { d: `M${on.x(step)} ${on.y(0)}V${on.y(high)}` });
    places.forEach(([x, y], k) => set(dots[k], { cx: on.x(x), cy: on.y(y) }));
  };
  return { figure, on, draw };
}

// The numbers of each run, a row each. Returns show(run, values).
function numbers(panels, runs) {
  const figure = html(panels, "figure", { class: "siamese-panel siamese-wide", tabindex: 0 }); // it may scroll
  const table = html(figure, "table", { class: "siamese-table" });
  const head = html(html(table, "thead"), "tr");
  for (const name of ["run", ...COLUMNS.map(([, name]) => name)]) html(head, "th", { scope: "col" }, name);
  const body = html(table, "tbody");
  const rows = runs.map(({ title }) => {
    const line = html(body, "tr");
    html(line, "th", { scope: "row" }, title || "this run");
    return COLUMNS.map(([, name]) => html(html(line, "td"), "output", { "aria-label": title ? `${name}, ${title}` : name, "aria-live": "off" }));
  });
  return (k, values) => rows[k].forEach((output, c) => {
    setText(output, fixed(values[c]));
    set(output, { "data-value": values[c] });
  });
}

function drawPanels(panels, runs, stops) {
  const reach = Math.max(...runs.map((run) => run.reach)), last = stops.at(-1);
  const maps = runs.map((run) => mapPanel(panels, run, reach));
  const titled = (run) => (runs.length > 1 ? run.title : "");
  const curvesOf = (key) => runs.map((run, k) => ({ xs: run.steps, ys: run[key], dash: RUNS[k].dash, name: titled(run) }));
  const losses = runs.map((run, k) => {
    const xs = Array.from({ length: run.steps.at(-1) - run.steps[0] + 1 }, (_, i) => run.steps[0] + i);
    return { xs, ys: xs.map((step) => lossAfter(run.loss, step)), dash: RUNS[k].dash, name: titled(run) };
  });
  const margins = [...new Set(runs.map((run) => run.margin))];
  const top = Math.max(...margins, ...losses.flatMap(({ ys }) => ys)) * 1.08;
  const loss = curvePanel(panels, "The loss of each step", "loss of the batch", stops, top, losses);
  for (const margin of margins) {
    svg(loss.figure, "path", { d: `M${loss.on.x(stops[0])} ${loss.on.y(margin)}H${loss.on.x(last)}`, class: "siamese-guide" });
    svg(loss.figure, "text", { x: loss.on.x(last), y: loss.on.y(margin) - 6, "text-anchor": "end" }, "the margin");
  }
  const active = curvePanel(panels, "Active among all triplets of the points shown", "share", stops, 1, curvesOf("active"));
  const apart = runs.flatMap((run, k) => ["between", "within"].map((key) => ({
    xs: run.steps, ys: run[key], dash: key === "between" ? RUNS[k].dash : RUNS[k].thin,
    name: `A to ${key === "between" ? "N" : "P"}${runs.length > 1 ? `, ${run.title}` : ""}`,
  })));
  const high = Math.max(...apart.flatMap(({ ys }) => ys)) * 1.08;
  const distances = curvePanel(panels, "Mean distances of all pairs", "distance 1 - cos", stops, high, apart);
  return { maps, loss, active, distances };
}

function render({ model, el }) {
  const { panels, sentence, values } = stage(el);
  const runs = model.get("runs"), stops = stopsOf(runs);
  const stop = () => frameOf(stops, model.get("step"));
  const go = (k) => change(model, { step: stops[clamp(k, 0, stops.length - 1)] });

  const controls = html(el, "div", { class: "siamese-options" });
  el.insertBefore(controls, values);
  const stopPlayer = player(controls, {
    next: () => go(stop() + 1), rewind: () => go(0), isLast: () => stop() === stops.length - 1,
    heard: (aloud) => sentence.setAttribute("aria-live", aloud ? "polite" : "off"),
  });
  const showStep = readout(values, "step"), showNumbers = numbers(panels, runs);
  const { maps, loss, active, distances } = drawPanels(panels, runs, stops);
  const tip = handle(loss.figure, {
    name: "step on the loss curve", letter: "", role: "ink", min: stops[0], max: stops.at(-1),
    drag: (x) => go(frameOf(stops, loss.on.fromX(x) + (stops[1] - stops[0]) / 2)),
    step: (right, up) => go(stop() + (right || up)),
  });

  function draw() {
    const step = stops[stop()];
    const now = runs.map((run) => {
      const k = frameOf(run.steps, step), at = run.steps[k];
      return { k, at, loss: lossAfter(run.loss, at), active: run.active[k], within: run.within[k], between: run.between[k] };
    });
    now.forEach((one, k) => {
      maps[k](one.k);
      showNumbers(k, COLUMNS.map(([key]) => one[key]));
    });
    const places = (key) => now.map((one) => [one.at, one[key]]);
    loss.draw(step, places("loss"));
    active.draw(step, places("active"));
    distances.draw(step, now.flatMap((one) => [[one.at, one.between], [one.at, one.within]]));
    tip(loss.on.x(step), loss.on.y(now[0].loss), step, `step ${step}, loss ${now.map((one) => fixed(one.loss)).join(" and ")}`);
    showStep(step, 0);
    const said = now.map((one, k) => {
      const ended = one.at < step && one.k === runs[k].steps.length - 1 ? ` (ended after ${one.at})` : "";
      const who = runs.length > 1 ? `${runs[k].title}${ended}: ` : "";
      return `${who}active ${fixed(one.active, 2)}, N on average ${fixed(one.between, 2)} from A, P ${fixed(one.within, 2)}`;
    });
    sentence.textContent = `After ${step} steps, ${said.join("; ")}.`;
  }
  const leave = follow(model, el, draw);
  return () => {
    stopPlayer();
    leave();
  };
}

export default { render };
