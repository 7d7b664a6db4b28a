// What all explorers share. explorer.py puts this text before each explorer's own file, so that
// every picture is one self-contained module: no build step, nothing fetched.

const SVG = "http://www.w3.org/2000/svg";

// Writes what has changed only: each write makes the browser look at the node again.
function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
  return node;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function html(parent, tag, attributes = {}, text = "") {
  const node = set(document.createElement(tag), attributes);
  node.textContent = text;
  parent.append(node);
  return node;
}

function svg(parent, tag, attributes = {}, text = "") {
  const node = set(document.createElementNS(SVG, tag), attributes);
  node.textContent = text;
  parent.append(node);
  return node;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const snap = (value, step = 0.01) => Number((Math.round(value / step) * step).toFixed(6));
// A name for an element that a url(#...) points to; a second display must not share it.
let named = 0;
const unique = (word) => `siamese-${word}-${++named}-${Math.random().toString(36).slice(2)}`;
const fixed = (value, digits = 3) => (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits);

// The part of an explorer under its sliders: numbers first, so that they stay in sight of the
// sliders on a phone. The sentence is the one live region: a screen reader hears it after each
// change, and can walk through the numbers at leisure.
function stage(el) {
  el.classList.add("siamese-picture");
  const values = html(el, "div", { class: "siamese-values" });
  const sentence = html(el, "p", { class: "siamese-sentence", role: "status" });
  const panels = html(el, "div", { class: "siamese-panels" });
  return { panels, values, sentence };
}

function panel(panels, title, width = 320, height = 320) {
  const figure = html(panels, "figure", { class: "siamese-panel" });
  html(figure, "figcaption", {}, title);
  const box = { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title };
  return svg(figure, "svg", box);
}

// A named number. data-value holds it unrounded, for tests and for whoever wants to read it.
function readout(values, name, role = "") {
  const row = html(values, "div");
  html(row, "span", role ? { class: `siamese-${role}` } : {}, name);
  const output = html(row, "output", { "aria-label": name, "aria-live": "off" });
  return (value, digits = 3) => {
    setText(output, typeof value === "number" ? fixed(value, digits) : value);
    set(output, { "data-value": value });
  };
}

// A line under a panel: what each mark, or each kind of line where it has no mark, stands for.
function legend(parent, entries) {
  const line = html(parent, "p", { class: "siamese-legend" });
  for (const { role, name, mark = "", dash = "" } of entries) {
    const entry = html(line, "span");
    html(entry, "span", { class: `siamese-${role} siamese-coloured`, "aria-hidden": true }, mark);
    if (!mark) {
      const sample = svg(entry, "svg", { width: 30, height: 8, "aria-hidden": true, class: "siamese-sample" });
      svg(sample, "path", { d: "M0 4H30", class: `siamese-curve siamese-${role}`, "stroke-dasharray": dash });
    }
    entry.append(` ${name}`);
  }
}

// A coordinate system in a panel: thin frame, ticks, names. Returns the two maps to pixels.
function plane(parent, { x, y, box = [54, 10, 256, 256], xticks, yticks, xlabel, ylabel }) {
  const [left, top, width, height] = box;
  const at = {
    x: (value) => left + ((value - x[0]) / (x[1] - x[0])) * width,
    y: (value) => top + height - ((value - y[0]) / (y[1] - y[0])) * height,
    fromX: (pixel) => x[0] + ((pixel - left) / width) * (x[1] - x[0]),
    fromY: (pixel) => y[0] + ((top + height - pixel) / height) * (y[1] - y[0]),
  };
  const frame = svg(parent, "g", { class: "siamese-axes" });
  svg(frame, "path", { d: `M${left} ${top}v${height}h${width}`, class: "siamese-frame" });
  for (const tick of xticks) {
    svg(frame, "text", { x: at.x(tick), y: top + height + 17, "text-anchor": "middle" }, String(tick));
    svg(frame, "path", { d: `M${at.x(tick)} ${top + height}v4`, class: "siamese-frame" });
  }
  for (const tick of yticks) {
    svg(frame, "text", { x: left - 7, y: at.y(tick) + 4, "text-anchor": "end" }, String(tick));
    svg(frame, "path", { d: `M${left} ${at.y(tick)}h-4`, class: "siamese-frame" });
  }
  const middle = top + height / 2;
  svg(frame, "text", { x: left + width / 2, y: top + height + 36, "text-anchor": "middle" }, xlabel);
  svg(frame, "text", {
    x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})`,
  }, ylabel);
  return at;
}

// Round numbers from low to high, about as many as asked for, to put at an axis.
function ticks(low, high, about = 6) {
  const rough = (high - low) / about, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((size) => size >= 0.99 * rough);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(6)));
}

// noUiSlider says 0.25 as 0.3, and 0.1 + 0.2 with all its digits.
function sayExactly(handle) {
  const mend = () => {
    const text = String(snap(Number(handle.getAttribute("aria-valuetext"))));
    for (const name of ["aria-valuetext", "aria-valuenow"]) {
      if (handle.getAttribute(name) !== text) handle.setAttribute(name, text);
    }
  };
  new MutationObserver(mend).observe(handle, { attributeFilter: ["aria-valuetext"] });
  mend();
}

// ipywidgets' sliders say their name only to the eye, and read "0,5" as 0 and "3x" as 3. Give
// handle and number field the name, and put the last good value back where the text is no number.
function improveSliders(root) {
  // Notebook 7 takes keys before the page does: an arrow on a slider would fold a heading away.
  for (const node of root.querySelectorAll("[tabindex], button, input, select")) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label")?.textContent ?? "";
    const handle = slider.querySelector(".noUi-handle"), field = slider.querySelector(".widget-readout");
    handle?.setAttribute("aria-label", name);
    if (!handle || !field || field.getAttribute("role")) continue;
    sayExactly(handle);
    set(field, { role: "textbox", "aria-label": `${name}, type a value`, inputmode: "decimal" });
    let good = field.textContent;
    field.addEventListener("focus", () => { good = field.textContent; });
    const refuse = (event) => {
      if (event.type === "keydown" && event.key !== "Enter") return;
      const text = field.textContent.trim().replace(",", ".").replace("−", "-");
      field.textContent = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? text : good;
      if (event.type === "keydown") setTimeout(() => { good = field.textContent; });
    };
    root.addEventListener("keydown", (event) => event.target === field && refuse(event), true);
    root.addEventListener("blur", (event) => event.target === field && refuse(event), true);
  }
}

// Draw now and after every change of the model, until the view goes away. Each drawing reports
// the milliseconds it took, which is what `make bench` listens to. A draw that gives false has
// left the drawing to the change that follows at once.
function follow(model, el, draw) {
  const timed = () => {
    const start = performance.now();
    if (draw() === false) return;
    el.dispatchEvent(new CustomEvent("explorer-drawn", {
      bubbles: true, detail: performance.now() - start,
    }));
  };
  model.on("change", timed);
  timed();
  const watcher = new ResizeObserver(() => {
    const root = el.closest(".siamese-explorer");
    if (!root) return;
    watcher.observe(root); // its height changes when a slider joins it
    improveSliders(root);
  });
  watcher.observe(el);
  return () => {
    watcher.disconnect();
    model.off("change", timed);
  };
}

function change(model, values) {
  model.set(values);
  model.save_changes();
}
