// A guess: chosen or typed, then kept in sight while the next cell answers.

let guesses = 0;

function render({ model, el }) {
  const make = (parent, tag, text, kind) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    if (kind) node.className = `siamese-guess-${kind}`;
    parent.appendChild(node);
    return node;
  };
  const field = (parent, type) => {
    const input = make(parent, "input");
    input.type = type;
    // Notebook 7 would take an arrow key for itself and fold a heading away.
    input.setAttribute("data-lm-suppress-shortcuts", "true");
    return input;
  };
  const said = (text) => {
    model.set("said", text);
    model.save_changes();
  };
  const box = make(el, "fieldset", "", "all");
  make(box, "legend", model.get("question"));
  const choices = model.get("choices"), name = `guess-${++guesses}`;
  const inputs = choices.map((text) => {
    const label = make(box, "label");
    const input = field(label, "radio");
    input.name = name;
    make(label, "span", text);
    input.addEventListener("change", () => said(text));
    return input;
  });
  if (!choices.length) {
    const input = field(box, "number");
    input.step = "any";
    input.setAttribute("aria-label", "your guess");
    input.addEventListener("input", () => said(input.value));
    inputs.push(input);
  }
  const status = make(box, "p", "", "status");
  status.setAttribute("role", "status");
  const update = () => {
    const text = model.get("said");
    inputs.forEach((input, k) => {
      if (choices.length) input.checked = choices[k] === text;
      else if (input.value !== text) input.value = text;
    });
    status.textContent = text ? `You say: ${text}. The next cell answers.` : "Your guess first, then the next cell.";
  };
  model.on("change:said", update);
  update();
  return () => model.off("change:said", update);
}

export default { render };
