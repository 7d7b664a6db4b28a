"""Lab 2, the modified triplet loss: right answers and likely mistakes. Anchors are the columns."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from instructor.instant.instant import Instant, Only
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def weighted_cosine(
    a, b, weight, *, top=1, first=1, second=1, root=np.sqrt, below=lambda x, y: x * y
):
    """top, first, second: powers of the weight in the product and in both lengths."""
    lengths = [root((weight**k * x * x).sum()) for x, k in ((a, first), (b, second))]
    total = below(*lengths)
    return (weight**top * a * b).sum() / total if total > 0 else 0.0


def similarity_matrix(positive, anchor, weight):
    return np.array([[weighted_cosine(p, a, weight) for a in anchor] for p in positive])


def negatives(similarity, is_real):
    """Which entries are negatives, [positive, anchor]: both real, and not the diagonal."""
    return is_real[:, None] & is_real[None, :] & ~np.eye(len(is_real), dtype=bool)


def _found(use, is_real):
    return use.sum(axis=0)


def mean_negative(similarity, is_real, *, use_of=negatives, count=_found):
    use = use_of(similarity, is_real)
    return (similarity * use).sum(axis=0) / np.maximum(count(use, is_real), 1)


def _not_above(similarity, use):
    return use & (similarity <= np.diag(similarity)[None, :])


def closest_negatives(
    similarity, is_real, k, *, use_of=negatives, allow=_not_above, most=True, reduce=np.mean,
    none=-2.0, filler=None,
):  # fmt: skip
    """allow: which of those in use_of; reduce: what is made of the k; filler: for want of k."""
    use = allow(similarity, use_of(similarity, is_real))
    return top_k(similarity, use, k, most, reduce, none, filler)


def hardest_negatives(similarity, is_real, k):
    return top_k(similarity, negatives(similarity, is_real), k)


def top_k(similarity, use, k, most=True, reduce=np.mean, none=-2.0, filler=None):
    """What reduce makes of the k largest entries of each column among those to use."""
    columns = []
    for column, chosen in zip(similarity.T, use.T, strict=True):
        ranked = np.sort(column[chosen])
        taken = ranked[-k:] if most else ranked[:k]
        if filler is not None:  # all entries have a place, those not chosen hold the filler
            taken = np.sort(np.where(chosen, column, filler))[-k:]
        columns.append(reduce(taken) if len(taken) else none)
    return np.array(columns)


def hinge(negative, similarity, margin):
    return np.maximum(negative - np.diag(similarity) + margin, 0)


def _of_real(loss, is_real):
    return loss[is_real].mean()


def batch_loss(
    similarity, is_real, k, margin, beta, *, first=mean_negative, second=closest_negatives,
    bend=hinge, weigh=lambda l1, l2, beta: l1 + beta * l2, mean=_of_real,
):  # fmt: skip
    l1 = bend(first(similarity, is_real), similarity, margin)
    l2 = bend(second(similarity, is_real, k), similarity, margin)
    return mean(weigh(l1, l2, beta), is_real)


def _unit_rows(x):
    squared = (x * x).sum(axis=1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))


def loss_and_gradients(
    anchor, positive, is_real, k, margin, beta, *, unit=_unit_rows, take="closest", turn=False
):
    """By hand: the gradient of the loss at the matrix, then back through product and lengths."""

    def loss(anchor, positive):
        similarity = unit(positive) @ unit(anchor).T
        similarity = similarity.T if turn else similarity
        use = jnp.asarray(negatives(similarity, is_real))
        diagonal = jnp.diag(similarity)
        mean = jnp.where(use, similarity, 0).sum(0) / jnp.maximum(use.sum(0), 1)
        allowed = use & (similarity <= diagonal) if take == "closest" else use
        ranked = -jnp.sort(-jnp.where(allowed, similarity, -jnp.inf), axis=0)[:k]
        found = jnp.isfinite(ranked)
        closest = jnp.where(found, ranked, 0).sum(0) / jnp.maximum(found.sum(0), 1)
        l1 = jax.nn.relu(mean - diagonal + margin)
        closest = jnp.where(found.any(0), closest, -2)
        l2 = jax.nn.relu(closest - diagonal + margin)
        return jnp.where(is_real, l1 + beta * l2, 0).sum() / is_real.sum()

    value, gradients = jax.value_and_grad(loss, (0, 1))(jnp.asarray(anchor), jnp.asarray(positive))
    return [float(value), *map(np.asarray, gradients)]


_rng = np.random.default_rng(2)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


def _spread(b):
    """A matrix [b, b] whose entries are well apart."""
    return _rng.permutation(np.linspace(-0.95, 0.95, b * b)).reshape(b, b).round(3)


_VECTORS = (
    (np.array([1.0, 2.0, 2.0]), np.array([2.0, 0.5, 1.0]), np.array([1.0, 1.0, 3.0])),
    (_normal(5), _normal(5), np.array([0.5, 0.0, 2.0, 1.0, 0.3])),
    (np.zeros(3), np.array([1.0, -1.0, 2.0]), np.array([1.0, 2.0, 1.0])),
    (-_normal(4), _normal(4), np.array([2.0, 1.0, 0.1, 4.0])),
    (np.array([1.0, 2.0]), np.zeros(2), np.array([1.0, 2.0])),
    (np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.zeros(2)),
)
_BATCHES = (
    (_normal(4, 3), _normal(4, 3), np.ones(3)),
    (_normal(4, 3), _normal(4, 3), np.array([2.0, 0.5, 1.0])),
    (np.vstack([_normal(3, 3), np.zeros((1, 3))]), _normal(4, 3), np.array([1.0, 3.0, 0.2])),
)
_REAL = (np.array([1, 1, 1, 1], bool), np.array([1, 1, 1, 0, 1, 0, 1], bool),
         np.array([1, 0, 0, 0], bool), np.array([0, 1, 1, 1, 1, 1, 1], bool))  # fmt: skip
_MATRICES = tuple(_spread(len(is_real)) for is_real in _REAL)
_MATRICES[0][2, 2] = -0.99  # no negative of pair 2 is at or below its positive
for _matrix, _high in ((_MATRICES[1], 0.9), (_MATRICES[3], 0.7)):
    _matrix[np.arange(len(_matrix)), np.arange(len(_matrix))] = np.linspace(
        0.2, _high, len(_matrix)
    )
_MATRICES[1][2, 0] = _MATRICES[1][0, 0]  # as near as the positive, to the last bit
_MASKED = tuple(zip(_MATRICES, _REAL, strict=True))
# Each column has a negative at or below its positive, and column 1 one that ties with it.
_ALLOWED = np.array([
    [0.7, 0.25, -0.1, 0.3], [0.2, 0.5, 0.05, 0.9], [-0.4, 0.5, 0.1, -0.2], [0.8, -0.6, 0.6, 0.35],
])  # fmt: skip
_TOP = ((_ALLOWED, _REAL[0], 1), (_ALLOWED, _REAL[0], 2)) + tuple(
    (*case, k) for case, k in zip(_MASKED, (1, 3, 1, 3), strict=True)
)
_LOSSES = tuple((*case, *rest) for case, rest in zip(
    (_MASKED[0], _MASKED[1], _MASKED[3]), ((1, 0.25, 1.0), (2, 0.4, 0.5), (2, 0.6, 2.0)), strict=True
))  # fmt: skip


def _embedded(b, dim, is_real):
    is_real = np.array(is_real, bool)
    return tuple(np.where(is_real[:, None], x, 0) for x in (_normal(b, dim), _normal(b, dim))) + (
        is_real,
    )


_TRAINING = (
    (*_embedded(4, 3, [1, 1, 1, 1]), 1, 0.5, 1.0),
    (*_embedded(4, 3, [1, 1, 1, 1]), 2, 0.6, 0.5),
    (*_embedded(4, 3, [1, 0, 1, 1]), 2, 0.8, 0.5),
)

_LENGTH = "each length takes the weights too: the root of the sum of w a^2."


def _none(*lengths):
    return 1.0


_COSINE_MISTAKES = tuple(
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
        ({"gives": lambda c: 1 - c}, "this is the distance, 1 minus the cosine."),
        ({"gives": abs}, "the sign is lost: opposite is not alike."),
        ({"gives": np.arccos}, "this is the angle; its cosine is asked for."),
    )
) + (
    Mistake(lambda a, b, w: weighted_cosine(a, b, w) if (w * a * a).sum() * (w * b * b).sum() else np.nan,
            "a zero vector has no direction: 0 divided by 0 is NaN, and 0 is asked for."),
    Mistake(lambda a, b, w: np.sqrt((w * (a - b) ** 2).sum()), "this is a distance between points, not an angle."),
)  # fmt: skip


def _product(
    positive, anchor, weight, *, top=1, inside=1, axis=-1, root=jnp.sqrt, scaled=(True, True)
):
    def unit(x, is_scaled):
        squared = (weight**inside * x * x).sum(axis, keepdims=axis is not None)
        return x / root(jnp.where(squared > 0, squared, 1)) if is_scaled else x

    return unit(positive, scaled[0]) * weight**top @ unit(anchor, scaled[1]).swapaxes(-1, -2)


def _stack(similarity):
    """The wrong matrix as a mistake of the loop, and as one of the product."""
    return Only(("similarity_loop",), (similarity, _product)), Only(
        ("similarity_matrix",), (similarity_matrix, similarity)
    )


def _nan_where_zero(p, a, w):
    return _product(p, a, w) + jnp.where((p != 0).any(1), 0, jnp.nan)[:, None]


_MATRIX_SLIPS = (
    (
        {"given": lambda p, a, w: (a, p, w)},
        "this is the other orientation: row j is a positive, column i an anchor.",
    ),
    (
        {"root": jnp.ones_like},
        "the lengths are missing: divide each entry by the lengths of its row and its column.",
    ),
    (
        {"axis": None},
        "you divided by the length of the whole batch; take the length along the last axis.",
    ),
    ({"axis": 0}, "the lengths run down the batch; take them along the last axis."),
    ({"top": 0, "inside": 0}, "the weights are missing."),
    ({"top": 2, "inside": 2}, "the weights came in twice (squared)."),
    (
        {"top": 2},
        "the weights came in twice in the product: sqrt(w) into each side, or w into one.",
    ),
    ({"inside": 0}, "the lengths lack the weights; the product has them."),
    ({"top": 0}, "the lengths take the weights, the product does not; it should too."),
    ({"top": 0.5}, "in the product only one side took sqrt(w); with both of them w comes out."),
    ({"root": lambda s: s}, "you divided by the squared lengths; take their roots."),
    ({"scaled": (True, False)}, "the anchors are not scaled to length 1."),
    ({"scaled": (False, True)}, "the positives are not scaled to length 1."),
    ({"given": lambda p, a, w: (p, p, w)}, "both sides are positives; the columns are anchors."),
    ({"given": lambda p, a, w: (a, a, w)}, "both sides are anchors; the rows are positives."),
    ({"gives": lambda s: 1 - s}, "these are distances, 1 minus the cosine."),
    (
        {"gives": jnp.diag},
        "you compared each positive with its own anchor only; all pairs are asked for.",
    ),
)
_MATRIX_MISTAKES = tuple(
    Mistake(answer, hint)
    for wrong, hint in (
        *((slip(_product, **switches), hint) for switches, hint in _MATRIX_SLIPS),
        (_nan_where_zero, "a zero row gives NaN here; its similarities are 0."),
    )
    for answer in _stack(wrong)
)  # fmt: skip
_ASK_MATRIX = """\
loop, product = [function(*case) for function in answer]
def stacked():
    twice = [jnp.stack([x, x[::-1]]) for x in case[:2]]
    return jax.vmap(answer[1], (0, 0, None))(*twice, case[2])
None if loop is None and product is None else {
    "similarity_loop": loop, "similarity_matrix": product,
    "similarity_matrix with jax.vmap": None if product is None else stacked()}
"""
# What 2.3 to 2.5 promise: no contents of an array decide what Python does. A mask between square
# brackets is no `if`; where one is used, is_real keeps its contents.
TRACED = """\
import jax
def traced(function, similarity, is_real, *rest):
    try:
        return jax.jit(lambda s, r: function(s, r, *rest))(similarity, is_real)
    except jax.errors.NonConcreteBooleanIndexError:
        return jax.jit(lambda s: function(s, is_real, *rest))(similarity)
"""
_ASK_TRACED = (
    TRACED
    + """\
values = answer(*case)
def runs():
    try:
        traced(answer, *case)
    except Exception as error:
        return type(error).__name__
    return "yes"
None if values is None else {"your answer": values, "runs under jax.jit": runs()}
"""
)


def _traceable(right):
    """right, for JAX too: what it finds there is not asked."""

    def answer(*case):
        return case[0] if isinstance(case[0], jax.core.Tracer) else right(*case)

    return functools.wraps(right)(answer)


def _values(answer):
    return Only(("your answer",), answer)


_IF = "the values are right, but an `if` or a loop looks at the contents of an array, where JAX has none yet (in jax.jit); jnp.where picks without looking."
_STOPS = {
    "TracerBoolConversionError": _IF,
    "ConcretizationTypeError": _IF,
    "TracerIntegerConversionError": _IF,
    "TracerArrayConversionError": "the values are right, but JAX looks through jnp functions only: write jnp in place of np.",
}


def _stopped(right, name):
    """Right values, and the error of that name where JAX looks through."""

    def answer(*case):
        if isinstance(case[0], jax.core.Tracer):
            raise type(name, (Exception,), {})
        return right(*case)

    return answer


def _traced(right, *mistakes):
    """Mistakes known by the values, then those of right functions that JAX cannot look through."""
    return tuple(Mistake(_values(m.answer), m.hint) for m in mistakes) + tuple(
        Mistake(_stopped(right, name), hint) for name, hint in _STOPS.items()
    )


def _everything(similarity, is_real):
    return ~np.eye(len(is_real), dtype=bool)


def _real_rows(similarity, is_real):
    return is_real[:, None] & _everything(similarity, is_real)


def _real_columns(similarity, is_real):
    return is_real[None, :] & _everything(similarity, is_real)


def _with_diagonal(similarity, is_real):
    return is_real[:, None] & is_real


def _turned(similarity, *rest):
    return (similarity.T, *rest)


_ROWS = "you went along the rows; here the anchors are the columns."
_MASK = "padding took part: is_real says which rows and columns count."
_MEAN_MISTAKES = _traced(
    mean_negative,
    Mistake(slip(mean_negative, given=_turned), _ROWS),
    Mistake(slip(mean_negative, use_of=_everything), _MASK),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), len(r) - 1)),
            "divide by the number of real negatives, not by that of a full batch."),
    Mistake(slip(mean_negative, use_of=_with_diagonal), "the diagonal is in your mean; it holds the positives."),
    Mistake(slip(mean_negative, count=lambda use, r: 1), "this is the sum; divide it."),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), r.sum())),
            "you divided by n; a column has n - 1 negatives."),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), len(r))),
            "you divided by all entries of a column, the zeros of the mask too; divide by the number of its negatives."),
    Mistake(slip(mean_negative, use_of=_real_rows), "the columns of padding are not 0."),
    Mistake(slip(mean_negative, use_of=_real_columns), "the rows of padding took part in the mean of a real column."),
    Mistake(lambda s, r: (s * r[:, None] * r).sum(0) / np.maximum(r.sum() - 1, 1), "the diagonal is still in the sum."),
    Mistake(lambda s, r: np.where(negatives(s, r).any(0), mean_negative(s, r), np.nan),
            "0 divided by 0 gives NaN: a column with no negative has the mean 0."),
    Mistake(lambda s, r: mean_negative(s, r)[r].mean(), "keep one mean a column."),
    Mistake(lambda s, r: hardest_negatives(s, r, 1), "this is the largest negative, not the mean."),
    Mistake(lambda s, r: mean_negative(s, r)[r], "keep the columns of padding, with 0 in them."),
)  # fmt: skip


def _none_as(value):
    return lambda s, r, k: np.where(
        _not_above(s, negatives(s, r)).any(0), closest_negatives(s, r, k), value
    )


_CLOSEST_MISTAKES = _traced(
    closest_negatives,
    Mistake(slip(closest_negatives, allow=lambda s, use: use), "these are the hardest negatives; those above the positive stay out."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s < np.diag(s)[None, :])),
            "an entry exactly as high as the positive is allowed too: <= and not <."),
    Mistake(slip(closest_negatives, given=_turned), _ROWS),
    Mistake(slip(closest_negatives, given=lambda s, r, k: (s, r, 1)), "k is not used: take the mean of k entries."),
    Mistake(slip(closest_negatives, use_of=_everything), _MASK),
    Mistake(slip(closest_negatives, use_of=_with_diagonal), "the diagonal took part; it holds the positives."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s <= np.diag(s)[:, None])),
            "each entry was compared with the diagonal of its row; its anchor is its column."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s >= np.diag(s)[None, :])),
            "these are the entries above the positive; the allowed ones are not above it."),
    Mistake(slip(closest_negatives, most=False), "these are the smallest ones; the closest negatives are the largest allowed."),
    Mistake(slip(closest_negatives, reduce=np.min), "this is the k-th largest alone; take the mean of the k largest."),
    Mistake(slip(closest_negatives, filler=0.0), "entries left out became 0, which can be among the largest; use minus infinity, and leave it out of the mean."),
    Mistake(slip(closest_negatives, filler=-2.0), "where fewer than k are allowed, -2 took the place of the missing ones in the mean; take those there are."),
    Mistake(slip(closest_negatives, none=0.0), "a column with no allowed negative gives -2, not 0."),
    Mistake(_none_as(np.nan), "a column with no allowed negative gives NaN; it should be -2."),
    Mistake(lambda s, r, k: np.where((count := np.minimum(_not_above(s, negatives(s, r)).sum(0), k)) > 0, closest_negatives(s, r, k) * count / k, -2),
            "where fewer than k are allowed, divide by as many as there are."),
    Mistake(slip(closest_negatives, reduce=np.sum), "this is the sum of the k; take their mean."),
    Mistake(slip(closest_negatives, given=lambda s, r, k: (s, r, len(r))), "this is the mean of all allowed ones; take the k closest."),
    Mistake(lambda s, r, k: mean_negative(s, r), "this is the mean of all negatives."),
    Mistake(lambda s, r, k: np.sort(closest_negatives(s, r, k))[-k:], "give one number for each column: rank within a column, axis 0."),
)  # fmt: skip


def _swapped(negative, similarity, margin):
    return np.maximum(np.diag(similarity) - negative + margin, 0)


def _one_hinge(s, r, k, margin, beta):
    first, second = mean_negative(s, r), closest_negatives(s, r, k)
    both = first - np.diag(s) + margin + beta * (second - np.diag(s) + margin)
    return np.maximum(both, 0)[r].mean()


_LOSS_MISTAKES = _traced(batch_loss, *(
    Mistake(slip(batch_loss, **switches), hint)
    for switches, hint in (
        ({"weigh": lambda l1, l2, beta: l1}, "this is L1 alone; L2 is missing."),
        ({"weigh": lambda l1, l2, beta: beta * l2}, "this is L2 alone; L1 is missing."),
        ({"weigh": lambda l1, l2, beta: l1 + l2}, "beta, the weight of L2, is missing."),
        ({"weigh": lambda l1, l2, beta: beta * l1 + l2}, "beta weighs L2, not L1."),
        ({"weigh": lambda l1, l2, beta: beta * (l1 + l2)}, "beta weighs L2 alone, not the whole."),
        ({"mean": lambda loss, r: loss[r].sum()}, "this is the sum; J is the mean."),
        ({"mean": lambda loss, r: loss[r].sum() / len(r)}, "divide by the number of real pairs, not by the size of the batch."),
        ({"mean": lambda loss, r: loss.mean()}, "padding has a loss here: average over the real pairs only."),
        ({"mean": lambda loss, r: loss.sum() / r.sum()}, "the losses of padding are in the sum: only real pairs count there."),
        ({"mean": lambda loss, r: loss * r}, "give one number, the mean."),
        ({"mean": lambda loss, r: loss[r]}, "give one number, the mean."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 0, beta)}, "the margin is missing."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 2 * m, beta)}, "the margin was added twice."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 0.25, beta)}, "the margin is fixed at 0.25; use the one given."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, -m, beta)}, "the margin is subtracted; it is added."),
        ({"given": lambda s, r, k, m, beta: (s, r, 1, m, beta)}, "k is fixed at 1; hand on the one given."),
        ({"bend": _swapped}, "the sign is swapped: a large positive must lower the loss."),
        ({"bend": lambda negative, s, m: negative - np.diag(s) + m}, "the hinge is missing: neither loss goes below 0."),
        ({"bend": lambda negative, s, m: np.maximum(negative - np.diag(s), 0) + m}, "the margin belongs inside the hinge, before the maximum."),
        ({"bend": lambda negative, s, m: np.maximum(negative + m, 0)}, "the positive is missing: S_ii is subtracted."),
        ({"second": hardest_negatives}, "L2 takes the hardest negatives here; those above the positive stay out."),
        ({"given": _turned}, _ROWS),
        ({"given": lambda s, r, *rest: (s, np.ones_like(r), *rest)}, _MASK),
    )), Mistake(_one_hinge, "one hinge around both; each of L1 and L2 has its own."),
)  # fmt: skip


_GRADIENT_MISTAKES = (
    *(
        Mistake(slip(loss_and_gradients, **switches), hint)
        for switches, hint in (
            ({"gives": lambda out: [out[0], out[2], out[1]]}, "the two gradients are swapped."),
            ({"gives": lambda out: [out[0], -out[1], -out[2]]}, "the sign is swapped: give the gradient, not the step downhill."),
            ({"gives": lambda out: [out[0], out[1], 0 * out[2]]}, "the positives get no gradient; both sides of the network learn."),
            ({"gives": lambda out: [out[0], 0 * out[1], out[2]]}, "the anchors get no gradient; both sides of the network learn."),
            ({"gives": lambda out: [out[1], out[2], out[0]]}, "the loss comes first, then the gradients."),
            ({"unit": lambda x: x}, "the embeddings are not normalised; the loss is one of cosines."),
            ({"unit": lambda x: x / jnp.sqrt((x * x).sum())}, "you normalised the whole batch at once; take the length along the last axis."),
            ({"turn": True}, "this is the other orientation: rows are positives, columns anchors."),
            ({"take": "hardest"}, "these are the hardest negatives; those above the positive stay out."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, m, 0.0)}, "L2 is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, m, 1.0)}, "beta is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, k, 0.0, beta)}, "the margin is missing."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, r, 1, m, beta)}, "k is fixed at 1; hand on the one given."),
            ({"given": lambda a, p, r, k, m, beta: (a, p, np.ones_like(r), k, m, beta)}, _MASK),
        )
    ),
    Mistake(lambda a, p, r, *rest: [x * r.sum() for x in loss_and_gradients(a, p, r, *rest)],
            "these belong to the sum; the loss is the mean over the real pairs."),
    Mistake(lambda a, p, r, *rest: [x * r.sum() / len(r) for x in loss_and_gradients(a, p, r, *rest)],
            "these belong to the mean over the whole batch; take the mean over the real pairs."),
    Mistake(lambda a, p, r, *rest: [(out := loss_and_gradients(a, p, r, *rest))[0],
                                    *(np.where(r[:, None], g, np.nan) for g in out[1:])],
            "NaN: the root in a length has no finite slope at a row of zeros, and a where after it "
            "does not help; make the number under the root safe first."),
)  # fmt: skip
_SAFE_ROOT = "rows of padding are zeros, and a length has no finite slope there: make the number under the root safe before the root is taken, since a where after it comes too late."

EXERCISES = {
    "lab2.1": Instant(
        "weighted cosine", "weighted_cosine", weighted_cosine, _VECTORS, _COSINE_MISTAKES,
        "Weights stretch the space before the angle is measured: twice all weights is the same angle, a weight of 0 makes a dimension invisible.",
        "work this case out on paper: the dot product with weights, then both lengths.",
        guards=dict.fromkeys((3, 5, 6), "where a length is 0 there is no angle, and the cosine is 0 by definition: ask for that before you divide."),
    ),
    "lab2.2": Instant(
        "similarity matrix", "(similarity_loop, similarity_matrix)", (similarity_matrix, _product), _BATCHES, _MATRIX_MISTAKES,
        "Loop and product agree: one matrix product compares every positive with every anchor, and that is where a batch gets its negatives from.",
        "entry (j, i) is the weighted cosine of positive j and anchor i.", _ASK_MATRIX,
        {3: "a row of zeros has similarities of 0: make the number under the root safe before you divide."},
        ("positive", "anchor", "weight"),
    ),
    "lab2.3": Instant(
        "mean negative", "mean_negative", _traceable(mean_negative), _MASKED, _MEAN_MISTAKES,
        "A batch may be filled up with anything now: what is not real counts neither above the line nor below it.",
        "list the negatives of column 0 on paper, leave padding out, and average.", _ASK_TRACED,
        dict.fromkeys((2, 3, 4), "a column with no negative (padding, or a pair alone) has the mean 0: divide by at least 1."),
    ),
    "lab2.4": Instant(
        "closest negatives", "closest_negatives", _traceable(closest_negatives), _TOP, _CLOSEST_MISTAKES,
        "The mean of k close negatives is steadier than one, and a column whose positive is the worst of all leaves L2 to the other columns.",
        "go down one column: which entries are real, off the diagonal and allowed?", _ASK_TRACED,
        dict.fromkeys((3, 4, 5, 6), "a column with no allowed negative (padding, or a positive below all) gives -2; where fewer than k are allowed, take those there are."),
    ),
    "lab2.5": Instant(
        "batch loss", "batch_loss", _traceable(batch_loss), _LOSSES, _LOSS_MISTAKES,
        "This is the whole loss, and it does not change when a batch is padded: the mean over the real pairs.",
        "print L1 and L2 of each column and compare them with the formula.", _ASK_TRACED,
    ),
    "lab2.6": Instant(
        "loss and gradients", "loss_and_gradients", loss_and_gradients, _TRAINING, _GRADIENT_MISTAKES,
        "From embeddings to gradients, with no NaN from padding: an optimizer could train a network with what you wrote.",
        "part 1 is the loss: make it right first, then take jax.value_and_grad.",
        guards={3: _SAFE_ROOT},
    ),
}  # fmt: skip
