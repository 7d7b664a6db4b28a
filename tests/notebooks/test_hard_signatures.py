"""Notebook 13: its hard exercise holds where it is tried, and its DTW is that of a loop."""

import ast

import numpy as np
import pytest
from test_checks import notebook_text

from siamese_lib.checks.notebooks.signatures import EXERCISES


def test_five_on_file_scatter_as_the_solution_says():
    rng, n, dim = np.random.default_rng(0), 20_000, 16
    scatter = rng.normal(0, dim**-0.5, (n, 7, dim))
    away = np.eye(dim)[0]
    file, genuine, forged = scatter[:, :5], scatter[:, 5], scatter[:, 6] + away
    found = {}
    for name, claim in (("", genuine), ("forged_", forged)):
        found[f"{name}each"] = ((claim[:, None] - file) ** 2).sum(axis=2).mean()
        found[f"{name}middle"] = ((claim - file.mean(axis=1)) ** 2).sum(axis=1).mean()
    right = EXERCISES["signatures.4"].right
    for name, value in found.items():
        assert value == pytest.approx(right[name], rel=0.01), name
    ratio = {way: right[f"forged_{way}"] / right[way] for way in ("each", "middle")}
    assert right["gain"] == pytest.approx(ratio["middle"] / ratio["each"])


def functions(*names):
    """Functions as the notebook defines them."""
    space = {"np": np}
    for node in ast.parse(notebook_text("signatures")).body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            exec(compile(ast.Module([node], []), "notebook", "exec"), space)
    return [space[name] for name in names]


def test_time_warping_of_many_pairs_is_that_of_the_loop():
    (warped,) = functions("warped")
    one, other = np.random.default_rng(1).normal(size=(2, 6, 9, 2))
    for a, b, given in zip(one, other, warped(one, other), strict=True):
        cost = np.array([[np.hypot(*(p - q)) for q in b] for p in a])
        assert given == pytest.approx(EXERCISES["signatures.3"].right(cost) / 9)
    assert warped(one, one) == pytest.approx(np.zeros(6))
    waits = np.repeat(one, 2, axis=1)  # the same way at half the speed
    assert warped(one, waits) == pytest.approx(np.zeros(6))


def test_the_pairs_of_a_batch_are_those_of_a_loop():
    (pairs,) = functions("pairs_of_a_batch")
    pairs.__globals__.update(WRITERS=3, OWN=2)
    first, second, is_same = pairs(2)
    kinds = [(w, k < 2) for w in range(3) for k in range(4)]
    expected = []
    for i in range(12):
        for j in range(i + 1, 12):
            (w, mine), (v, yours) = kinds[i], kinds[j]
            if mine and yours or w == v and (mine or yours):
                expected.append((i, j, int(w == v and mine and yours)))
    assert list(zip(first, second, is_same, strict=True)) == expected
