// The playground: a small tower that is trained in the page.

const WORDS = { data: DATA, loss: Object.keys(MINERS), miner: ["random", "semi-hard", "hardest", "closest"] };
const RANGES = { margin: [0, 2], temperature: [0.1, 1], rate: [0, 0.5], batch: [2, 64], seed: [0, 999] };
const RESTARTS = ["data", "loss", "seed"]; // the other settings can be changed while it trains
const NAMES = { modified: "modified triplet", info_nce: "InfoNCE" };
const FIXED_NEGATIVES = { contrastive: "at random", info_nce: "all others" };
const ACTIVE = { triplet: "active triplets", contrastive: "active pairs", modified: "active rows", info_nce: "rows beaten" };
const COLLAPSED = 0.05; // a spread below this is one point to the eye; the circle's radius is 1
const AT_ONCE = 25; // steps for a press where the reader asked for less motion
const REACH = 2, CELLS = 32, BOX = [54, 10, 256, 256];

// Settings live in the page's address as #playground=data:moons;loss:triplet;... Other parts of the
// fragment, parted by &, are the page's own and stay as they are.
export function readAddress(hash) {
  const own = hash.replace(/^#/, "").split("&").find((part) => part.startsWith("playground=")) ?? "";
  const found = {}, plain = own.replace(/%3A/gi, ":").replace(/%3B/gi, ";"); // some mail programs
  for (const part of plain.slice("playground=".length).split(";")) {
    const [name, value] = part.split(":"), number = Number(value);
    if (WORDS[name]?.includes(value)) found[name] = value;
    if (!(name in RANGES) || !value || !Number.isFinite(number)) continue;
    const step = name === "batch" || name === "seed" ? 1 : 0.01;
    found[name] = clamp(snap(number, step), ...RANGES[name]);
  }
  return found;
}

export function writeAddress(hash, settings) {
  const others = hash.replace(/^#/, "").split("&").filter((part) => part && !part.startsWith("playground="));
  const own = [...Object.keys(WORDS), ...Object.keys(RANGES)].map((name) => `${name}:${settings[name]}`);
  return `#${[...others, `playground=${own.join(";")}`].join("&")}`;
}

function settingsOf(model) {
  const settings = {};
  for (const name of [...Object.keys(WORDS), ...Object.keys(RANGES)]) settings[name] = model.get(name);
  for (const name of ["margin", "temperature", "rate"]) settings[name] = snap(settings[name]);
  // A word of another loss stands for the first one of this loss.
  const known = MINERS[settings.loss];
  return known.includes(settings.miner) ? settings : { ...settings, miner: known[0] ?? settings.miner };
}

// What all displays of one playground share: its run, and whether it plays.
function makeEngine() {
  const views = new Set();
  let settings = null, run = null, frame = 0, letters = null;
  const drawAll = () => views.forEach((draw) => draw());
  const tick = () => {
    advance(run, settings);
    drawAll();
    frame = views.size && frame ? requestAnimationFrame(tick) : 0;
  };
  const engine = {
    get run() { return run; },
    get settings() { return settings; },
    get isPlaying() { return frame !== 0; },
    // The run that belongs to the model's settings, begun again where they ask for it.
    follow(model) {
      const before = settings;
      letters ??= { pixels: bytesOf(model.get("letters")), classes: model.get("letter_classes"), dim: 64 };
      settings = settingsOf(model);
      const isNew = (name) => before?.[name] !== settings[name];
      if (RESTARTS.some(isNew)) run = newRun(settings, letters);
      else if (Object.keys(settings).some(isNew)) look(run, settings);
    },
    play() {
      frame = requestAnimationFrame(tick);
      drawAll();
    },
    pause() {
      cancelAnimationFrame(frame);
      frame = 0;
      drawAll();
    },
    step(count) {
      for (let k = 0; k < count; k++) advance(run, settings);
      engine.pause();
    },
    restart() {
      run = newRun(settings, letters);
      drawAll();
    },
    join: (draw) => views.add(draw),
    leave(draw) {
      views.delete(draw);
      if (!views.size) engine.pause();
    },
  };
  return engine;
}

const bytesOf = (view) => new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength);

function menu(parent, name, choose) {
  const label = html(parent, "label", { class: "siamese-menu" }, `${name} `);
  const select = html(label, "select", { class: "siamese-select", "aria-label": name });
  select.addEventListener("change", () => choose(select.value));
  select.addEventListener("keydown", (event) => event.stopPropagation());
  return (words, word) => {
    if ([...select.options].map(({ value }) => value).join() !== words.join()) {
      select.replaceChildren(...words.map((value) => new Option(NAMES[value] ?? value, value)));
    }
    select.disabled = words.length < 2;
    select.value = word;
  };
}

function controls(parent, model, engine) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const line = html(parent, "div", { class: "siamese-options" });
  const data = menu(line, "data", (word) => change(model, { data: word }));
  // A loss brings its own margin: distances and cosines are different units.
  const loss = menu(line, "loss", (word) => change(model, { loss: word, margin: isOnCircle(word) ? 0.25 : 1 }));
  const miner = menu(line, "negatives", (word) => change(model, { miner: word }));
  const press = (text, action) => {
    const button = html(line, "button", { type: "button", class: "siamese-button" }, text);
    button.addEventListener("click", action);
    return button;
  };
  const play = press("Play", () => {
    if (engine.isPlaying) engine.pause();
    else if (still.matches) engine.step(AT_ONCE);
    else engine.play();
  });
  press("Step", () => engine.step(1));
  press("Restart", () => engine.restart());
  press("New seed", () => change(model, { seed: (model.get("seed") + 1) % 1000 }));
  return () => {
    const settings = engine.settings, words = MINERS[settings.loss];
    data(WORDS.data, settings.data);
    loss(WORDS.loss, settings.loss);
    const only = FIXED_NEGATIVES[settings.loss];
    miner(only ? [only] : words, only ?? settings.miner);
    setText(play, engine.isPlaying ? "Pause" : still.matches ? `${AT_ONCE} steps` : "Play");
  };
}

const place = (x, y) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`;

function dots(parent, classes) {
  const group = svg(parent, "g", { "aria-hidden": true });
  const paths = Array.from({ length: classes }, (_, k) => svg(group, "path", { class: `siamese-dots siamese-class${k}` }));
  return (labels, at) => {
    const parts = paths.map(() => []);
    labels.forEach((k, i) => parts[k].push(at(i, k)));
    paths.forEach((path, k) => path.setAttribute("d", parts[k].join("")));
  };
}

// The inputs. Behind points of the plane: the class whose mean embedding is nearest.
function inputsPanel(parent, { data }) {
  if (data.name === "letters") {
    drawLetters(parent, data);
    return () => {};
  }
  const side = [-REACH, -1, 0, 1, REACH], cell = BOX[2] / CELLS;
  const at = plane(parent, { x: [-REACH, REACH], y: [-REACH, REACH], box: BOX, xticks: side, yticks: side, xlabel: "first input", ylabel: "second input" });
  const ground = svg(parent, "g", { "aria-hidden": true });
  const paths = Array.from({ length: data.classes }, (_, k) => svg(ground, "path", { class: `siamese-ground siamese-class${k}` }));
  const grid = Float64Array.from({ length: 2 * CELLS ** 2 }, (_, k) => {
    const cellOf = k >> 1, from = BOX[k % 2] + cell / 2;
    return k % 2 ? at.fromY(from + cell * Math.floor(cellOf / CELLS)) : at.fromX(from + cell * (cellOf % CELLS));
  });
  dots(parent, data.classes)(data.labels, (i) => place(at.x(data.inputs[2 * i]), at.y(data.inputs[2 * i + 1])));
  return (run, means, loss) => {
    const parts = paths.map(() => []);
    nearestClass(embeddingsOf(run, grid, loss), means).forEach((k, i) => {
      parts[k].push(`M${BOX[0] + cell * (i % CELLS)} ${BOX[1] + cell * Math.floor(i / CELLS)}h${cell}v${cell}h${-cell}z`);
    });
    paths.forEach((path, k) => path.setAttribute("d", parts[k].join("")));
  };
}

function drawLetters(parent, { inputs, labels, classes, dim }) {
  const across = 10, side = Math.sqrt(dim), pixel = 3, pitch = side * pixel + 3, each = labels.length / classes;
  for (let k = 0; k < classes; k++) {
    // Three shades of ink, a path each.
    for (const [least, most, shade] of [[0.15, 0.4, 0.3], [0.4, 0.7, 0.65], [0.7, 2, 1]]) {
      const parts = [];
      for (let n = 0; n < across * dim; n++) {
        const letter = Math.floor(n / dim), p = n % dim, ink = inputs[(k * each + letter) * dim + p];
        if (ink < least || ink >= most) continue;
        const x = 28 + letter * pitch + pixel * (p % side), y = 40 + k * (pitch + 12) + pixel * Math.floor(p / side);
        parts.push(`M${x} ${y}h${pixel}v${pixel}h${-pixel}z`);
      }
      svg(parent, "path", { d: parts.join(""), class: `siamese-bars siamese-class${k}`, "fill-opacity": shade });
    }
  }
}

// The embeddings: on the circle, or in the plane on axes that fit them. There only distances count,
// so they are drawn from their mean.
function embeddingsPanel(parent, { data }, isCircle) {
  const axes = svg(parent, "g"), show = dots(parent, data.classes);
  if (isCircle) {
    const [cx, cy, radius] = [160, 150, 132];
    svg(axes, "circle", { cx, cy, r: radius, class: "siamese-guide" });
    const track = (k) => radius * (1 - 0.07 * k);
    return (x) => show(data.labels, (i, k) => place(cx + track(k) * x[2 * i], cy - track(k) * x[2 * i + 1]));
  }
  let at, shown = 0;
  return (x) => {
    const [[mx, my]] = classMeans(x, data.labels.map(() => 0), 1);
    const from = x.map((value, k) => value - (k % 2 ? my : mx));
    const far = from.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    const reach = roundUp(far);
    if (reach > shown || reach < shown / 2) { // not to and fro
      const side = [-reach, -reach / 2, 0, reach / 2, reach];
      axes.replaceChildren();
      at = plane(axes, { x: [-reach, reach], y: [-reach, reach], box: BOX, xticks: side, yticks: side, xlabel: "first direction", ylabel: "second direction" });
      shown = reach;
    }
    show(data.labels, (i) => place(at.x(from[2 * i]), at.y(from[2 * i + 1])));
  };
}

// The smallest round number that is not below the value; all have a half that is short to write.
function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return snap([1, 2, 3, 4, 6, 8, 10].find((k) => k * unit >= value * (1 - 1e-9)) * unit, 1e-6);
}

// A curve over the steps on axes that grow with it.
function curvePanel(parent, top, name, xlabel) {
  const axes = svg(parent, "g"), path = svg(parent, "path", { class: "siamese-curve siamese-ink siamese-thin" });
  let at, shown = "";
  return (points, step, highest) => {
    const last = Math.max(100, roundUp(step)), high = roundUp(Math.max(highest, 0.1));
    if (shown !== `${last} ${high}`) {
      axes.replaceChildren();
      at = plane(axes, { x: [0, last], y: [0, high], box: [54, top, 248, 110], xticks: [0, last / 2, last], yticks: [0, high / 2, high], xlabel, ylabel: name });
      shown = `${last} ${high}`;
    }
    path.setAttribute("d", points.map(([x, y], k) => `${k ? "L" : "M"}${at.x(x).toFixed(1)} ${at.y(y).toFixed(1)}`).join(""));
  };
}
