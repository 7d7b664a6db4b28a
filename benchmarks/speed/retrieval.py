"""Encode 400,000 questions, find the ten nearest of each query exactly; beside faiss's flat index.

Usage: python -m benchmarks.speed.retrieval [--peers PYTHON]
Writes siamese_lib/data/results/retrieval.json. The questions are those of the excerpt, repeated
with words in another order, so their lengths are the real ones; the encoder has its usual size.
"""

import json
import sys
import tempfile

import numpy as np
from flax import nnx

from benchmarks.measure import apart, clocked, describe, peak_mb, store
from benchmarks.speed.beside import PEERS, command_line
from siamese_lib.datasets import load_quora
from siamese_lib.encoders import QuestionEncoder
from siamese_lib.evaluation import nearest
from siamese_lib.text import build_tokenizer, encode_texts, pair_rows
from siamese_lib.training import encode

COUNT, QUERIES, K, VOCABULARY = 400_000, 1000, 10, 36_224


def questions():
    """COUNT texts of real lengths."""
    texts = pair_rows(*load_quora("all")[:2])[0]
    rng, made = np.random.default_rng(0), list(texts)
    while len(made) < COUNT:
        words = texts[len(made) % len(texts)].split()
        made.append(" ".join(rng.permutation(words)))
    return made[:COUNT]


def search(vectors):
    """(rows found for each query, seconds of the fastest of three searches)."""
    nearest(vectors[:QUERIES], vectors, k=K)  # compiles
    turns = [clocked(lambda: nearest(vectors[:QUERIES], vectors, k=K)[1]) for _ in range(3)]
    return turns[-1][0], min(seconds for _, seconds, _ in turns)


def faiss(vectors, peers):
    """(rows that faiss finds, its version, seconds and memory)."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/vectors.npy", vectors)
        said = apart(
            PEERS / "faiss_peer.py", f"{folder}/vectors.npy", QUERIES, K, f"{folder}/found.npy",
            python=peers,
        )  # fmt: skip
        return np.load(f"{folder}/found.npy"), said


def main(arguments):
    """Encode, search, compare."""
    peers = command_line("retrieval").parse_args(arguments).peers
    texts = questions()
    tokenizer = build_tokenizer(texts[:30_000], vocabulary_size=VOCABULARY)
    tokens, tokenised, _ = clocked(lambda: encode_texts(tokenizer, texts, max_length=64))
    encoder = QuestionEncoder(VOCABULARY, rngs=nnx.Rngs(0))
    encode(encoder, tokens[::40])  # compiles
    vectors, encoded, _ = clocked(lambda: encode(encoder, tokens))
    at_encode = peak_mb()
    found, seconds = search(vectors)
    theirs, flat = faiss(vectors, peers)
    alike = [len({*a} & {*b}) / K for a, b in zip(found.tolist(), theirs.tolist(), strict=True)]
    result = {
        "questions": COUNT,
        "queries": QUERIES,
        "k": K,
        "tokenise_per_second": round(COUNT / tokenised),
        "encode_per_second": round(COUNT / encoded),
        "search_queries_per_second": round(QUERIES / seconds),
        "peak_mb_encode": at_encode,
        "peak_mb": peak_mb(),
        "faiss": {
            "version": flat["version"],
            "search_queries_per_second": round(QUERIES / flat["seconds"]),
            "peak_mb": flat["peak_mb"],
        },
        "share_of_neighbours_alike": round(float(np.mean(alike)), 4),
        "machine": describe(),
    }
    print(json.dumps(result, indent=1))
    store("retrieval", result)


if __name__ == "__main__":
    main(sys.argv[1:])
