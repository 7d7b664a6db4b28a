"""What exercise 5.5 pays for: accuracy on hidden pairs of rules, word counts and trained models.

Usage: python -m benchmarks.grading.quality
Writes benchmarks/grading/results/quality.json.

QUALITY of instructor/labs/lab5/ex_5_5.py was set by these. Every way sees what a learner has;
thresholds are chosen on the validation pairs, those of the rules in
tests/grading_attacks/rules.py on the hidden pairs themselves.
Five drawings of hidden pairs, one training each.
"""

import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.grading import RESULTS
from benchmarks.measure import ROOT, describe, store
from instructor.labs.lab5 import ex_5_5, questions
from siamese_lib.datasets import load_questions

# The tests' helpers import each other by name, as pytest has them on its path.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "labs")]
import lab_help  # noqa: E402
import test_lab5  # noqa: E402
import test_trivial  # noqa: E402
from grading_attacks import rules  # noqa: E402

DRAWINGS = 5


def written(source):
    space = {"np": np}
    exec(source, space)
    return space["predict"]


def word_counts(**options):
    """TF-IDF of the training questions."""
    train, validation = load_questions("train"), load_questions("validation")
    counts = TfidfVectorizer(**options).fit([*train.question1, *train.question2])

    def similarity(first, second):
        return np.asarray(counts.transform(first).multiply(counts.transform(second)).sum(1)).ravel()

    found = similarity(validation.question1, validation.question2)
    right = [np.mean((found > t) == (validation.is_same == 1)) for t in np.linspace(0, 1, 101)]
    threshold = np.linspace(0, 1, 101)[np.argmax(right)]
    return lambda first, second: similarity(first, second) > threshold


def trained(*changes):
    """The master's model, its training cell changed."""
    (cell,) = [cell for cell in lab_help.master("lab5").cells if cell.id == "ex-5-5"]
    source = cell.source
    for old, new in changes:
        source = lab_help.mutated(source, old, new)
    return lab_help.with_code("lab5", source)["predict"]


NOTHING_HIDDEN = ("< 0.1)", "< 0.0)")
WAYS = {
    "parser of the learner's phrasings": lambda: written(test_trivial.PARSER),
    "names and the nearest phrasing": lambda: written(test_trivial.KEYWORDS),
    "TF-IDF, words": word_counts,
    "TF-IDF, characters": lambda: word_counts(analyzer="char_wb", ngram_range=(3, 4)),
    "mean of word vectors": lambda: lab_help.with_code("lab5", test_lab5.BAG + test_lab5.PREDICT)[
        "predict"
    ],
    "LSTM, 2 epochs, no word hidden": lambda: trained(NOTHING_HIDDEN, ("epochs=6", "epochs=2")),
    "LSTM, 6 epochs, no word hidden": lambda: trained(NOTHING_HIDDEN),
    "the master": trained,
}


def measure(predict):
    """Accuracy on each drawing, its mean, and the share of points that the mean earns."""
    return _summary([(predict(*pairs) == questions.labels(*pairs)).mean() for pairs in _drawings()])


def measure_rule(score):
    """The same for a rule, with the best threshold for each drawing."""
    return _summary(
        [rules.reached(score, *pairs, questions.labels(*pairs)) for pairs in _drawings()]
    )


def _drawings():
    return [questions.hidden_pairs(np.random.default_rng(seed)) for seed in range(DRAWINGS)]


def _summary(scores):
    mean = float(np.mean(scores))
    return {"accuracy": round(mean, 3), "share of points": round(ex_5_5.share(mean), 2),
            "drawings": np.round(scores, 4).tolist()}  # fmt: skip


def main():
    """Every way and every rule."""
    result = {"machine": describe(), "pairs": questions.PAIRS, "accuracy": {}, "rules": {}}
    for name, make in WAYS.items():
        result["accuracy"][name] = measure(make())
        print(name, result["accuracy"][name], flush=True)
    for name, score in rules.SCORES.items():
        result["rules"][name] = measure_rule(score)
        print(name, result["rules"][name], flush=True)
    store("quality", result, RESULTS)


if __name__ == "__main__":
    main()
