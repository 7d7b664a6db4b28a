"""The learner's checks: right answers pass, wrong ones are told what is wrong, progress is kept.

Hints have tests of their own: test_first_attempts.py.
"""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from siamese_lib import checks
from siamese_lib.checks import progress
from siamese_lib.checks.contents import CONTENTS
from siamese_lib.checks.exercise import Exercise, Mistake, verdict
from siamese_lib.checks.slips import slip

SCRIPTS = Path(__file__).parents[2] / "notebooks" / "scripts"
EXERCISES = {name: e for n in progress.CORE for name, e in progress.exercises(n).items()}


def solutions(notebook):
    """The folded solutions of a notebook, by exercise: everything a learner could unfold."""
    text = re.sub(r"^# ?", "", notebook_text(notebook), flags=re.MULTILINE)
    found = re.findall(r"Solution to ([\w.]+)</summary>.*?```python\n(.*?)```", text, re.DOTALL)
    return dict(found)


def notebook_text(notebook):
    """The percent script of a notebook."""
    (stem,) = (entry.stem for entry in CONTENTS if entry.topic == notebook)
    return (SCRIPTS / f"{stem}.py").read_text(encoding="utf-8")


def asked_name(notebook, name):
    """The name that the notebook hands to check()."""
    return re.search(rf'check\("{name}", (\w+)\)', notebook_text(notebook))[1]


def answer_from(code, notebook, name):
    """Run a solution after the notebook's imports, literals and functions, not its training."""
    space = {}
    for node in ast.parse(notebook_text(notebook)).body:
        if _is_cheap(node):
            exec(compile(ast.Module([node], []), "notebook", "exec"), space)
    exec(code, space)
    return space[asked_name(notebook, name)]


def _is_cheap(node):
    if not isinstance(node, ast.Assign):
        return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
    if not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    return all(isinstance(n, ast.Constant | ast.UnaryOp | ast.USub) for n in ast.walk(node.value))


@pytest.mark.parametrize("name", EXERCISES)
def test_the_folded_solution_is_accepted(name):
    notebook = name.partition(".")[0]
    is_right, message = verdict(
        EXERCISES[name], answer_from(solutions(notebook)[name], notebook, name)
    )
    assert is_right, message


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_is_accepted_and_the_stub_is_not_yet(name):
    exercise = EXERCISES[name]
    assert verdict(exercise, exercise.right)[0]
    for stub in (None, ..., lambda *_: None, lambda *_: ...):
        if not callable(stub) or callable(exercise.right):
            is_right, message = verdict(exercise, stub)
            assert not is_right
            assert message.startswith("not yet")


@pytest.mark.parametrize("notebook", progress.CORE)
def test_each_notebook_has_two_to_five_exercises_each_checked_once_and_solved(notebook):
    names = list(progress.exercises(notebook))
    assert 2 <= len(names) <= 5
    assert re.findall(r'check\("([\w.]+)",', notebook_text(notebook)) == names
    assert list(solutions(notebook)) == names
    for name in names:
        assert len(EXERCISES[name].mistakes) >= 3
        assert not callable(EXERCISES[name].right) or len(EXERCISES[name].cases) >= 3


DOUBLE = Exercise(
    "double", lambda x: 2 * x, ((np.ones(3),), (np.arange(2.0),)),
    (Mistake(lambda x: x**2, "this is the square."),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: x**2, "0 of 2 cases right. Case 1: .*Hint: this is the square."),
        (lambda x: x + 1, r"1 of 2 cases right. Case 2: your answer .* differs"),
        (lambda x: 1 / 0, "case 1 raised ZeroDivisionError: division by zero"),
        (lambda: 1, r"takes \(\); here it gets 1 arguments, \(x\)"),
        (lambda x: x * np.nan, "holds NaN"),
        (lambda x: 6.0, r"shape \(\), it should be \(3,\)"),
        (lambda x: "six", "'six' is no number"),
        (np.ones(3), "give the function itself, without brackets"),
    ],
)
def test_what_a_wrong_answer_is_told(answer, said):
    is_right, message = verdict(DOUBLE, answer)
    assert not is_right
    assert re.search(said, message)
    assert "2." not in message.replace("of 2 ", "")  # the right value is never shown


def above_one(x):
    return x[x > 1]


ABOVE = Exercise(
    "above 1", above_one, ((np.arange(4.0),), (np.zeros(2),)),
    (
        Mistake(slip(above_one, gives=len), "this counts them."),
        Mistake(slip(above_one, gives=lambda above: above[::-1]), "they are turned round."),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: {"above": x[x > 1]}, "a dict of above; give an array"),
        (lambda x: x[x > 2], "should be"),  # an array of nothing has no first entry
        (lambda x: [x[x > 1], "two"], "give an array"),
        (lambda x: np.array([None, 1.0]), "other things than numbers; give an array"),
    ],
)
def test_no_answer_of_any_kind_breaks_the_check(answer, said):
    is_right, message = verdict(ABOVE, answer)
    assert not is_right
    assert said in message
    assert not verdict(Exercise("", "hard"), answer(np.arange(4.0)))[0]
    by_word = Exercise("", lambda x: "hard", ABOVE.cases, (Mistake(lambda x: "easy", "no."),))
    assert not verdict(by_word, answer)[0]


def test_values_booleans_and_words():
    assert verdict(Exercise("", 0.5), 0.50001)[0]
    assert not verdict(Exercise("", 0.5), 0.51)[0]
    assert not verdict(Exercise("", True), 1)[0]
    assert verdict(Exercise("", "hard"), "hard")[0]
    assert not verdict(Exercise("", "hard"), "easy")[0]


def test_the_hint_is_that_of_the_value_that_is_named():
    mistakes = (Mistake({"b": 4.0}, "half of it."), Mistake({"a": 2.0}, "twice."))
    known = Exercise("", {"a": 1.0, "b": 2.0}, (), mistakes, fallback="work it out.")
    assert verdict(known, {"a": 2.0, "b": 4.0})[1] == "a 2 differs. Hint: twice."
    assert verdict(known, {"a": 7.0, "b": 4.0})[1] == "a 7 differs. Hint: work it out."
    assert verdict(known, {"a": 1.0, "b": 4.0})[1] == "b 4 differs. Hint: half of it."


def test_a_pass_is_remembered_and_can_be_forgotten(capsys):
    checks.check("cost.4", ...)
    assert ("cost", 0, 4) in checks.course_progress()
    checks.check("cost.4", 0.4)
    checks.check("start.1", lambda w: 4 * w**3)
    assert ("cost", 1, 4) in checks.course_progress()
    checks.check("cost.4", 0.7)  # a later slip takes nothing away
    assert ("cost", 1, 4) in checks.course_progress()
    checks.forget("cost")
    assert ("cost", 0, 4) in checks.course_progress()
    assert ("start", 1) in [entry[:2] for entry in checks.course_progress()]
    checks.forget()
    assert sum(passed for _, passed, _ in checks.course_progress()) == 0
    assert ("lab2", 0, 6) in checks.course_progress()
    progress.remember("lab2.3")
    assert ("lab2", 1, 6) in checks.course_progress()
    checks.forget("lab2")
    assert ("lab2", 0, 6) in checks.course_progress()
    said = capsys.readouterr().out
    assert "cost.4 by hand: not yet" in said
    assert "cost.4 by hand: right." in said


def test_bad_input_is_quoted():
    with pytest.raises(ValueError, match="'cost.9'; give one of cost.1"):
        checks.check("cost.9", 1)
    with pytest.raises(ValueError, match="name of an exercise comes first"):
        checks.check(len, "cost.1")


def test_an_edit_whose_cell_was_not_run_is_noticed(capsys):
    def wrong(w):
        return w

    def other(w):
        return 2 * w

    def shown(*answers):
        for answer in answers:
            checks.check("start.1", answer)
        return " ".join(capsys.readouterr().out.split()).count(checks.NOT_RUN)

    assert shown(wrong, other, wrong) == 0
    assert shown(wrong) == 1
    assert shown(lambda w: ..., lambda w: ...) == 0
    stub = lambda w: ...  # noqa: E731
    assert shown(stub, stub) == 0  # "not yet" says it already
    assert shown(lambda w: 4 * w**3) == 0
    assert shown(3.0, 3.0) == 0  # no function at all: the check says so


def test_an_answer_that_uses_an_earlier_function_is_new_when_that_one_was_mended(capsys):
    scale = 2

    def answer(w):
        return scale * w

    checks.check("start.1", answer)
    scale = 3
    checks.check("start.1", answer)
    assert "judged before" not in capsys.readouterr().out


def test_of_several_functions_all_are_the_same(capsys):
    def loop(*case):
        return 1

    for answer in ((loop, loop), (loop, len)):
        checks.check("lab2.2", answer)
    assert "judged before" not in capsys.readouterr().out
    checks.check("lab2.2", (loop, len))
    assert "judged before" in " ".join(capsys.readouterr().out.split())
