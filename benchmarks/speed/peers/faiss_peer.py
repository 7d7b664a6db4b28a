"""faiss's exact index: times a search, and stores which rows it found.

Usage: python faiss_peer.py VECTORS QUERIES K FOUND     arrays as .npy; the first QUERIES rows ask
"""

import json
import re
import sys
import time
from pathlib import Path

import faiss
import numpy as np


def main(vectors, queries, k, target):
    vectors = np.load(vectors)
    queries = vectors[: int(queries)]
    start = time.perf_counter()
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    built = time.perf_counter() - start
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        found = index.search(queries, int(k))[1]
        seconds.append(time.perf_counter() - start)
    np.save(target, found)
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
    result = {"version": faiss.__version__, "seconds": min(seconds), "build": built}
    print(json.dumps(result | {"peak_mb": int(peak) // 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
