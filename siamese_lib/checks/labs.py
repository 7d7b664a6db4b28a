"""Instant checks of the labs: tables of numbers, so that learners' folders hold no solution.

A table holds cases that learners see, what a right answer gives for them, and what each likely
mistake gives, with its hint; also what two mistakes at once give. Grading uses other inputs, which
are in no table.
"""

import ast
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.checks import hints
from siamese_lib.checks.judge import Finding, Task, judge
from siamese_lib.checks.refusal import refusal


def verdict(exercise: dict[str, Any], answer: Any) -> tuple[bool, str]:
    """(is_right, one or two sentences for the learner). A learner's error never raises here."""
    found = finding(exercise, answer)
    return found.is_right, found.message


def finding(exercise: dict[str, Any], answer: Any) -> Finding:
    """The verdict as a judge.Finding, which also holds the case to show."""
    call = f'check("{exercise["name"]}", {exercise["call"]})'
    refused = refusal(answer, exercise["arguments"], call, exercise["takes"])
    return refused or judge(_task(exercise), answer)


def _task(exercise):
    mistakes, cases = decode(exercise["mistakes"]), decode(exercise["cases"])
    return Task(
        cases=tuple(map(tuple, cases)),
        run=lambda answer, case: evaluate(exercise["ask"], answer, list(case)),
        expected=decode(exercise["right"]), names=exercise["names"],
        tolerance=exercise["tolerance"],
        mistakes=lambda: [hints.Known(m["hint"], m["answers"]) for m in mistakes],
        pairs=lambda: _pairs(exercise, mistakes),
        guards={int(number) - 1: hint for number, hint in exercise["guards"].items()},
        fallback=exercise["fallback"], meaning=exercise["meaning"],
    )  # fmt: skip


def _pairs(exercise, mistakes):
    return [
        hints.Known(hints.two(*(mistakes[k]["hint"] for k in pair["of"])), decode(pair["answers"]))
        for pair in exercise["pairs"]
    ]


def evaluate(ask: str, answer: Any, case: list) -> Any:
    """Run the program `ask`, which can use answer and case; return its last expression's value."""
    space = {"np": np, "jax": jax, "jnp": jnp, "nnx": nnx, "answer": answer, "case": case}
    *statements, last = ast.parse(ask).body
    exec(compile(ast.Module(statements, []), "check", "exec"), space)
    return eval(compile(ast.Expression(cast(ast.Expr, last).value), "check", "eval"), space)


def decode(stored: Any) -> Any:
    """The content of a table, with its arrays as numpy arrays."""
    if isinstance(stored, list):
        return [decode(entry) for entry in stored]
    if not isinstance(stored, dict):
        return stored
    if stored.keys() == {"array", "dtype", "shape"}:
        return np.array(stored["array"], stored["dtype"]).reshape(stored["shape"])
    return {name: decode(entry) for name, entry in stored.items()}
