"""What is told to who hands check() something else than the function that is asked for."""

import inspect
from collections.abc import Callable

from siamese_lib.checks.judge import NOT_YET, Finding
from siamese_lib.checks.values import plain, shown


def refusal(answer, arguments=None, call="its name", takes="function"):
    """A Finding where answer is not what is asked for, None where it may be judged.

    call: what stands in the check's brackets. takes: "function", "class" or "functions".
    arguments: names of a function's arguments.
    """
    if answer is Ellipsis:
        return Finding(False, NOT_YET)
    said = _class(answer, call) if takes == "class" else _function(answer, call, takes, arguments)
    return said and Finding(False, said)


def _function(answer, call, takes, arguments):
    if takes == "functions":
        is_several = isinstance(answer, tuple | list) and all(map(callable, answer))
        return None if is_several else f"give all of the functions: {call}."
    if answer is None:
        return f"not yet. This is None: give the function itself, {call}, without calling it."
    if not isinstance(answer, Callable):
        return f"give the function itself, without brackets: {call}; this is {_briefly(answer)}."
    return _arity(answer, arguments)


def _class(answer, call):
    if inspect.isclass(answer) or inspect.isfunction(answer):
        return None
    made = type(answer).__name__
    return f"give the class itself, without brackets: {call}; this is one made of {made}."


def _arity(answer, arguments):
    """Whether a function can be called with so many arguments."""
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
