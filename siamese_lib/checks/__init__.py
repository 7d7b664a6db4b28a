"""Instant checks of the exercises, each with several cases and a hint for each likely mistake.

`check("cost.1", my_function)` shows one verdict and remembers a pass for the course map. It raises
no error: an unfilled exercise says "not yet", so that a notebook runs from top to bottom. If an
answer is wrong, the check shows the first wrong case and your answer to it.

`save_work()` packs your notebooks and your passes into one file; `restore_work()` unpacks it.
"""

import os
from typing import Any

from siamese_lib.checks import exercise, labs
from siamese_lib.checks.contents import current
from siamese_lib.checks.exercise import Exercise, Mistake, verdict
from siamese_lib.checks.guesses import guess
from siamese_lib.checks.map import course_map
from siamese_lib.checks.progress import course_progress, exercises, forget, remember
from siamese_lib.checks.report import report
from siamese_lib.checks.work import restore_work, save_work

__all__ = [
    "Exercise", "Mistake", "check", "course_map", "course_progress", "forget", "guess",
    "restore_work", "save_work", "verdict",
]  # fmt: skip


NOT_RUN = (
    "This is the answer that was judged before: after an edit run its cell first, then this one."
)
_judged: dict[str, tuple] = {}  # of each exercise: what was checked last, and what was said of it


def check(name: str, answer: Any, *, show_expected: bool = False) -> None:
    """Check an answer to exercise `name` ("cost.1", "lab1.1"): show a verdict, remember a pass.

    show_expected also shows what is expected in the case that is shown; labs, which are graded,
    never show it.

    Raises: ValueError where no notebook has that name; AssertionError on a wrong answer to a lab
    while nbgrader validates, since its Validate button notices only errors.
    """
    name, known = _known(name)
    is_lab = name.startswith("lab")
    found = (labs if is_lab else exercise).finding(known, answer)
    title = known["title"] if is_lab else known.title
    note = NOT_RUN if _is_judged(name, answer, found.message) else ""
    shown = report(name, title, found, show_expected=show_expected and not is_lab, note=note)
    if is_lab and not found.is_right and os.environ.get("NBGRADER_VALIDATING"):
        raise AssertionError(f"{name} {title}: {found.message}")
    _display(shown)
    if show_expected and is_lab and not found.is_right:
        print("A lab is graded, so it does not show what is expected; the case and hint stay.")
    if found.is_right:
        _remember(name)


def _known(name):
    """(its name today, the exercise of that name)."""
    if not isinstance(name, str):
        raise ValueError(
            f'the name of an exercise comes first, check("cost.1", ...); this is {name!r}'
        )
    name = current(name)
    known = exercises(name.partition(".")[0])
    if name not in known:
        raise ValueError(f"there is no exercise {name!r}; give one of {', '.join(known) or 'none'}")
    return name, known[name]


def _is_judged(name, answer, said):
    """True where the last check of this exercise got the very same functions and said the same."""
    given = answer if isinstance(answer, tuple) else (answer,)
    (before, last), _judged[name] = _judged.get(name, ((), "")), (given, said)
    is_same = len(given) == len(before) and all(
        callable(own) and own is other for own, other in zip(given, before, strict=True)
    )
    return is_same and said == last


def _display(shown):
    from IPython.display import display  # plain Python prints the text

    display(shown)


def _remember(name):
    try:
        remember(name)
    except OSError as error:
        print(
            f"This pass could not be noted down ({error}). Set the environment variable "
            "SIAMESE_PROGRESS to a file that you can write."
        )
