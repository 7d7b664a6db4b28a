"""How good is it? Metrics of pairs, one-shot episodes, fine-tuning on a support set, retrieval.

Everything here takes embeddings or similarities that exist already, so it serves any model.
"""

from siamese_lib.evaluation.episodes import Episode, sample_episode
from siamese_lib.evaluation.fine_tuning import Head, fine_tune, probabilities, prototype_head
from siamese_lib.evaluation.metrics import (
    accuracy_at,
    accuracy_interval,
    best_threshold,
    confusion_at,
    equal_error_rate,
    error_rates,
    recall_at_k,
    roc_auc,
    roc_curve,
)
from siamese_lib.evaluation.one_shot import (
    Accuracy,
    classify_by_support,
    evaluate_n_way,
    evaluate_runs,
    prototypes,
)
from siamese_lib.evaluation.retrieval import Index, build_index, nearest

__all__ = [
    "Accuracy",
    "Episode",
    "Head",
    "Index",
    "accuracy_at",
    "accuracy_interval",
    "best_threshold",
    "build_index",
    "classify_by_support",
    "confusion_at",
    "equal_error_rate",
    "error_rates",
    "evaluate_n_way",
    "evaluate_runs",
    "fine_tune",
    "nearest",
    "probabilities",
    "prototype_head",
    "prototypes",
    "recall_at_k",
    "roc_auc",
    "roc_curve",
    "sample_episode",
]
