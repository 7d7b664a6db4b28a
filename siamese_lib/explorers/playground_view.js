// The playground's picture as a whole: what render puts together, and the page's address.

const GROUND_EVERY = 6; // frames between two looks at the ground behind the inputs
const NOTES = {
  points: "The ground shows the class whose mean embedding is nearest.",
  letters: "Ten of the twenty drawings of each letter; the tower gets the shades of 64 pixels.",
  circle: "Only the angle counts: each class has a track of its own, so that none hides another.",
  plane: "The contrastive loss is made of distances in the plane, here drawn from the mean.",
  triplet: "A triplet is active while its loss is above 0.",
  contrastive: "A pair is active while its loss is above 0.",
  modified: "A row is active while its loss is above 0.",
  info_nce: "A row is beaten where a negative is at least as similar as the positive.",
};

// The three panels of a run; a new run of other data or another loss gets new ones.
function drawPanels(panels, run, loss) {
  panels.replaceChildren();
  const inputs = panel(panels, "The inputs"), embeddings = panel(panels, "Their embeddings");
  const curves = panel(panels, "The batch of each step");
  const isCircle = isOnCircle(loss);
  const note = (figure, name) => html(figure.parentElement, "p", { class: "siamese-legend" }, NOTES[name]);
  note(inputs, run.data.name === "letters" ? "letters" : "points");
  note(embeddings, isCircle ? "circle" : "plane");
  note(curves, loss);
  return {
    run, inputs: inputsPanel(inputs, run), embeddings: embeddingsPanel(embeddings, run, isCircle),
    losses: curvePanel(curves, 10, "loss", ""), shares: curvePanel(curves, 158, ACTIVE[loss], "training step"),
  };
}

function sentenceOf({ step, now, data }, { loss, batch }, { spread, alike }) {
  const said = [
    `After ${step} steps the loss is ${fixed(now.loss)}; share of ${ACTIVE[loss]}: ${fixed(now.share, 2)}.`,
    `Of the points ${fixed(alike, 2)} lie nearest to one of their own class.`,
  ];
  if (loss === "modified" || loss === "info_nce") {
    said.push(`Of the negatives ${fixed(falseNegatives(batch, data.classes), 2)} are false: of their anchor's own class.`);
  }
  if (spread < COLLAPSED) said.push("Collapsed: all embeddings are nearly the same.");
  return said.join(" ");
}

// The fragment with which the page was opened: JupyterLab takes it off the address at once.
function addressAsked() {
  const asked = performance.getEntriesByType("navigation")[0]?.name ?? "";
  return asked.includes("#") ? asked.slice(asked.indexOf("#")) : "";
}

// The address is read when a playground appears and when the reader edits it, and written when a
// setting changes. It is replaced, not added to: a slider would fill the browser's history.
function keepAddress(model) {
  const take = (found) => {
    if (Object.entries(found).some(([name, value]) => model.get(name) !== value)) change(model, found);
  };
  const write = () => {
    const hash = writeAddress(location.hash, settingsOf(model));
    try {
      if (hash !== location.hash) history.replaceState(history.state, "", hash);
    } catch { /* a frame with no address of its own, as some notebooks have for their outputs */ }
  };
  const read = () => take(readAddress(location.hash));
  take({ ...readAddress(addressAsked()), ...readAddress(location.hash) });
  window.addEventListener("hashchange", read);
  model.on("change", write);
  return () => {
    window.removeEventListener("hashchange", read);
    model.off("change", write);
  };
}

function renderWith(engine, { model, el }) {
  const leaveAddress = keepAddress(model);
  engine.follow(model);
  const { panels, values, sentence } = stage(el);
  const line = html(el, "div");
  el.insertBefore(line, values);
  const showControls = controls(line, model, engine);
  const names = ["step", "loss", "active", "spread of the embeddings", "nearest is of the same class"];
  const [step, loss, active, spread, alike] = names.map((name) => readout(values, name));
  let parts = { run: null }, frames = 0;

  function draw() {
    engine.follow(model);
    const { run, settings, isPlaying } = engine, { data } = run;
    const isOther = parts.run?.data.name !== data.name || parts.run.data.inputs !== data.inputs;
    if (isOther || parts.loss !== settings.loss) parts = { ...drawPanels(panels, run, settings.loss), loss: settings.loss };
    set(el, { "data-loss": settings.loss });
    const x = embeddingsOf(run, data.inputs, settings.loss);
    parts.embeddings(x);
    if (frames++ % GROUND_EVERY === 0 || !isPlaying) {
      parts.inputs(run, classMeans(x, data.labels, data.classes), settings.loss);
      const seen = summary(x, data.labels);
      spread(seen.spread, 2);
      alike(seen.alike, 2);
      setText(sentence, sentenceOf(run, settings, seen));
    }
    const points = run.losses.points(), now = [run.step, run.now.loss];
    parts.losses([...points, now], run.step, Math.max(...points.map(([, y]) => y), now[1]));
    parts.shares([...run.shares.points(), [run.step, run.now.share]], run.step, 1);
    step(run.step, 0);
    loss(run.now.loss);
    active(run.now.share, 2);
    set(sentence, { "aria-live": isPlaying ? "off" : "polite" });
    showControls();
  }

  engine.join(draw);
  const stop = follow(model, el, draw);
  return () => {
    stop();
    engine.leave(draw);
    leaveAddress();
  };
}

// A function: each playground on a page has a run of its own, which its displays share.
export default () => {
  const engine = makeEngine();
  return { render: (given) => renderWith(engine, given) };
};
