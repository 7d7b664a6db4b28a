// Where AMD finds anywidget: beside this file, whatever page asks. And for ipywidgets, which knows
// the second MathJax only, the queue of that one, served by the third.
(() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  window.require.config({ paths: { anywidget: `${here}anywidget` } });
  const waiting = [];
  const typeset = (node) => MathJax.startup.promise.then(() => MathJax.typesetPromise([node]));
  const Hub = { Queue: (...calls) => calls.forEach(([, , node]) => waiting.push(node)) };
  window.MathJax = {
    ...window.MathJax, Hub,
    startup: {
      ...window.MathJax?.startup,
      ready() {
        MathJax.startup.defaultReady();
        MathJax.Hub = { Queue: (...calls) => calls.forEach(([, , node]) => typeset(node)) };
        waiting.forEach(typeset);
      },
    },
  };
})();
