"""Trains the Keras peer for some epochs; after each, seconds so far and validation similarities.

Usage: python keras_epochs.py FOLDER EPOCHS             FOLDER holds what time_to_auc.py wrote
"""

import json
import sys
import time

import keras_peer  # first: it says which backend keras takes
import numpy as np
from keras import optimizers, utils


def main(folder, epochs):
    utils.set_random_seed(0)
    model = keras_peer.siamese(36_224)
    model.compile(optimizers.Adam(1e-3), keras_peer.modified_triplet_loss, jit_compile=False)
    first, second = np.load(f"{folder}/validation.npz").values()
    clock, curve = 0.0, []
    for epoch in range(int(epochs)):
        start = time.perf_counter()
        with np.load(f"{folder}/epoch_{epoch}.npz") as file:
            for key in sorted(file.files):
                model.train_on_batch([*file[key]], np.ones(file[key].shape[1]))
        clock += time.perf_counter() - start
        joined = model.predict([first, second], batch_size=256, verbose=0)
        h1, h2 = np.split(joined, 2, axis=1)
        curve.append([round(clock, 2), (h1 * h2).sum(1).tolist()])
    print(json.dumps(curve))


if __name__ == "__main__":
    main(*sys.argv[1:])
