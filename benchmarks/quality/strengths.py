"""What Siamese networks are good and bad at: each claim of notebook 06, with three seeds.

Usage: python -m benchmarks.quality.strengths        writes siamese_lib/data/results/strengths.json

Known letters, other drawings in the test: few examples of each letter, heavy imbalance, averaging
two models, training time. Both networks are in strengths_models.py; scripts never seen are in
few_shot.py.
"""

import json
import time

import numpy as np

from benchmarks.measure import run_seeds, spread, store
from benchmarks.quality import strengths_models as known

EXAMPLES = (1, 3, 10)
MIDDLE = 3  # examples of each letter where models are averaged, or trained for longer
CLAIMS = ("examples", "imbalance", "averaging", "time")
PAIRS_OF_MODELS = (("siamese", "classifier"), ("classifier", "another classifier"))


def few_examples(letters, seed):
    """Both models for each number of examples of a letter: {"siamese, 1": Run, ...}."""
    runs = {
        f"{name}, {k}": train(letters, np.full(known.LETTERS, k), seed)
        for k in EXAMPLES
        for name, train in (("siamese", known.siamese), ("classifier", known.classifier))
    }
    longer = known.classifier(
        letters, np.full(known.LETTERS, MIDDLE), seed, epochs=2 * known.EPOCHS
    )
    return runs | {f"classifier, twice the steps, {MIDDLE}": longer}


def imbalance(letters, seed):
    """Accuracy over all letters, those with many examples and those with few."""
    counts = np.where(np.arange(known.LETTERS) < known.RICH, known.MANY, known.FEW)
    runs = {
        "siamese": known.siamese(letters, counts, seed),
        "classifier": known.classifier(letters, counts, seed, is_even=False),
        "classifier, letters dealt evenly": known.classifier(letters, counts, seed),
    }
    parts = {"all": slice(None), "rich": slice(known.RICH), "poor": slice(known.RICH, None)}
    return {
        f"{name}, {part}": known.right(run.test, rows)
        for name, run in runs.items()
        for part, rows in parts.items()
    }


def averaging(letters, runs, seed):
    """Accuracy of two models' mean probabilities, and of each alone."""
    counts = np.full(known.LETTERS, MIDDLE)
    models = {
        "siamese": runs[f"siamese, {MIDDLE}"],
        "classifier": runs[f"classifier, {MIDDLE}"],
        "another classifier": known.classifier(letters, counts, seed + 100),
    }
    p = {name: known.probabilities(run) for name, run in models.items()}
    alone = {name: known.right(own) for name, own in p.items()}
    together = {f"{a} + {b}": known.right(p[a] + p[b]) for a, b in PAIRS_OF_MODELS}
    return alone | together


def training_time(runs):
    """Processor seconds of an epoch, their ratio, and the steps until enough is right."""
    own = {name: runs[f"{name}, {EXAMPLES[-1]}"] for name in ("siamese", "classifier")}
    seconds = {f"{name}, seconds an epoch": run.seconds for name, run in own.items()}
    steps = {f"{name}, steps": known.steps_until_enough(run) for name, run in own.items()}
    return seconds | {"times as long": own["siamese"].seconds / own["classifier"].seconds} | steps


def measure(seed):
    letters = known.draw_letters(seed)
    runs = few_examples(letters, seed)
    result = {
        "examples": {name: known.right(run.test) for name, run in runs.items()},
        "imbalance": imbalance(letters, seed),
        "averaging": averaging(letters, runs, seed),
        "time": training_time(runs),
        "course": {name: run.course for name, run in runs.items()},
    }
    print(f"seed {seed}, processor seconds so far {time.process_time():.0f}", flush=True)
    print(json.dumps(result, indent=1), flush=True)
    return result


def summary(runs, claim):
    """{what: mean, lowest and highest of the seeds}; nothing where a seed has no number."""
    values = {what: [run[claim][what] for run in runs] for what in runs[0][claim]}
    return {
        what: spread(own, "mean", "low", "high") for what, own in values.items() if None not in own
    }


def main():
    """Three seeds; each claim over them, and the runs."""
    runs, beside = run_seeds(measure)
    result = {
        **beside,
        **{claim: summary(runs, claim) for claim in CLAIMS},
        "runs": runs,
    }
    store("strengths", result)


if __name__ == "__main__":
    main()
