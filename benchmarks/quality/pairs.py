"""Pairs of questions: how similar, how well told apart, and TF-IDF as the rival."""

import numpy as np

from siamese_lib.evaluation import accuracy_at, best_threshold, roc_auc

# For TfidfVectorizer.
TFIDF = {"words": {}, "characters": {"analyzer": "char_wb", "ngram_range": (3, 5)}}


def known_pairs(pairs, tokenizer):
    """The pairs whose two questions hold at least one word of the vocabulary."""
    keep = [
        all(max(tokenizer.encode(text).ids, default=0) > 1 for text in pair)
        for pair in zip(*pairs[:2], strict=True)
    ]
    columns = [[text for text, k in zip(c, keep, strict=True) if k] for c in pairs[:2]]
    return type(pairs)(*columns, pairs.is_same[np.array(keep)])


def pair_similarity(embed, pairs):
    """Cosine of each pair, each text embedded once; embed(texts) -> unit rows, dense or sparse."""
    texts = list(dict.fromkeys(pairs.question1 + pairs.question2))
    row = {text: i for i, text in enumerate(texts)}
    vectors = embed(texts)
    left, right = (vectors[[row[text] for text in column]] for column in pairs[:2])
    product = left * right if isinstance(left, np.ndarray) else left.multiply(right)
    return np.asarray(product.sum(axis=1)).ravel()


def score(on_validation, validation, on_test, test):
    """AUC on test, and the accuracy there at the threshold chosen on validation.

    on_validation and on_test are the similarities of the pairs of validation and test.
    """
    threshold = best_threshold(on_validation, validation.is_same)
    return {
        "validation_auc": round(roc_auc(on_validation, validation.is_same), 4),
        "auc": round(roc_auc(on_test, test.is_same), 4),
        "threshold": round(threshold, 4),
        "accuracy": round(accuracy_at(on_test, test.is_same, threshold=threshold), 4),
    }
