// What a reader moved, set or enrolled in an explorer stays through reload, back and forward, as long
// as the tab is open. Each change of an explorer's values is written down; before the widgets are made,
// their stored state is brought up to it. Loaded after widgets.js.

(() => {
  const KEY = `siamese-moved ${location.pathname}`;
  // Strokes and training end with the page; so does what was said of them.
  const ENDS = new Set(["drawing", "similarity", "answered"]);
  let moved = {};
  try { moved = JSON.parse(sessionStorage.getItem(KEY)) ?? {}; } catch { /* a browser that keeps nothing */ }

  const text = (view) => btoa(String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)));
  function record(model) {
    const values = moved[model.model_id] ??= {};
    for (const [name, value] of Object.entries(model.changedAttributes() || {})) {
      if (name.startsWith("_") || ENDS.has(name)) continue;
      values[name] = value instanceof DataView ? { bytes: text(value) } : value;
    }
    try { sessionStorage.setItem(KEY, JSON.stringify(moved)); } catch { /* or not so much */ }
  }

  window.require.config({ paths: { "anywidget-itself": window.require.toUrl("anywidget") } });
  define("anywidget", ["anywidget-itself"], (itself) => ({
    ...itself,
    AnyModel: class extends itself.AnyModel {
      initialize(...given) {
        super.initialize(...given);
        if (/^siamese_lib\.explorers\./.test(this.get("_anywidget_id"))) this.on("change", record);
      }
    },
  }));

  // Sliders go first: a link carries a slider's value to the picture when it is made.
  function restore(state) {
    const value = (id, name) => moved[id.replace("IPY_MODEL_", "")]?.[name];
    for (const { model_name: kind, state: link } of Object.values(state)) {
      if (kind !== "LinkModel") continue;
      const [[from, own], [to, name]] = [link.source, link.target], held = value(to, name);
      if (held !== undefined) state[from.replace("IPY_MODEL_", "")].state[own] = held;
    }
    for (const [id, values] of Object.entries(moved)) {
      if (!state[id]) continue; // the pages were built anew
      for (const [name, held] of Object.entries(values)) {
        const buffer = (state[id].buffers ?? []).find(({ path }) => path[0] === name);
        if (held?.bytes === undefined) state[id].state[name] = held;
        else if (buffer) buffer.data = held.bytes;
      }
    }
  }
  addEventListener("DOMContentLoaded", () => {
    if (!Object.keys(moved).length) return;
    for (const script of document.querySelectorAll("script[type='application/vnd.jupyter.widget-state+json']")) {
      const all = JSON.parse(script.textContent);
      restore(all.state);
      script.textContent = JSON.stringify(all);
    }
  });
})();
