"""Exercise 2.1, weighted cosine."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab2.visible import VECTORS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def weighted_cosine(
    a, b, weight, *, top=1, first=1, second=1, root=np.sqrt, below=lambda x, y: x * y
):
    """top, first, second: powers of the weight in the product and in each of the two lengths."""
    lengths = [root((weight**k * x * x).sum()) for x, k in ((a, first), (b, second))]
    total = below(*lengths)
    return (weight**top * a * b).sum() / total if total > 0 else 0.0


_LENGTH = "each length takes the weights too: the root of the sum of w a^2."


def _none(*lengths):
    return 1.0


_MISTAKES = tuple(
    Mistake(slip(weighted_cosine, **switches), hint)
    for switches, hint in (
        ({"top": 0, "first": 0, "second": 0}, "the weights are missing: every product takes its weight."),
        ({"first": 0, "second": 0}, _LENGTH),
        ({"first": 0}, _LENGTH),
        ({"second": 0}, _LENGTH),
        ({"top": 0}, "the product on top takes the weights too."),
        ({"top": 2}, "the weights came in twice in the product (squared)."),
        ({"below": _none}, "this is the dot product: divide by both lengths."),
        ({"top": 2, "first": 2, "second": 2}, "the weights came in twice (squared): multiplied into both vectors they count as w^2."),
        ({"first": 2, "second": 2}, "the weights came in twice in the lengths: w a^2 stands under the root, not (w a)^2."),
        ({"top": 0.5}, "in the product only one of the vectors took sqrt(w); with both of them w comes out."),
        ({"root": lambda s: s}, "a length is a root; you divided by the squared lengths."),
        ({"below": lambda x, y: x}, "you divided by one length of the two."),
        ({"below": lambda x, y: y}, "you divided by one length of the two."),
        ({"below": lambda x, y: x + y}, "the two lengths are multiplied, not added."),
        ({"below": np.hypot}, "the two sums are multiplied under the root, not added."),
        ({"below": lambda x, y: x / y if y else 0}, "a / b * c is (a / b) * c: put brackets round the two lengths."),
        ({"gives": lambda c: 1 - c}, "this is the distance, 1 minus the cosine."),
        ({"gives": abs}, "the sign is lost: opposite is not alike."),
        ({"gives": np.arccos}, "this is the angle; its cosine is asked for."),
    )
) + (
    Mistake(lambda a, b, w: weighted_cosine(a, b, w) if (w * a * a).sum() * (w * b * b).sum() else np.nan,
            "a zero vector has no direction: 0 divided by 0 is NaN, and 0 is asked for."),
    Mistake(lambda a, b, w: np.sqrt((w * (a - b) ** 2).sum()), "this is a distance between points, not an angle."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _vectors(rng):
    cases = [(rng.normal(size=d), rng.normal(size=d), rng.uniform(0.1, 3, d)) for d in (5, 40)]
    a, b, weight = cases[0]
    return [*cases, (a, b - 3 * a, weight)]  # the last one is negative


def _zero_vectors(rng):
    ordinary = _vectors(rng)[0]  # without it a constant 0 would earn the part
    a, _, weight = ordinary
    return [(np.zeros(5), a, weight), (a, np.zeros(5), weight), (a, a, np.zeros(5)), ordinary]


_judge = close(weighted_cosine)

EXERCISE = Exercise(
    title="weighted cosine",
    call="weighted_cosine",
    right=weighted_cosine,
    cases=VECTORS,
    mistakes=_MISTAKES,
    meaning="Weights stretch the space before the angle is measured: twice all weights is the same angle, a weight of 0 makes a dimension invisible.",
    fallback="work this case out on paper: the dot product with weights, then both lengths.",
    guards=dict.fromkeys(
        (3, 5, 6),
        "where a length is 0 there is no angle, and the cosine is 0 by definition: ask for that before you divide.",
    ),
    parts=(
        Part("values", 6, _vectors, "weighted_cosine(*case)", _judge),
        Part("zero vectors", 4, _zero_vectors, "weighted_cosine(*case)", _judge),
    ),
)
