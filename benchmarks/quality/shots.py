"""N-way K-shot accuracy of stored embeddings, and its spread over the seeds."""

import numpy as np

from benchmarks.measure import spread
from siamese_lib.evaluation import evaluate_n_way


def accuracies(vectors, label, tasks, **options):
    """{"20-way 1-shot": [mean, low, high], ...} of the tasks (n_way, k_shot).

    options are those of evaluate_n_way: episodes, and within and drawer where they matter.
    """
    result = {}
    for n_way, k_shot in tasks:
        found = evaluate_n_way(
            lambda rows: rows, vectors, label, n_way=n_way, k_shot=k_shot, seed=0, **options
        )
        result[f"{n_way}-way {k_shot}-shot"] = [round(value, 4) for value in found]
    return result


def over_seeds(runs, *statistics):
    """{name: its spread} of every accuracy that the runs of all seeds have."""
    names = [name for name in runs[0] if "-way" in name or name.startswith("official")]
    return {
        # of [mean, low, high] the mean
        name: spread([float(np.ravel(run[name])[0]) for run in runs], *statistics)
        for name in names
    }
