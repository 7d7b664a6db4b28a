"""For the labs' tests: a learner's code, judged by the instant check and as grading does.

A table of a lab's tests holds, by exercise, right answers as source text, and wrong ones as
(old text, new text, a word of the hint): the first right answer with one replacement made. A wrong
answer that is no replacement is (None, source text, word). Where first attempts look otherwise than
right answers, a third entry of the table is the text that replacements are made in.
"""

import ast
import functools

import numpy as np
import pytest

from instructor import build_checks
from instructor.labs.exercise import put
from instructor.labs.find import exercises, find_labs, read_master
from siamese_lib.checks import labs, progress, values

LABS = {lab.name: lab for lab in find_labs()}
GRADED = [name for name, lab in LABS.items() if lab.points]


def master(lab):
    """The master notebook of "lab2"."""
    return read_master(LABS[lab].master)


def learner(lab):
    """The learner's notebook of "lab2", generated now."""
    return build_checks.learner_notebook(LABS[lab].master)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@functools.cache
def solved(lab, skipped=()):
    """The names of a lab after its solutions ran, without the checks and the cells skipped."""
    space = {}
    for cell in code(master(lab)):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if not name.startswith("check") and name not in skipped:
            exec(compile(cell.source, name or "cell", "exec"), space)
    return space


def with_code(lab, source, skipped=()):
    """The same names after a learner's own cell."""
    space = dict(solved(lab, skipped))
    exec(compile(source, "learner", "exec"), space)
    return space


def asked(lab, number):
    """What the lab hands to check() in exercise "2.1", as source text."""
    name = f"check-{number.replace('.', '-')}"
    (cell,) = [
        c for c in code(master(lab)) if c.metadata.get("nbgrader", {}).get("grade_id") == name
    ]
    call = ast.parse(cell.source).body[0].value
    assert call.args[0].value == f"lab{number}"
    return ast.unparse(call.args[1])


def instantly(lab, number, space):
    """(is_right, message) of the instant check."""
    with np.errstate(all="ignore"):
        answer = eval(asked(lab, number), space)
        return labs.verdict(progress.exercises(lab)[f"lab{number}"], answer)


def points(lab, number, space, seed=0):
    """Points that grading gives, part by part: (earned, most) of each."""
    for part in parts(lab, number):
        ask = lambda program, cases: [(_answer(program, c, space), "") for c in cases]  # noqa: E731
        asked, answers = put(part, np.random.default_rng(seed), ask)
        shares = [_share(part, *pair) for pair in zip(asked, answers, strict=True)]
        yield part.points * part.combine(shares), part.points


def _share(part, case, answer):
    try:
        return part.judge(case, answer[0])
    except Exception:  # the grader takes an answer that its judge cannot read for a wrong one, too
        return 0.0


def parts(lab, number):
    """The parts of exercise "2.1", which grading pays for."""
    return exercises(LABS[lab].package)[number].parts


def _answer(ask, case, space):
    *statements, last = ast.parse(ask).body
    space = {**space, "case": case}
    try:
        with np.errstate(all="ignore"):
            exec(compile(ast.Module(statements, []), "ask", "exec"), space)
            return values.plain(eval(compile(ast.Expression(last.value), "ask", "eval"), space))
    except Exception:
        return None


def mutated(right, old, new):
    """The right answer with one replacement, or another source text as it stands."""
    if old is None:
        return new
    assert old in right, f"{old!r} is not in the right answer"
    return right.replace(old, new)


def rights(table):
    """pytest parameters (number, source) of a table."""
    return [
        pytest.param(number, source, id=f"{number}-{k}")
        for number, (sources, *_) in table.items()
        for k, source in enumerate(sources)
    ]


def wrongs(table):
    """pytest parameters (number, source, word of the hint) of a table."""
    return [
        pytest.param(
            number, mutated([sources[0], *base][-1], old, new), word, id=f"{number}-{k}-{word}"
        )
        for number, (sources, wrong, *base) in table.items()
        for k, (old, new, word) in enumerate(wrong)
    ]


def accepted(lab, number, source, skipped=()):
    space = with_code(lab, source, skipped)
    is_right, message = instantly(lab, number, space)
    assert is_right, message
    for seed in (0, 1):
        assert all(earned == most for earned, most in points(lab, number, space, seed))


def rejected(lab, number, source, word, skipped=()):
    space = with_code(lab, source, skipped)
    is_right, message = instantly(lab, number, space)
    assert not is_right
    assert word in message, message
    assert any(earned < most for earned, most in points(lab, number, space))
