"""The hint of a first attempt: of every listed mistake, alone, with no guard, and two at once.

The attempts here are the answers that the tables hold, so that all of them can be tried in seconds;
the tests of each lab make mistakes anew, from source text.
"""

import re

import hint_help
import pytest

from siamese_lib.checks import labs, progress

TABLES = {name: table for lab in progress.LABS for name, table in progress.exercises(lab).items()}
NEVER = "no answer"  # what instructor.labs.table writes where a mistake raises an error


TASKS = {name: labs._task(table) for name, table in TABLES.items()}


def listed(name):
    """(hint, answers) of each mistake; of facts the ones that it does not name are right."""
    task = TASKS[name]
    return [(known.hint, _whole(task.expected, known.answers)) for known in task.mistakes()]


def _whole(expected, answers):
    return [
        {**e, **a} if isinstance(e, dict) and isinstance(a, dict) else a
        for e, a in zip(expected, answers, strict=True)
    ]


def message(name, answers):
    """What the check says to an attempt that gives these answers; an Exception is raised."""
    never = [isinstance(a, str) and a == NEVER for a in answers]
    raised = [ValueError("wrong shape") if n else a for n, a in zip(never, answers, strict=True)]
    return hint_help.message(TASKS[name], raised)


@pytest.mark.parametrize("name", TABLES)
def test_each_listed_mistake_alone(name):
    task = TASKS[name]
    for hint, answers in listed(name):
        if any(isinstance(a, str) and a == NEVER for a in answers):
            continue
        # Facts are known by a part of them, so an earlier mistake may be the same to the check.
        fitting = {k.hint for k in task.mistakes() if hint_help.alike(task, answers, k.answers)}
        assert hint in fitting
        said = message(name, answers)
        assert any(said.endswith(f"Hint: {one}") for one in fitting), (hint, said)


@pytest.mark.parametrize("odd", hint_help.ODD)
@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.guards])
def test_each_together_with_the_missing_guard(name, odd):
    task, everything = TASKS[name], listed(name)
    for hint, answers in everything[::2]:
        fitting = hint_help.fitting_without_guard(task, answers, everything)
        assert hint in fitting or any(isinstance(a, str) for a in answers)
        said = message(name, hint_help.unguarded(task, answers, odd))
        assert any(said.endswith(f"Hint: {one}") for one in fitting), (hint, said)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table["pairs"]])
def test_two_at_once(name):
    """Mostly both are named; else nearly always one of them, or what the two amount to."""
    pairs, both_named, sensible = TABLES[name]["pairs"][::5], 0, 0
    for pair in pairs:
        first, second = (TABLES[name]["mistakes"][k]["hint"] for k in pair["of"])
        said = message(name, _whole(TASKS[name].expected, labs.decode(pair["answers"])))
        both_named += first in said and second in said
        usual = re.search("1 minus|turned round|it should be|raised|place in the list", said)
        sensible += bool(first in said or second in said or usual)
    assert both_named >= 0.6 * len(pairs)
    assert sensible >= 0.9 * len(pairs)


def test_every_hint_is_one_sentence_or_more_and_gives_no_number_away():
    for name, table in TABLES.items():
        for mistake in table["mistakes"]:
            assert re.search(r"[.?]$", mistake["hint"])
        for hint in [table["fallback"], *table["guards"].values()]:
            assert re.search(r"[.?]$", hint)
            assert "case 1" not in hint, name  # the case is shown, whichever it is
        assert table["meaning"].endswith(".")
