"""How an answer to an exercise is judged: each case is run, compared and explained."""

import copy
import dis
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from siamese_lib.checks import hints
from siamese_lib.checks.difference import difference, first_wrong, is_fact, is_other_kind
from siamese_lib.checks.failure import NONE_GIVEN, UNKNOWN, Raised, raised
from siamese_lib.checks.values import named, plain, quiet, same, shown

NOT_YET = "not yet. Replace the dots with your answer and run the cell again."
# The bytecode of a function whose body is only dots, `pass` or a text.
IDLE = {
    "RESUME", "NOP", "POP_TOP", "LOAD_CONST", "LOAD_FAST", "STORE_FAST", "RETURN_CONST",
    "RETURN_VALUE", "RETURN_GENERATOR", "COPY_FREE_VARS", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT",
}  # fmt: skip
OWN = "your answer"
CHANGED = "your code changed its arguments"


class Task(NamedTuple):
    """An exercise of a notebook or a lab, in the form that the judge needs.

    run: run(answer, case) -> value. expected: one value per case. names: the names of the arguments
    that make a case. guards: {number of a case, from 0: the hint if only such cases are wrong}.
    mistakes, pairs: functions without arguments that return a list of hints.Known. fallback: the
    hint if no mistake explains the answer. meaning: the sentence that follows a pass.
    """

    cases: tuple
    run: Callable[[Any, tuple], Any]
    expected: list
    names: tuple[str, ...]
    tolerance: float
    mistakes: Callable[[], list[hints.Known]]
    pairs: Callable[[], list[hints.Known]]
    guards: dict
    fallback: str
    meaning: str


class Finding(NamedTuple):
    """What a check says: a verdict, and the case that it shows, if any.

    done: how many cases are right. number: the number of the case that is shown, from 1. case,
    given, expected: the lines that show its arguments, the answer to it and what is expected; ""
    where there are none.
    """

    is_right: bool
    said: str
    done: str = ""
    number: int | None = None
    case: str = ""
    given: str = ""
    expected: str = ""

    @property
    def message(self) -> str:
        """The finding in one line, without the lines of the case."""
        if not self.number:
            return self.said
        if self.said.startswith("raised"):
            return f"{self.done.removesuffix('.')}, case {self.number} {self.said}"
        return f"{self.done} Case {self.number}: {self.said}".strip()


def judge(task: Task, answer: Any) -> Finding:
    """The Finding on an answer. A learner's error never raises here."""
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


def is_stub(answer: Any) -> bool:
    """True for a function, or a class with a method __call__, whose body is still only dots."""
    if isinstance(answer, tuple | list):
        return any(map(is_stub, answer))
    inner = inspect.unwrap(answer)
    code = getattr(inner.__call__ if inspect.isclass(inner) else inner, "__code__", None)
    return code is not None and all(step.opname in IDLE for step in dis.get_instructions(code))


def _compared(task, given):
    expected, missing = present(task.expected, given)
    asked = hints.Asked(given, expected, frozenset(task.guards), task.tolerance)
    wrong, count = asked.wrong(), len(given)
    if not wrong and missing:
        return so_far(expected[0], missing)
    if not wrong:
        return Finding(True, f"right, {count} of {count} cases. {task.meaning}".strip())
    _, first = asked.plain_and_first()
    said, value = _said(asked, first), given[first]
    hint = _hint(task, asked, first)
    said = f"{said} Hint: {hint}" if hint else said
    done = f"{count - len(wrong)} of {count} cases right."
    return _finding(task, first + 1, said, value, done, expected[first])


def so_far(right: dict, missing: list[str]) -> Finding:
    """The Finding on an answer whose parts are right but for those that are missing."""
    return Finding(False, f"{', '.join(right)}: right so far. {missing[0]}: not yet.")


def present(expected: list, given: list) -> tuple[list, list[str]]:
    """expected without the parts that the answer leaves at None, and the names of those parts."""
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
        return task.guards.get(first) or value.cause or UNKNOWN
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
    """The line that shows the answer; if it is a dict, its entry "shown", or else the wrong one."""
    if value is None or isinstance(value, Raised):
        return ""
    if not isinstance(value, dict) or not isinstance(expected, dict):
        return named(OWN, value)
    if "shown" in value:
        return named(OWN, value["shown"])
    wrong = first_wrong(value, expected, task.tolerance)
    if is_fact(value.get(wrong)):
        return ""
    return named(wrong if wrong == OWN else f"your {wrong}", value.get(wrong))
