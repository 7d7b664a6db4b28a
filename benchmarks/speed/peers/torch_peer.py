"""The same model, loss and miners in PyTorch, as its own documentation would write them."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(0)


class QuestionEncoder(nn.Module):
    """Embedding, LSTM, mean over real tokens, L2."""

    def __init__(self, vocabulary_size, dim=128):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, dim)
        self.lstm = nn.LSTM(dim, dim, batch_first=True)

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        is_real = (tokens != 0)[..., None]
        return functional.normalize((states * is_real).sum(1), dim=1)


def modified_triplet_loss(anchor, positive, margin=0.25):
    """Mean negative and closest negative, the formula of siamese_lib.losses."""
    similarity = anchor @ positive.T
    own = similarity.diagonal()
    is_own = torch.eye(len(own), dtype=torch.bool)
    mean_negative = similarity.masked_fill(is_own, 0).sum(1) / (len(own) - 1)
    left_out = is_own | (similarity > own[:, None])
    closest = similarity.masked_fill(left_out, -torch.inf).amax(1)
    return (
        functional.relu(mean_negative - own + margin) + functional.relu(closest - own + margin)
    ).mean()


def step(batches, vocabulary_size):
    """One call trains on every batch once, Adam on all parameters."""
    model = QuestionEncoder(vocabulary_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def run():
        for anchor, positive in batches:
            optimizer.zero_grad(set_to_none=True)
            both = model(torch.cat([anchor, positive]))
            loss = modified_triplet_loss(*both.chunk(2))
            loss.backward()
            optimizer.step()
        return loss.item()

    return run


def tokens_task(name):
    def build(folder):
        with np.load(f"{folder}/{name}.npz") as file:
            batches = [torch.from_numpy(file[key]).long() for key in sorted(file.files)]
        return step([(both[0], both[1]) for both in batches], 36_224)

    return build


def loss_task(batch):
    def build(folder):
        anchor, positive = (
            torch.from_numpy(side).requires_grad_()
            for side in np.load(f"{folder}/vectors.npy")[:, :batch]
        )

        def run():
            anchor.grad = positive.grad = None
            modified_triplet_loss(anchor, positive).backward()

        return run

    return build


def mining_task(kind):
    """pytorch-metric-learning: all triplets of the kind, where siamese_lib takes one per anchor."""

    def build(folder):
        from pytorch_metric_learning import distances, losses, miners

        vectors = torch.from_numpy(np.load(f"{folder}/vectors.npy")[0, :1024])
        labels = torch.from_numpy(np.load(f"{folder}/labels.npy"))
        cosine = distances.CosineSimilarity()
        miner = {
            "hardest": miners.BatchHardMiner(distance=cosine),
            "semi_hard": miners.TripletMarginMiner(
                margin=0.25, type_of_triplets="semihard", distance=cosine
            ),
        }[kind]
        loss = losses.TripletMarginLoss(margin=0.25, distance=cosine)
        leaf = vectors.clone().requires_grad_()

        def run():
            leaf.grad = None
            loss(leaf, labels, miner(leaf, labels)).backward()

        return run

    return build


def product_task(folder):
    square = torch.ones(2048, 2048)
    return lambda: square @ square


TASKS = {"product": product_task}
TASKS |= {name: tokens_task(name) for name in ("tokens_32", "tokens_64", "longest", "buckets")}
TASKS |= {f"loss_{batch}": loss_task(batch) for batch in (256, 1024, 4096, 8192)}
TASKS |= {f"mining_{kind}": mining_task(kind) for kind in ("hardest", "semi_hard")}
