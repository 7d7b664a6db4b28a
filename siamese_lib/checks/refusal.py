"""What check() tells learners who give it something other than the function it asks for."""

import inspect
from collections.abc import Sequence
from typing import Any

from siamese_lib.checks.judge import NOT_YET, Finding
from siamese_lib.checks.values import plain, shown


def refusal(
    answer: Any, arguments: Sequence[str] | None = None, call: str = "its name",
    takes: str = "function",
) -> Finding | None:  # fmt: skip
    """A Finding where answer is not what the check asks for; None where it can be judged.

    arguments: the names of the function's arguments. call: what learners should write in the
    check's brackets. takes: what it asks for, "function", "class" or "functions".
    """
    if answer is Ellipsis:
        return Finding(False, NOT_YET)
    said = _class(answer, call) if takes == "class" else _function(answer, call, takes, arguments)
    return Finding(False, said) if said else None


def _function(answer, call, takes, arguments):
    if takes == "functions":
        is_several = isinstance(answer, tuple | list) and all(map(callable, answer))
        return None if is_several else f"give all of the functions: {call}."
    if answer is None:
        return f"not yet. This is None: give the function itself, {call}, without calling it."
    if not callable(answer):
        return f"give the function itself, without brackets: {call}; this is {_briefly(answer)}."
    return _arity(answer, arguments)


def _class(answer, call):
    if inspect.isclass(answer) or inspect.isfunction(answer):
        return None
    made = type(answer).__name__
    return f"give the class itself, without brackets: {call}; this is one made of {made}."


def _arity(answer, arguments):
    """A sentence where a function cannot be called with these arguments; otherwise None."""
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    try:
        signature.bind(*arguments)
    except TypeError:
        own = ", ".join(signature.parameters)
        return (
            f"your function takes ({own}); here it gets {len(arguments)} arguments, "
            f"({', '.join(arguments)}). Is it the function of this exercise?"
        )
    return None


def _briefly(value):
    first, *others = shown(plain(value)).splitlines() or [""]
    return f"{first} ..." if others else first
