"""The learner's checks: right answers pass, each mistake gets its own hint, progress is kept."""

import ast
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib import checks
from siamese_lib.checks import progress
from siamese_lib.checks.contents import CONTENTS
from siamese_lib.checks.exercise import Exercise, Mistake, verdict
from siamese_lib.losses import modified_triplet_loss

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


@pytest.mark.parametrize(
    ("name", "k"), [(name, k) for name, e in EXERCISES.items() for k in range(len(e.mistakes))]
)
def test_each_mistake_gets_its_own_hint(name, k):
    exercise = EXERCISES[name]
    is_right, message = verdict(exercise, exercise.mistakes[k].answer)
    assert not is_right
    assert message.endswith(f"Hint: {exercise.mistakes[k].hint}")


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


def test_values_booleans_and_words():
    assert verdict(Exercise("", 0.5), 0.50001)[0]
    assert not verdict(Exercise("", 0.5), 0.51)[0]
    assert not verdict(Exercise("", True), 1)[0]
    assert verdict(Exercise("", "hard"), "hard")[0]
    assert not verdict(Exercise("", "hard"), "easy")[0]


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


def test_the_gradient_by_hand_is_the_one_that_jax_finds():
    exercise = EXERCISES["batch.5"]
    for similarity, margin in exercise.cases:
        # On the unit vectors of the standard basis S is given: S = I @ S.
        loss = jax.grad(
            lambda s, margin=margin: modified_triplet_loss(
                jnp.eye(len(s)), s.T, margin=margin, reduction="sum"
            )
        )(jnp.asarray(similarity))
        np.testing.assert_allclose(exercise.right(similarity, margin), loss, atol=1e-6)


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
