// What a reader has read and guessed, kept by the browser alone; the first page shows and exports it.

(() => {
  const KEY = "siamese-reading", page = location.pathname.split("/").pop().replace(/\.html$/, "");
  const load = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
  };
  const keep = (change) => {
    const all = load();
    all[page] = { guesses: {}, ...all[page], ...change(all[page] ?? { guesses: {} }) };
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* a browser that keeps nothing */ }
  };
  const QUESTION = ".siamese-quiz-question", BOXES = `.siamese-guess-all, ${QUESTION}`;
  const asked = (box) => box.querySelector("legend").textContent;

  // What was guessed or answered is said again, as if the reader had pressed it.
  function say(box, said) {
    for (const input of box.querySelectorAll("input")) {
      if (input.type === "number") {
        input.value = said;
        input.dispatchEvent(new Event("input"));
      } else if (input.parentElement.textContent === said) input.click();
    }
  }
  function restore(box) {
    const { guesses = {}, answers = {} } = load()[page] ?? {};
    // In the quiz the first answer to a question counts, and the last is shown.
    const said = box.matches(QUESTION) ? answers[asked(box)] : guesses[asked(box)];
    for (const text of new Set([said ?? []].flat())) say(box, text);
  }
  const seen = new WeakSet();
  new MutationObserver(() => {
    for (const box of document.querySelectorAll(BOXES)) {
      if (seen.has(box)) continue;
      seen.add(box);
      restore(box);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("input", ({ target }) => {
    const box = target.closest(BOXES);
    if (!box || !target.isTrusted && target.type !== "radio") return;
    const said = target.type === "number" ? target.value : target.parentElement.textContent;
    keep(({ guesses, answers = {} }) => box.matches(QUESTION)
      ? { answers: { ...answers, [asked(box)]: [answers[asked(box)]?.[0] ?? said, said] } }
      : { guesses: { ...guesses, [asked(box)]: said } });
  });

  addEventListener("DOMContentLoaded", () => {
    const recap = document.querySelector("section#recap");
    if (recap) new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) keep(() => ({ read: true }));
    }).observe(recap);
    const shown = document.querySelector("#your-reading");
    if (shown) show(shown);
  });

  function show(place) {
    const all = load(), list = document.createElement("ul");
    list.className = "siamese-ticks";
    for (const link of document.querySelectorAll(".toctree-wrapper a.internal")) {
      const name = link.getAttribute("href").split("/").pop().replace(/\.html$/, "");
      if (!all[name]) continue;
      const { read, guesses, answers = {} } = all[name], item = document.createElement("li");
      const count = (what, word) => (Object.keys(what).length ? `, ${Object.keys(what).length} ${word}` : "");
      item.textContent = `${read ? "✓" : "…"} ${link.textContent}${count(guesses, "guessed")}${count(answers, "answered")}`;
      list.append(item);
    }
    const line = document.createElement("p");
    line.textContent = list.children.length ? "What you have read and guessed; only this browser knows."
      : "Nothing yet. What you read and guess is ticked off here, and only this browser knows.";
    const button = (text, action) => {
      const node = document.createElement("button");
      [node.type, node.textContent] = ["button", text];
      node.addEventListener("click", action);
      return node;
    };
    place.append(line, list);
    if (!list.children.length) return;
    place.append(button("export", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(all, null, 1)], { type: "application/json" }));
      link.download = "siamese_reading.json";
      link.click();
    }), button("forget", () => {
      localStorage.removeItem(KEY);
      place.replaceChildren();
      show(place);
    }));
  }
})();
