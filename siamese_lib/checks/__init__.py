"""Instant checks for the exercises, each with several cases and a hint for each likely mistake.

`check("02.1", my_function)` prints one verdict and remembers a pass for the course map. Nothing is
raised: an unfilled exercise says "not yet", so that a notebook runs from top to bottom.
"""

from siamese_lib.checks import labs
from siamese_lib.checks.exercise import Exercise, Mistake, verdict
from siamese_lib.checks.progress import course_progress, exercises, forget, remember

__all__ = ["Exercise", "Mistake", "check", "course_progress", "forget", "verdict"]


def check(name, answer):
    """Compare answer with exercise `name` ("NN.k", "labN.k"), print the verdict, remember a pass.

    Raises: ValueError on a name that no notebook has; see labs.check for the labs.
    """
    if name.startswith("lab"):
        return labs.check(name, answer)
    known = exercises(name[:2])
    if name not in known:
        raise ValueError(f"there is no exercise {name!r}; give one of {', '.join(known) or 'none'}")
    is_right, message = verdict(known[name], answer)
    print(f"{name} {known[name].title}: {message}")
    if is_right:
        remember(name)
    return None
