"""A guess, made before the answer is shown: whoever has committed to one looks more closely."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the widgets' libraries are loaded when the first guess is asked for
    from siamese_lib.checks.guess_widget import Guess


def guess(question: str, *choices: str) -> "Guess":
    """Ask for a guess; call it on the last line of a cell, and show the answer in the next one.

    choices: the answers to choose from, two or more; with none a number is asked for.
    Returns: a widget; its `said` is the guess as text, "" before there is one.
    Raises: ValueError on a question that is empty, a single choice, or one that occurs twice.
    """
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f"question is {question!r}; give the sentence to be answered")
    if len(choices) == 1 or len(set(choices)) != len(choices) or "" in choices:
        raise ValueError(f"choices are {choices}; give two or more different ones, or none")
    from siamese_lib.checks.guess_widget import Guess

    return Guess(question=question, choices=list(choices))
