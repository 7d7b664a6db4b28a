"""A pairwise head without an encoder: |x1 - x2| and a sigmoid on sparse TF-IDF vectors.

The problem is convex, so there is one best answer and no seed. The head learns by heart which
words matter ("China" against "India"), which a small encoder blurs. The two err on different
pairs: the mean of both logits beats either.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siamese_lib.text.duplicates import pair_rows
from siamese_lib.text.ngrams import word_pattern
from siamese_lib.validate import require_binary, require_positive, require_rank

MARKS = 4  # cosines 0, 1/3, 2/3, 1: a word may mean something else at each
BLOCK = 10_000  # how many pairs get their features at a time


class SparsePairs(NamedTuple):
    """What fit_sparse_pairs has learned: fitted parts from scikit-learn."""

    vectoriser: Any  # texts -> sparse unit vectors, words beside runs of letters
    classifier: Any  # features of a pair -> logit


def fit_sparse_pairs(
    question1: Sequence[str],
    question2: Sequence[str],
    is_same: Sequence[int] | np.ndarray,
    *,
    strength: float = 5.0,
) -> SparsePairs:
    """Learn to tell same from different, with weights on the entries of two TF-IDF vectors.

    A pair has four groups of features: |x1 - x2|; x1 x2; x1 + x2 once for each mark on the cosine's
    scale, shared between the two nearest marks; and those shares alone. With the third group a word
    can say how much similarity it takes: two questions about one named person are seldom the same,
    however many words they share.

    Shapes: lists of n strings, is_same [n] of 1 and 0 -> SparsePairs. strength: the larger it is,
    the more closely the weights follow the training pairs (scikit-learn's C).
    Raises: ValueError if the lengths differ, a label is not 0 or 1, all labels are equal, no text
    holds a word, or strength is not above 0.
    Source: |x1 - x2| as in Koch et al. 2015 (there on a trained encoder); the weights come from
    scikit-learn's LogisticRegression.
    """
    from sklearn.linear_model import LogisticRegression

    require_positive(strength=strength)
    texts, *where = pair_rows(question1, question2)
    require_rank(1, "[pairs], one label per pair", is_same=is_same)
    require_binary(is_same=is_same)
    if len(is_same) != len(question1):
        raise ValueError(f"{len(question1)} pairs but {len(is_same)} labels; give one label each")
    if np.min(is_same) == np.max(is_same):
        raise ValueError(f"every label is {is_same[0]}; give pairs of both kinds")
    vectoriser = _vectoriser().fit(texts)
    features = _features(vectoriser.transform(texts), *where)
    classifier = LogisticRegression(C=strength, max_iter=300).fit(features, np.asarray(is_same))
    return SparsePairs(vectoriser, classifier)


def sparse_logits(
    model: SparsePairs, question1: Sequence[str], question2: Sequence[str]
) -> NDArray[np.float32]:
    """One number per pair, above 0 if the two are rather the same; their order does not matter.

    Shapes: model from fit_sparse_pairs, two lists of n strings -> [n] float32 numpy.
    Raises: ValueError if the lengths differ or there are no pairs.
    """
    texts, *where = pair_rows(question1, question2)
    if not texts:
        raise ValueError("question1 and question2 are empty; give one pair or more")
    return model.classifier.decision_function(
        _features(model.vectoriser.transform(texts), *where)
    ).astype(np.float32)


def _vectoriser():
    """Words, pairs of words and punctuation (.36 of the cosine); runs of 3 and 4 letters (.64)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    words = TfidfVectorizer(token_pattern=word_pattern(), ngram_range=(1, 2), dtype=np.float32)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32)
    return FeatureUnion(
        [("words", words), ("letters", letters)],
        transformer_weights={"words": 0.6, "letters": 0.8},
    )


def _features(vectors, first, second):
    """[pairs, (2 + MARKS) dim + MARKS], sparse, made in blocks that keep the memory small."""
    from scipy.sparse import csr_array, vstack

    vectors = csr_array(vectors)
    starts = range(0, len(first), BLOCK)
    blocks = ((vectors[first[k : k + BLOCK]], vectors[second[k : k + BLOCK]]) for k in starts)
    return vstack([_block(*sides) for sides in blocks], format="csr")


def _block(x1, x2):
    from scipy.sparse import csr_array, diags_array, hstack

    product, total = x1 * x2, x1 + x2
    cosine = np.asarray(product.sum(axis=1)).ravel()
    marks = np.linspace(0, 1, MARKS)
    share = np.maximum(0, 1 - np.abs(cosine[:, None] - marks) * (MARKS - 1)).astype(np.float32)
    at_marks = [diags_array(column) @ total for column in share.T]
    return hstack([abs(x1 - x2), product, *at_marks, csr_array(share)], format="csr")
