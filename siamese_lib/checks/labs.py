"""Instant checks of the labs: tables of numbers, so that no solution lies in the learner's folder.

A table holds visible cases, what a right answer gives for them, and what each likely mistake
gives, with its hint; also what two mistakes at once give. Grading asks about other inputs, which
no table holds.
"""

import ast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.checks import hints
from siamese_lib.checks.judge import Task, judge
from siamese_lib.checks.refusal import refusal


def verdict(exercise, answer):
    """(is_right, one or two sentences for the learner). Never raises for what a learner wrote."""
    found = finding(exercise, answer)
    return found.is_right, found.message


def finding(exercise, answer):
    """The same with the case that it speaks of, as judge.Finding."""
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


def evaluate(ask, answer, case):
    """The value of the last expression of the program `ask`, which sees answer and case."""
    space = {"np": np, "jax": jax, "jnp": jnp, "nnx": nnx, "answer": answer, "case": case}
    *statements, last = ast.parse(ask).body
    exec(compile(ast.Module(statements, []), "check", "exec"), space)
    return eval(compile(ast.Expression(last.value), "check", "eval"), space)


def decode(stored):
    """What a table holds, with its arrays as numpy arrays."""
    if isinstance(stored, list):
        return [decode(entry) for entry in stored]
    if not isinstance(stored, dict):
        return stored
    if stored.keys() == {"array", "dtype", "shape"}:
        return np.array(stored["array"], stored["dtype"]).reshape(stored["shape"])
    return {name: decode(entry) for name, entry in stored.items()}
