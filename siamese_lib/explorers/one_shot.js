// One-shot: a pad to draw on, and the support set ranked: by the encoder in this page, or by the kernel.

const SHOWN = 8;    // classes listed
const PATIENCE = 3000; // ms without an answer: then no kernel listens

function render({ model, el }) {
  const { panels, values, sentence } = stage(el);
  const get = (name) => model.get(name);
  // None for an empty pad: an answer to what was there before may arrive after "clear".
  const answer = () => (get("drawing").byteLength ? get("similarity") : []);

  const left = html(panels, "figure", { class: "siamese-panel" });
  html(left, "figcaption", {}, "Draw a character");
  const pad = html(left, "canvas", {
    class: "siamese-pad", width: 2 * PAD, height: 2 * PAD, tabindex: 0, role: "application",
    "aria-label": "drawing pad: arrow keys move the pen, space puts it down or lifts it, Escape clears",
  });
  const controls = html(left, "div", { class: "siamese-options" });
  const press = (text, action) => {
    const node = html(controls, "button", { type: "button", class: "siamese-button" }, text);
    node.addEventListener("click", action);
    return node;
  };
  const name = html(controls, "input", {
    type: "text", class: "siamese-name", maxlength: 24, size: 10, placeholder: "name", "aria-label": "name of the class to enrol",
  });
  name.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") enrol();
  });
  press("enrol", enrol);
  press("forget", forget);
  press("clear", clear);

  const right = html(panels, "figure", { class: "siamese-panel siamese-ranked" });
  html(right, "figcaption", {}, "Support set, most similar first");
  const list = html(right, "ol", { class: "siamese-ranking" });
  const show = {
    best: readout(values, "closest", "positive"), similarity: readout(values, "its cosine"),
    lead: readout(values, "lead"), answer: readout(values, "answered in ms"),
  };

  const weights = get("weights").byteLength ? tensors(get("weights")) : null, vectorOf = remembered(weights);
  const { strokes, replace } = drawOn(pad, {
    width: PAD, height: PAD, start: [PAD / 2, PAD / 2], line: PAD * DRAWN.stroke / SIDE, lifted: send, cleared: clear,
  });
  let sent = 0, asked = null, silent = null, problem = "", news = "";
  const pictures = () => cut(get("support"), SIDE), drawn = () => bytesOf(get("drawing"));
  // What was drawn or enrolled is compared here, or by the kernel where a learner's `embed` is asked.
  function ask(changes) {
    sent = performance.now();
    problem = "";
    clearTimeout(silent);
    if (!weights) {
      asked = get("answered");
      silent = setTimeout(() => {
        if (asked !== get("answered")) return;
        problem = "No answer: your own embed is Python, and no kernel listens. After a restart run the cell again.";
        say();
      }, PATIENCE);
      return change(model, changes);
    }
    change(model, changes);
    if (!drawn().length) return;
    const [query, vectors] = [vectorOf(drawn()), pictures().map(vectorOf)];
    const similarity = similarities(vectors, get("owner"), query, get("names").length);
    change(model, { similarity, answered: get("answered") + 1 });
  }
  function send() {
    news = "";
    if (strokes.length) ask({ drawing: joined([inked(strokes, placement(strokes), DRAWN)]) });
  }
  function clear() {
    replace();
    [problem, news] = ["", ""];
    clearTimeout(silent);
    change(model, { drawing: new DataView(new ArrayBuffer(0)), similarity: [] });
  }
  const state = () => ({ names: get("names"), owner: get("owner"), enrolled: get("enrolled"), support: pictures() });
  const withBytes = (found) => ({ ...found, support: joined(found.support) });
  function enrol() {
    const called = name.value.trim();
    problem = !strokes.length ? "Draw a character first." : !called ? "Type a name first, then enrol." : "";
    if (problem) return say();
    news = enrolledAs(called, get("names"));
    ask(withBytes(enrolIn(state(), called, drawn())));
  }
  function forget() {
    const called = name.value.trim(), found = forgetIn(state(), called);
    problem = !called ? "Type the name that is to be forgotten."
      : found.support.length === pictures().length ? `You have enrolled nothing under the name ${called}.` : "";
    if (problem) return say();
    news = `${called} is forgotten.`;
    ask({ ...withBytes(found), similarity: [] });
  }

  const rows = Array.from({ length: SHOWN }, () => {
    const row = html(list, "li");
    const picture = html(row, "canvas", { width: SIDE, height: SIDE, "aria-hidden": true });
    const label = html(row, "span", { class: "siamese-who" });
    const bar = html(html(row, "span", { class: "siamese-bar", "aria-hidden": true }), "span");
    const number = html(row, "output", { "aria-live": "off" });
    return { row, picture, label, bar, number };
  });

  function say() {
    const order = ranking(answer(), 2), names = get("names"), mine = get("enrolled");
    const known = `${names.length - mine} classes to begin with${mine ? `, ${mine} enrolled by you` : ""}`;
    sentence.textContent = problem || (!order.length ? `Draw a character: ${known}.`
      : news ? `${news} ${known}.` : `Closest is ${names[order[0][0]]}, cosine ${fixed(order[0][1], 2)}; ${known}.`);
  }

  let answers = get("answered");
  function draw() {
    const names = get("names"), similarity = answer(), support = pictures(), owner = get("owner");
    // With no drawing the list shows the support set in its own order, the learner's classes first.
    const none = !similarity.length, first = names.length - get("enrolled");
    const order = none ? names.map((_, k) => [(k + first) % names.length, null]).slice(0, SHOWN) : ranking(similarity, SHOWN);
    rows.forEach(({ row, picture, label, bar, number }, k) => {
      row.hidden = k >= order.length;
      if (row.hidden) return;
      const [place, value] = order[k];
      paint(picture, support[owner.indexOf(place)]);
      label.textContent = names[place];
      row.classList.toggle("siamese-mine", place >= first);
      bar.style.width = `${100 * clamp(value ?? 0, 0, 1)}%`;
      number.textContent = value === null ? "" : fixed(value, 2);
      number.setAttribute("aria-label", `similarity of ${names[place]}`);
      number.dataset.value = value;
    });
    show.best(none ? "-" : names[order[0][0]]);
    show.similarity(none ? "-" : order[0][1]);
    show.lead(none || order.length < 2 ? "-" : order[0][1] - order[1][1]);
    if (answers !== get("answered")) {
      answers = get("answered");
      show.answer(performance.now() - sent, 0);
    }
    say();
  }
  show.answer("-");
  // The support set's vectors before they are needed, one in each free moment.
  const prepare = (k) => {
    if (!weights || k >= pictures().length) return;
    vectorOf(pictures()[k]);
    preparing = setTimeout(prepare, 0, k + 1);
  };
  let preparing = setTimeout(prepare, 0, 0);
  const stop = follow(model, el, draw);
  return () => {
    clearTimeout(silent);
    clearTimeout(preparing);
    stop();
  };
}

export default { render };
