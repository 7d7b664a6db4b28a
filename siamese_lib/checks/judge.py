"""How an answer to an exercise is judged: each case run, compared, and explained."""

import copy
import dis
import inspect
from collections.abc import Callable
from typing import NamedTuple

from siamese_lib.checks import hints
from siamese_lib.checks.difference import difference, first_wrong, is_other_kind
from siamese_lib.checks.failure import NONE_GIVEN, Raised, raised
from siamese_lib.checks.values import named, plain, quiet, same, shown

NOT_YET = "not yet. Replace the dots with your answer and run the cell again."
# All that a body of dots, `pass` or a text does.
IDLE = {
    "RESUME", "NOP", "POP_TOP", "LOAD_CONST", "LOAD_FAST", "STORE_FAST", "RETURN_CONST",
    "RETURN_VALUE", "RETURN_GENERATOR", "COPY_FREE_VARS", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT",
}  # fmt: skip
OWN = "your answer"
CHANGED = "your code changed its arguments"


class Task(NamedTuple):
    """An exercise as the judge sees it, from a notebook or a lab.

    run: run(answer, case) -> value. expected: one value a case. names: what the entries of a case
    are called. guards: {number of a case, from 0: hint where only such cases are wrong}.
    mistakes, pairs: functions of no argument that give hints.Known. meaning: what a pass says.
    """

    cases: tuple
    run: Callable
    expected: list
    names: tuple
    tolerance: float
    mistakes: Callable
    pairs: Callable
    guards: dict
    fallback: str
    meaning: str


class Finding(NamedTuple):
    """What a check has to say: a verdict, and the case it speaks of as it is shown.

    done: how many cases are right. number: of the case shown, from 1. case, given, expected: lines
    for the eye, "" where there are none.
    """

    is_right: bool
    said: str
    done: str = ""
    number: int | None = None
    case: str = ""
    given: str = ""
    expected: str = ""

    @property
    def message(self):
        """All but the case, in one line."""
        if not self.number:
            return self.said
        if self.said.startswith("raised"):
            return f"{self.done.removesuffix('.')}, case {self.number} {self.said}"
        return f"{self.done} Case {self.number}: {self.said}".strip()


def judge(task, answer):
    """The Finding on an answer. Never raises for what a learner wrote."""
    given = []
    for number, case in enumerate(task.cases, 1):
        own = copy.deepcopy(case)
        value = _run(task, answer, own)
        if value is None or (isinstance(value, Raised) and value.kind == "NotImplementedError"):
            return _nothing(task, answer, value, number)
        if not same(plain(list(own)), plain(list(case)), 0):
            return _finding(task, number, f"{CHANGED}; work on a copy of them.", value)
        given.append(value)
    return _compared(task, given)


def _run(task, answer, case):
    try:
        with quiet():
            return plain(task.run(answer, case))
    except Exception as error:  # whatever a learner's code raises is a finding, not a crash
        return raised(error)


def _nothing(task, answer, value, number):
    if value is not None or is_stub(answer):
        return Finding(False, NOT_YET)
    return _finding(task, number, NONE_GIVEN, value)


def is_stub(answer):
    """True for a function, or a class that is called, which still consists of dots."""
    if isinstance(answer, tuple | list):
        return any(map(is_stub, answer))
    inner = inspect.unwrap(answer)
    code = getattr(inner.__call__ if inspect.isclass(inner) else inner, "__code__", None)
    return code is not None and all(step.opname in IDLE for step in dis.get_instructions(code))


def _compared(task, given):
    present, missing = _present(task.expected, given)
    asked = hints.Asked(given, present, frozenset(task.guards), task.tolerance)
    wrong, count = asked.wrong(), len(given)
    if not wrong and missing:
        return Finding(False, f"{', '.join(present[0])}: right so far. {missing[0]}: not yet.")
    if not wrong:
        return Finding(True, f"right, {count} of {count} cases. {task.meaning}".strip())
    _, first = asked.plain_and_first()
    said, value = _said(asked, first), given[first]
    hint = _hint(task, asked, first)
    said = f"{said} Hint: {hint}" if hint else said
    done = f"{count - len(wrong)} of {count} cases right."
    return _finding(task, first + 1, said, value, done, present[first])


def _present(expected, given):
    """expected without the parts of an exercise that give None, and the names of those."""
    entries = next((g for g in given if isinstance(g, dict)), {})
    missing = [name for name, entry in entries.items() if entry is None and name in expected[0]]
    if not missing or len(missing) == len(expected[0]):
        return expected, []
    return [{n: x for n, x in e.items() if n not in missing} for e in expected], missing


def _said(asked, case):
    value = asked.given[case]
    if isinstance(value, Raised):
        return f"{value.said}."
    return difference(value, asked.expected[case], asked.tolerance)


def _hint(task, asked, first):
    value = asked.given[first]
    if isinstance(value, Raised):
        return task.guards.get(first) or value.cause or task.fallback
    guard, mistakes = task.guards.get(first, ""), task.mistakes()
    if is_other_kind(value, asked.expected[first]):
        return hints.strong(asked, mistakes, task.pairs)
    return hints.hint(asked, mistakes, task.pairs, guard) or task.fallback


def _finding(task, number, said, value, done="", expected=None):
    expected = task.expected[number - 1] if expected is None else expected
    case = [named(*pair) for pair in zip(task.names, task.cases[number - 1], strict=True)]
    return Finding(
        False, said, done, number, "\n".join(case), _answer(task, value, expected), shown(expected)
    )


def _answer(task, value, expected):
    """What the learner's code gave; of facts about it the wrong one, or what stands for them."""
    if value is None or isinstance(value, Raised):
        return ""
    if not isinstance(value, dict):
        return named(OWN, value)
    if "shown" in value:
        return named(OWN, value["shown"])
    wrong = first_wrong(value, expected, task.tolerance)
    return named(wrong if wrong == OWN else f"your {wrong}", value.get(wrong))
