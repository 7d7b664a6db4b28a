"""Encode 400,000 questions, find the ten nearest of each query exactly; beside faiss's flat index.

Usage: make bench, or python benchmarks/retrieval.py --peers PYTHON
Writes siamese_lib/data/results/retrieval.json. The questions are those of the excerpt, repeated
with words in another order, so their lengths are the real ones; the encoder has its usual size.
"""

import argparse
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from flax import nnx
from machine import describe

from siamese_lib.datasets import load_quora
from siamese_lib.encoders import QuestionEncoder
from siamese_lib.retrieval import nearest
from siamese_lib.text import build_tokenizer, encode_texts, pair_rows
from siamese_lib.training import encode

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "retrieval.json"
)
COUNT, QUERIES, K, VOCABULARY = 400_000, 1000, 10, 36_224
FAISS = r"""
import faiss, json, numpy as np, re, sys, time
vectors = np.load(sys.argv[1]); queries = vectors[:int(sys.argv[2])]
start = time.perf_counter(); index = faiss.IndexFlatIP(vectors.shape[1]); index.add(vectors)
built = time.perf_counter() - start
seconds = []
for _ in range(3):
    start = time.perf_counter(); found = index.search(queries, int(sys.argv[3]))[1]
    seconds.append(time.perf_counter() - start)
np.save(sys.argv[4], found)
found = {"version": faiss.__version__, "seconds": min(seconds), "build": built}
found["peak_mb"] = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) // 1024
print(json.dumps(found))
"""


def questions():
    """COUNT texts of real lengths."""
    texts = pair_rows(*load_quora("all")[:2])[0]
    rng, made = np.random.default_rng(0), list(texts)
    while len(made) < COUNT:
        words = texts[len(made) % len(texts)].split()
        made.append(" ".join(rng.permutation(words)))
    return made[:COUNT]


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main():
    """Encode, search, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", required=True)
    options = parser.parse_args()
    texts = questions()
    tokenizer = build_tokenizer(texts[:30_000], vocabulary_size=VOCABULARY)
    start = time.perf_counter()
    tokens = encode_texts(tokenizer, texts, max_length=64)
    tokenised = time.perf_counter() - start
    encoder = QuestionEncoder(VOCABULARY, rngs=nnx.Rngs(0))
    encode(encoder, tokens[::40])  # compiles
    start = time.perf_counter()
    vectors = encode(encoder, tokens)
    encoded, at_encode = time.perf_counter() - start, peak()
    nearest(vectors[:QUERIES], vectors, k=K)  # compiles
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        _, found = nearest(vectors[:QUERIES], vectors, k=K)
        seconds.append(time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/v.npy", vectors)
        command = [
            options.peers,
            "-c",
            FAISS,
            f"{folder}/v.npy",
            str(QUERIES),
            str(K),
            f"{folder}/f.npy",
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        theirs = np.load(f"{folder}/f.npy")
    flat = json.loads(said.splitlines()[-1])
    agree = np.mean(
        [len({*a} & {*b}) / K for a, b in zip(found.tolist(), theirs.tolist(), strict=True)]
    )
    result = {
        "questions": COUNT,
        "queries": QUERIES,
        "k": K,
        "tokenise_per_second": round(COUNT / tokenised),
        "encode_per_second": round(COUNT / encoded),
        "search_queries_per_second": round(QUERIES / min(seconds)),
        "peak_mb_encode": at_encode,
        "peak_mb": peak(),
        "faiss": {
            "version": flat["version"],
            "search_queries_per_second": round(QUERIES / flat["seconds"]),
            "peak_mb": flat["peak_mb"],
        },
        "share_of_neighbours_alike": round(float(agree), 4),
        "machine": describe(),
    }
    print(json.dumps(result, indent=1))
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
