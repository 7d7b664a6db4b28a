"""For the tests of hints: an attempt is a list of the answers that it gives, case by case."""

import numpy as np

from siamese_lib.checks.judge import Task, judge
from siamese_lib.checks.values import same


def message(task: Task, answers: list) -> str:
    """What the check says to wrong answers; one that is an Exception is raised."""
    given = iter(answers)

    def run(answer, case):
        value = next(given)
        if isinstance(value, Exception):
            raise value
        return value

    found = judge(task._replace(run=run), len)
    assert not found.is_right
    return found.message


def alike(task: Task, one: list, other: list, cases=None) -> bool:
    """True where two attempts give the same in these cases, or in all."""
    return all(
        same(one[k], other[k], task.tolerance)
        for k in (range(len(task.cases)) if cases is None else cases)
    )


def _divided_by_zero(value):
    return ZeroDivisionError("division by zero")


def _not_a_number(value):
    return np.asarray(value) + np.nan if not isinstance(value, dict | list) else ZeroDivisionError()


ODD = (_divided_by_zero, _not_a_number)  # what a function without its guard gives


def unguarded(task: Task, answers: list, odd) -> list:
    """The attempt without a guard."""
    return [odd(a) if k in task.guards else a for k, a in enumerate(answers)]


def fitting_without_guard(task: Task, answers: list, listed: list) -> set[str]:
    """The hints that fit an attempt in the cases that need no guard; listed: (hint, answers)."""
    plain = [k for k in range(len(task.cases)) if k not in task.guards]
    fitting = {hint for hint, theirs in listed if alike(task, answers, theirs, plain)}
    if alike(task, task.expected, answers, plain):  # such a mistake shows in the odd cases alone
        fitting |= set(task.guards.values())
    return fitting
