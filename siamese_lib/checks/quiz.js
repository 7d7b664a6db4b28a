// A quiz: every answer that is chosen shows its explanation. Nothing is stored or sent.

export function summary(first, total) {
  const answered = first.filter((x) => x !== null).length;
  const right = first.filter((x) => x === true).length;
  return answered ? `${right} of ${answered} right at the first try, ${total - answered} to go` :
    `${total} questions`;
}

let quizzes = 0;

function render({ model, el }) {
  const questions = model.get("questions");
  const first = questions.map(() => null);
  const number = ++quizzes;
  const make = (parent, tag, text, kind) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    if (kind) node.className = `siamese-quiz-${kind}`;
    parent.appendChild(node);
    return node;
  };
  const root = make(el, "div", "", "all");
  const score = make(root, "p", summary(first, questions.length), "score");
  questions.forEach((question, k) => {
    const box = make(root, "fieldset", "", "question");
    make(box, "legend", `${k + 1}. ${question.ask}`);
    const inputs = question.answers.map(([text]) => {
      const label = make(box, "label");
      const input = make(label, "input");
      input.type = "radio";
      // Notebook 7 would take an arrow key for itself and fold a heading away.
      input.setAttribute("data-lm-suppress-shortcuts", "true");
      input.name = `quiz-${number}-${k}`;
      make(label, "span", text);
      return input;
    });
    const why = make(box, "p", "", "why");
    why.setAttribute("role", "status");
    inputs.forEach((input, j) => input.addEventListener("change", () => {
      const isRight = j === question.right;
      if (first[k] === null) first[k] = isRight;
      why.textContent = `${isRight ? "Right." : "No."} ${question.answers[j][1]} ` +
        `(More in notebook ${question.notebook}.)`;
      why.dataset.right = isRight;
      score.textContent = summary(first, questions.length);
    }));
  });
}

export default { render };
