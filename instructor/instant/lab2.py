"""Lab 2, the modified triplet loss: right answers and likely mistakes. Anchors are the columns."""

import jax
import jax.numpy as jnp
import numpy as np

from instructor.instant.instant import Instant, Only
from siamese_lib.checks.exercise import Mistake


def weighted_cosine(a, b, weight):
    return _ratio((weight * a * b).sum(), _length(a, weight) * _length(b, weight))


def _length(x, weight):
    return np.sqrt((weight * x * x).sum())


def _ratio(above, below):
    return above / below if below > 0 else 0.0


def similarity_matrix(positive, anchor, weight):
    return np.array([[weighted_cosine(p, a, weight) for a in anchor] for p in positive])


def negatives(similarity, is_real):
    """Which entries are negatives, [positive, anchor]: both real, and not the diagonal."""
    return is_real[:, None] & is_real[None, :] & ~np.eye(len(is_real), dtype=bool)


def mean_negative(similarity, is_real):
    use = negatives(similarity, is_real)
    return (similarity * use).sum(axis=0) / np.maximum(use.sum(axis=0), 1)


def closest_negatives(similarity, is_real, k):
    use = negatives(similarity, is_real) & (similarity <= np.diag(similarity)[None, :])
    return top_k(similarity, use, k)


def hardest_negatives(similarity, is_real, k):
    return top_k(similarity, negatives(similarity, is_real), k)


def top_k(similarity, use, k):
    """The mean of the k largest entries of each column among those to use; -2 for none."""
    columns = [
        np.sort(column[chosen])[-k:] for column, chosen in zip(similarity.T, use.T, strict=True)
    ]
    return np.array([column.mean() if len(column) else -2.0 for column in columns])


def hinge(negative, similarity, margin):
    return np.maximum(negative - np.diag(similarity) + margin, 0)


def batch_loss(
    similarity, is_real, k, margin, beta, *, first=mean_negative, second=closest_negatives
):
    l1 = hinge(first(similarity, is_real), similarity, margin)
    l2 = hinge(second(similarity, is_real, k), similarity, margin)
    return (l1 + beta * l2)[is_real].mean()


def loss_and_gradients(anchor, positive, is_real, k, margin, beta, *, unit=None, take="closest"):
    """By hand: the gradient of the loss at the matrix, then back through product and lengths."""
    unit = unit or _unit_rows

    def loss(anchor, positive):
        similarity = unit(positive) @ unit(anchor).T
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


def _unit_rows(x):
    squared = (x * x).sum(axis=1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))


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
_MASKED = tuple(zip(_MATRICES, _REAL, strict=True))
_TOP = tuple((*case, k) for case, k in zip(_MASKED, (1, 3, 1, 3), strict=True))
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


def _cosine_of(above, below):
    return lambda a, b, w: _ratio(above(a, b, w), below(a, b, w))


def _lengths(a, b, w):
    return _length(a, w) * _length(b, w)


def _dot(a, b, w):
    return (w * a * b).sum()


_COSINE_MISTAKES = (
    Mistake(lambda a, b, w: _ratio((a * b).sum(), np.sqrt((a * a).sum() * (b * b).sum())),
            "the weights are missing: every product takes its weight."),
    Mistake(_cosine_of(_dot, lambda a, b, w: np.sqrt((a * a).sum() * (b * b).sum())), _LENGTH),
    Mistake(_cosine_of(_dot, lambda a, b, w: np.sqrt((a * a).sum()) * _length(b, w)), _LENGTH),
    Mistake(_cosine_of(_dot, lambda a, b, w: _length(a, w) * np.sqrt((b * b).sum())), _LENGTH),
    Mistake(
        _cosine_of(lambda a, b, w: (a * b).sum(), _lengths),
        "the product on top takes the weights too.",
    ),
    Mistake(
        _cosine_of(lambda a, b, w: (w * w * a * b).sum(), _lengths),
        "the weights came in twice in the product (squared).",
    ),
    Mistake(_dot, "this is the dot product: divide by both lengths."),
    Mistake(_cosine_of(lambda a, b, w: (w * w * a * b).sum(),
                       lambda a, b, w: np.sqrt(((w * a) ** 2).sum() * ((w * b) ** 2).sum())),
            "the weights came in twice (squared): multiplied into both vectors they count as w^2."),
    Mistake(_cosine_of(_dot, lambda a, b, w: _lengths(a, b, w) ** 2),
            "a length is a root; you divided by the squared lengths."),
    Mistake(_cosine_of(_dot, lambda a, b, w: _length(a, w)), "you divided by one length of the two."),
    Mistake(lambda a, b, w: 1 - weighted_cosine(a, b, w), "this is the distance, 1 minus the cosine."),
    Mistake(lambda a, b, w: abs(weighted_cosine(a, b, w)), "the sign is lost: opposite is not alike."),
    Mistake(lambda a, b, w: _dot(a, b, w) / np.float64(_lengths(a, b, w)) if a.any() else np.nan,
            "a zero vector has no direction: 0 divided by 0 is NaN, and 0 is asked for."),
    Mistake(lambda a, b, w: _length(a - b, w), "this is a distance between points, not an angle."),
)  # fmt: skip


def _stack(similarity):
    """The wrong matrix as a mistake of the loop, and as one of the product."""
    return Only(("loop",), (similarity, _product)), Only(
        ("product",), (similarity_matrix, similarity)
    )


def _product(positive, anchor, weight):
    def unit(x):
        squared = (weight * x * x).sum(-1, keepdims=True)
        return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))

    return unit(positive) * weight @ unit(anchor).swapaxes(-1, -2)


def _whole(x, weight):
    return x / jnp.sqrt((weight * x * x).sum())


def _unweighted_product(p, a, w):
    length = [jnp.sqrt((w * x * x).sum(-1)) for x in (p, a)]
    below = jnp.outer(*length)
    return jnp.where(below > 0, p @ a.T / jnp.where(below > 0, below, 1), 0)


def _unweighted_lengths(p, a, w):
    below = jnp.outer(*[jnp.sqrt((x * x).sum(-1)) for x in (p, a)])
    return jnp.where(below > 0, p * w @ a.T / jnp.where(below > 0, below, 1), 0)


def _down(x, weight):
    return x / jnp.sqrt(jnp.maximum((weight * x * x).sum(0), 1e-9))


def _nan_where_zero(p, a, w):
    return _product(p, a, w) + jnp.where((p != 0).any(1), 0, jnp.nan)[:, None]


_MATRIX_MISTAKES = tuple(
    Mistake(answer, hint)
    for wrong, hint in (
        (lambda p, a, w: _product(a, p, w),
         "this is the other orientation: row j is a positive, column i an anchor."),
        (lambda p, a, w: p * w @ a.T,
         "the lengths are missing: divide each entry by the lengths of its row and its column."),
        (lambda p, a, w: _whole(p, w) * w @ _whole(a, w).T,
         "you divided by the length of the whole batch; take the length along the last axis."),
        (lambda p, a, w: _down(p, w) * w @ _down(a, w).T,
         "the lengths run down the batch; take them along the last axis."),
        (lambda p, a, w: _product(p, a, jnp.ones_like(w)), "the weights are missing."),
        (lambda p, a, w: _product(p, a, w * w), "the weights came in twice (squared)."),
        (
            lambda p, a, w: _unweighted_lengths(p, a, w),
            "the lengths lack the weights; the product has them.",
        ),
        (
            lambda p, a, w: _unweighted_product(p, a, w),
            "the lengths take the weights, the product does not; it should too.",
        ),
        (lambda p, a, w: 1 - _product(p, a, w), "these are distances, 1 minus the cosine."),
        (lambda p, a, w: _product(p, p, w), "both sides are positives; the columns are anchors."),
        (_nan_where_zero, "a zero row gives NaN here; its similarities are 0."),
        (lambda p, a, w: jnp.diag(_product(p, a, w)),
         "you compared each positive with its own anchor only; all pairs are asked for."),
    )
    for answer in _stack(wrong)
)  # fmt: skip
_ASK_MATRIX = """\
loop, product = [function(*case) for function in answer]
def stacked():
    twice = [jnp.stack([x, x[::-1]]) for x in case[:2]]
    return jax.vmap(answer[1], (0, 0, None))(*twice, case[2])
None if loop is None or product is None else dict(loop=loop, product=product, stack=stacked())
"""


def _mean_of(use_of, count_of):
    def wrong(similarity, is_real):
        use = use_of(similarity, is_real)
        return (similarity * use).sum(0) / np.maximum(count_of(use, is_real), 1)

    return wrong


def _per_column(use, is_real):
    return use.sum(0)


def _everything(similarity, is_real):
    return ~np.eye(len(is_real), dtype=bool)


_ROWS = "you went along the rows; here the anchors are the columns."
_MASK = "padding took part: is_real says which rows and columns count."
_MEAN_MISTAKES = (
    Mistake(lambda s, r: mean_negative(s.T, r), _ROWS),
    Mistake(_mean_of(_everything, _per_column), _MASK),
    Mistake(_mean_of(negatives, lambda use, r: np.full(len(r), len(r) - 1)),
            "divide by the number of real negatives, not by that of a full batch."),
    Mistake(lambda s, r: np.where(r, (s * r[:, None]).sum(0) / max(r.sum(), 1), 0),
            "the diagonal is in your mean; it holds the positives."),
    Mistake(lambda s, r: (s * negatives(s, r)).sum(0), "this is the sum; divide it."),
    Mistake(_mean_of(negatives, lambda use, r: np.full(len(r), r.sum())),
            "you divided by n; a column has n - 1 negatives."),
    Mistake(_mean_of(lambda s, r: r[:, None] & _everything(s, r), _per_column),
            "the columns of padding are not 0."),
    Mistake(_mean_of(lambda s, r: r[None, :] & _everything(s, r), _per_column),
            "the rows of padding took part in the mean of a real column."),
    Mistake(lambda s, r: (s * r[:, None] * r).sum(0) / np.maximum(r.sum() - 1, 1),
            "the diagonal is still in the sum."),
    Mistake(lambda s, r: np.where(negatives(s, r).any(0), mean_negative(s, r), np.nan),
            "0 divided by 0 gives NaN: a column with no negative has the mean 0."),
    Mistake(lambda s, r: mean_negative(s, r)[r].mean(), "keep one mean a column."),
    Mistake(lambda s, r: hardest_negatives(s, r, 1), "this is the largest negative, not the mean."),
    Mistake(lambda s, r: mean_negative(s, r)[r], "keep the columns of padding, with 0 in them."),
)  # fmt: skip


def _top_of(use_of):
    return lambda s, r, k: top_k(s, use_of(s, r), k)


def _allowed(s, r):
    return negatives(s, r) & (s <= np.diag(s)[None, :])


def _smallest(s, r, k):
    return np.where(_allowed(s, r).any(0), -top_k(-s, _allowed(s, r), k), -2)


def _kth(s, r, k):
    columns = [np.sort(column[use]) for column, use in zip(s.T, _allowed(s, r).T, strict=True)]
    return np.array([c[-min(k, len(c))] if len(c) else -2.0 for c in columns])


def _none_as(value):
    return lambda s, r, k: np.where(_allowed(s, r).any(0), closest_negatives(s, r, k), value)


def _over_k(s, r, k):
    count = np.minimum(_allowed(s, r).sum(0), k)
    return np.where(count > 0, closest_negatives(s, r, k) * count / k, -2)


_CLOSEST_MISTAKES = (
    Mistake(hardest_negatives, "these are the hardest negatives; those above the positive stay out."),
    Mistake(lambda s, r, k: closest_negatives(s.T, r, k), _ROWS),
    Mistake(lambda s, r, k: closest_negatives(s, r, 1), "k is not used: take the mean of k entries."),
    Mistake(_top_of(lambda s, r: _everything(s, r) & (s <= np.diag(s)[None, :])), _MASK),
    Mistake(_top_of(lambda s, r: r[:, None] & r & (s <= np.diag(s)[None, :])),
            "the diagonal took part; it holds the positives."),
    Mistake(_top_of(lambda s, r: negatives(s, r) & (s <= np.diag(s)[:, None])),
            "each entry was compared with the diagonal of its row; its anchor is its column."),
    Mistake(_smallest, "these are the smallest ones; the closest negatives are the largest allowed."),
    Mistake(_kth, "this is the k-th largest alone; take the mean of the k largest."),
    Mistake(_none_as(0.0), "a column with no allowed negative gives -2, not 0."),
    Mistake(_none_as(np.nan), "a column with no allowed negative gives NaN; it should be -2."),
    Mistake(_over_k, "where fewer than k are allowed, divide by as many as there are."),
    Mistake(lambda s, r, k: closest_negatives(s, r, k) * np.minimum(np.maximum(_allowed(s, r).sum(0), 1), k),
            "this is the sum of the k; take their mean."),
    Mistake(lambda s, r, k: mean_negative(s, r), "this is the mean of all negatives."),
)  # fmt: skip


def _loss_of(value):
    def wrong(s, r, k, margin, beta):
        l1 = hinge(mean_negative(s, r), s, margin)
        l2 = hinge(closest_negatives(s, r, k), s, margin)
        return value(l1, l2, r, beta)

    return wrong


def _swapped_sign(s, r, k, margin, beta):
    l1, l2 = (np.maximum(np.diag(s) - negative + margin, 0)
              for negative in (mean_negative(s, r), closest_negatives(s, r, k)))  # fmt: skip
    return (l1 + beta * l2)[r].mean()


def _one_hinge(s, r, k, margin, beta):
    first, second = mean_negative(s, r), closest_negatives(s, r, k)
    both = first - np.diag(s) + margin + beta * (second - np.diag(s) + margin)
    return np.maximum(both, 0)[r].mean()


def _no_hinge(s, r, k, margin, beta):
    first, second = mean_negative(s, r), closest_negatives(s, r, k)
    return (first - np.diag(s) + margin + beta * (second - np.diag(s) + margin))[r].mean()


_LOSS_MISTAKES = (
    Mistake(_loss_of(lambda l1, l2, r, beta: l1[r].mean()), "this is L1 alone; L2 is missing."),
    Mistake(_loss_of(lambda l1, l2, r, beta: beta * l2[r].mean()), "this is L2 alone; L1 is missing."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (l1 + l2)[r].mean()), "beta, the weight of L2, is missing."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (beta * l1 + l2)[r].mean()), "beta weighs L2, not L1."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (l1 + beta * l2)[r].sum()), "this is the sum; J is the mean."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (l1 + beta * l2)[r].sum() / len(r)),
            "divide by the number of real pairs, not by the size of the batch."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (l1 + beta * l2).mean()),
            "padding has a loss here: average over the real pairs only."),
    Mistake(_loss_of(lambda l1, l2, r, beta: (l1 + beta * l2) * r), "give one number, the mean."),
    Mistake(lambda s, r, k, m, beta: batch_loss(s, r, k, 0, beta), "the margin is missing."),
    Mistake(lambda s, r, k, m, beta: batch_loss(s, r, k, 2 * m, beta), "the margin was added twice."),
    Mistake(_swapped_sign, "the sign is swapped: a large positive must lower the loss."),
    Mistake(_one_hinge, "one hinge around both; each of L1 and L2 has its own."),
    Mistake(_no_hinge, "the hinge is missing: neither loss goes below 0."),
    Mistake(lambda *case: batch_loss(*case, second=hardest_negatives),
            "L2 takes the hardest negatives here; those above the positive stay out."),
    Mistake(lambda s, *rest: batch_loss(s.T, *rest), _ROWS),
    Mistake(lambda s, r, *rest: batch_loss(s, np.ones_like(r), *rest), _MASK),
)  # fmt: skip


def _changed(change):
    return lambda *case: change(*loss_and_gradients(*case))


def _arranged(arrange):
    return lambda *case: loss_and_gradients(*arrange(*case))


_GRADIENT_MISTAKES = (
    Mistake(_changed(lambda v, a, p: [v, p, a]), "the two gradients are swapped."),
    Mistake(_changed(lambda v, a, p: [v, -a, -p]),
            "the sign is swapped: give the gradient, not the step downhill."),
    Mistake(_changed(lambda v, a, p: [v, a, 0 * p]),
            "the positives get no gradient; both sides of the network learn."),
    Mistake(_changed(lambda v, a, p: [v, 0 * a, p]),
            "the anchors get no gradient; both sides of the network learn."),
    Mistake(lambda *case: loss_and_gradients(*case, unit=lambda x: x),
            "the embeddings are not normalised; the loss is one of cosines."),
    Mistake(lambda *case: loss_and_gradients(*case, unit=lambda x: x / jnp.sqrt((x * x).sum())),
            "you normalised the whole batch at once; take the length along the last axis."),
    Mistake(lambda a, p, *rest: [(out := loss_and_gradients(p, a, *rest))[0], out[2], out[1]],
            "this is the other orientation: rows are positives, columns anchors."),
    Mistake(lambda *case: loss_and_gradients(*case, take="hardest"),
            "these are the hardest negatives; those above the positive stay out."),
    Mistake(_arranged(lambda a, p, r, k, m, beta: (a, p, r, k, m, 0.0)), "L2 is missing."),
    Mistake(_arranged(lambda a, p, r, k, m, beta: (a, p, r, k, m, 1.0)), "beta is missing."),
    Mistake(_arranged(lambda a, p, r, k, m, beta: (a, p, r, k, 0.0, beta)), "the margin is missing."),
    Mistake(_arranged(lambda a, p, r, k, m, beta: (a, p, np.ones_like(r), k, m, beta)), _MASK),
    Mistake(lambda a, p, r, *rest: [x * r.sum() for x in loss_and_gradients(a, p, r, *rest)],
            "these belong to the sum; the loss is the mean over the real pairs."),
    Mistake(lambda a, p, r, *rest: [(out := loss_and_gradients(a, p, r, *rest))[0],
                                    *(np.where(r[:, None], g, np.nan) for g in out[1:])],
            "NaN: the root in a length has no finite slope at a row of zeros, and a where after it "
            "does not help; make the number under the root safe first."),
)  # fmt: skip

EXERCISES = {
    "lab2.1": Instant("weighted cosine", weighted_cosine, _VECTORS, _COSINE_MISTAKES,
                      "work case 1 out on paper: the dot product with weights, then both lengths."),
    "lab2.2": Instant("similarity matrix", (similarity_matrix, _product), _BATCHES, _MATRIX_MISTAKES,
                      "entry (j, i) is the weighted cosine of positive j and anchor i.", _ASK_MATRIX),
    "lab2.3": Instant("mean negative", mean_negative, _MASKED, _MEAN_MISTAKES,
                      "list the negatives of column 0 on paper, leave padding out, and average."),
    "lab2.4": Instant("closest negatives", closest_negatives, _TOP, _CLOSEST_MISTAKES,
                      "go down one column: which entries are real, off the diagonal and allowed?"),
    "lab2.5": Instant("batch loss", batch_loss, _LOSSES, _LOSS_MISTAKES,
                      "print L1 and L2 of each column and compare them with the formula."),
    "lab2.6": Instant("loss and gradients", loss_and_gradients, _TRAINING, _GRADIENT_MISTAKES,
                      "part 1 is the loss: make it right first, then take jax.value_and_grad."),
}  # fmt: skip
