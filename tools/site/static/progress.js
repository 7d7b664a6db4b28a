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
  const asked = (box) => box.querySelector("legend").textContent;

  // A guess is said again where it was said before, as if the reader had pressed it.
  function restore(box) {
    const said = load()[page]?.guesses?.[asked(box)];
    if (said === undefined) return;
    for (const input of box.querySelectorAll("input")) {
      if (input.type === "number") {
        input.value = said;
        input.dispatchEvent(new Event("input"));
      } else if (input.parentElement.textContent === said) input.click();
    }
  }
  const seen = new WeakSet();
  new MutationObserver(() => {
    for (const box of document.querySelectorAll(".siamese-guess-all")) {
      if (seen.has(box)) continue;
      seen.add(box);
      restore(box);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("input", ({ target }) => {
    const box = target.closest(".siamese-guess-all");
    if (!box || !target.isTrusted && target.type !== "radio") return;
    const said = target.type === "number" ? target.value : target.parentElement.textContent;
    keep(({ guesses }) => ({ guesses: { ...guesses, [asked(box)]: said } }));
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
      const guesses = Object.keys(all[name].guesses).length, item = document.createElement("li");
      item.textContent = `${all[name].read ? "✓" : "…"} ${link.textContent}${guesses ? `, ${guesses} guessed` : ""}`;
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
