"""Runs in the learner's kernel, as text, after plain.py: puts one part's cases to their code.

Finds `space`, the learner's variables, and `ask`, `cases`, `nonce`, `most` (characters). Whatever
a learner has patched here changes only what the answers are, and wrong answers earn nothing.
"""

import ast
import traceback


def answer_all(space, ask, texts):
    """A result for each case: the answer as text, or the error's name and the learner's line."""
    program = ast.parse(ask)
    last = ast.Expression(program.body.pop().value)
    results = []
    for text in texts:
        names = {**space, "case": loads(text)}  # noqa: F821 - of plain.py
        try:
            exec(compile(program, "<question>", "exec"), names)
            value = eval(compile(last, "<question>", "eval"), names)
            results.append({"answer": dumps(value)})  # noqa: F821
        except Exception as error:
            results.append({"error": type(error).__name__, "line": line_of(error)})
    return results


def line_of(error):
    """The text of the innermost line of a cell that led to the error."""
    try:
        frames = traceback.extract_tb(error.__traceback__)
        return [frame.line for frame in frames if "ipykernel_" in frame.filename][-1]
    except Exception:
        return None


def reply(results, nonce, most):
    """Leaves the results in the reply to this very request."""
    if sum(len(result.get("answer", "")) for result in results) > most:
        results = [{"error": "TooLarge"} for _ in results]
    payload = {"source": "answers", "nonce": nonce, "results": results}
    get_ipython().payload_manager.write_payload(payload, single=False)  # noqa: F821
