"""The hard exercises of 03 to 07: what they ask is so, and they are judged by what they ask."""

import ast
import itertools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from test_checks import notebook_text

from siamese_lib.checks import progress
from siamese_lib.checks.exercise import NOT_YET, verdict
from siamese_lib.losses import modified_triplet_loss, triplet_loss

HARD = {
    name: progress.exercises(name.partition(".")[0])[name]
    for name in ("triplets.5", "batch.5", "questions.5", "one_shot.4", "limits.3")
}


@pytest.mark.parametrize("topic", progress.CORE[3:])
def test_a_notebook_has_one_and_for_it_five_first_attempts_or_more(topic):
    (title,) = re.findall(r"\*\*(\w+\.\d [^*]*\(hard\)\.?)\*\*", notebook_text(topic))
    hard = progress.exercises(topic)[title.split()[0]]
    assert len(hard.mistakes) >= 5
    assert hard.meaning.endswith(".")


def losses_of_four(degrees):
    """(mean loss of all triplets, mean of the hardest of each anchor), with the library's loss."""
    angle = np.radians(degrees)
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    by_anchor = []
    for anchor, positive in ((0, 1), (1, 0), (2, 3), (3, 2)):
        negatives = [k for k in range(4) if k not in (anchor, positive)]
        rows = [(unit[anchor], unit[positive], unit[k]) for k in negatives]
        by_anchor.append(triplet_loss(*map(np.stack, zip(*rows, strict=True)), margin=0.25))
    return np.mean(by_anchor), np.max(by_anchor, axis=1).mean()


def test_four_angles_are_judged_by_their_losses():
    exercise, rng = HARD["triplets.5"], np.random.default_rng(0)
    hints = {mistake.hint for mistake in exercise.mistakes}
    drawn = [rng.uniform(0, 360, 4) for _ in range(60)]
    drawn += [rng.normal((0, 55, 70, 125), 2) for _ in range(30)]
    found = []
    for degrees in drawn:
        every, hardest = losses_of_four(degrees)
        is_right, said = verdict(exercise, tuple(degrees))
        if min(abs(every - 0.2), abs(hardest - 0.3)) > 1e-4:
            assert is_right == (every <= 0.2 and hardest >= 0.3)
        assert is_right or said.partition("Hint: ")[2] in hints
        found.append(is_right)
    assert 15 <= sum(found) <= 45


def test_the_way_into_one_point_is_uphill_and_downhill_as_the_text_says():
    degrees = np.array(HARD["triplets.5"].right, float)
    # All four angles are drawn together.
    way = np.array([losses_of_four(degrees * share) for share in np.linspace(1, 0.05, 12)])
    assert (np.diff(way[:, 0]) > 0).all() and (np.diff(way[:, 1]) < 0).all()


def test_the_line_is_drawn_where_it_costs_least():
    (code,) = re.findall(r"^false_alarms = .*\nfound = .*$", notebook_text("questions"), re.M)
    space = {"np": np}
    exec(code, space)
    cost = {
        (name, setting): 20 * (1 - recall[k]) + 4 * 980 * space["false_alarms"][k]
        for name, recall in space["found"].items()
        for k, setting in enumerate("ABCD")
    }
    best = min(cost, key=cost.get)
    right = {"network": best[0], "setting": best[1], "cost": cost[best]}
    assert verdict(HARD["questions.5"], right)[0]
    assert sum(c < 20 for c in cost.values()) == 2  # 20: nothing is merged
    for wrong in set(cost) - {best}:
        answer = {"network": wrong[0], "setting": wrong[1], "cost": cost[wrong]}
        assert verdict(HARD["questions.5"], answer)[1].endswith(
            tuple(m.hint for m in HARD["questions.5"].mistakes)
        )


def colleague():
    """The function with the bug, as the notebook has it."""
    tree = ast.parse(notebook_text("one_shot"))
    (node,) = (n for n in tree.body if getattr(n, "name", "") == "colleague")
    space = {"np": np}
    exec(compile(ast.Module([node], []), "notebook", "exec"), space)
    return space["colleague"]


def test_the_bug_is_there_and_the_mended_function_has_it_no_more():
    exercise, buggy = HARD["one_shot.4"], colleague()
    rng = np.random.default_rng(0)
    queries, supports = rng.normal(size=(200, 8)), rng.normal(size=(200, 20, 8))
    assert buggy(queries, supports) == pytest.approx(exercise.right(queries, supports))
    alike = np.ones_like(queries), np.ones_like(supports)
    assert (buggy(*alike), exercise.right(*alike)) == (1, pytest.approx(1 / 20))
    dead = queries * np.nan, supports
    assert (buggy(*dead), exercise.right(*dead)) == (1, 0)
    assert not verdict(exercise, buggy)[0]


def test_how_sure_it_can_be_is_what_a_softmax_says():
    right = HARD["limits.3"].right

    def share(scale, own, other, classes):
        return jax.nn.softmax(scale * jnp.array([own] + [other] * (classes - 1)))[0]

    assert share(1, 1.0, -1.0, 20) == pytest.approx(right["surest"], abs=1e-5)
    assert share(right["scale"], 0.8, 0.2, 20) == pytest.approx(0.9, abs=1e-5)
    assert share(10, 0.8, 0.2, right["classes"]) > 0.5 > share(10, 0.8, 0.2, right["classes"] + 1)


def test_the_gradient_by_hand_is_the_one_that_jax_finds():
    exercise = HARD["batch.5"]
    for similarity, margin in exercise.cases:
        # On the unit vectors of the standard basis S is given: S = I @ S.
        loss = jax.grad(
            lambda s, margin=margin: modified_triplet_loss(
                jnp.eye(len(s)), s.T, margin=margin, reduction="sum"
            )
        )(jnp.asarray(similarity))
        np.testing.assert_allclose(exercise.right(similarity, margin), loss, atol=1e-6)


def test_dots_are_not_yet_whichever_way_the_answer_is_asked():
    for exercise, empty in itertools.product(HARD.values(), (..., None)):
        if not callable(exercise.right):
            assert verdict(exercise, empty) == (False, NOT_YET)
