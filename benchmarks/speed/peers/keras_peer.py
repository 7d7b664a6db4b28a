"""The DeepLearning.AI course's layers and loss in Keras on TensorFlow, by model.compile."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def encoder(vocabulary_size, dim=128):
    """Embedding, LSTM, mean, L2; the mean counts real tokens as ours does, theirs all."""
    tokens = keras.Input((None,), dtype="int32")
    states = layers.LSTM(dim, return_sequences=True)(layers.Embedding(vocabulary_size, dim)(tokens))
    is_real = layers.Lambda(lambda t: ops.cast(t != 0, "float32")[..., None])(tokens)
    total = layers.Lambda(lambda pair: ops.sum(pair[0] * pair[1], axis=1))([states, is_real])
    unit = layers.Lambda(lambda x: ops.normalize(x, axis=1))(total)
    return keras.Model(tokens, unit)


def siamese(vocabulary_size):
    """Two inputs through one encoder, joined for the loss as theirs are."""
    tower = encoder(vocabulary_size)
    inputs = [keras.Input((None,), dtype="int32") for _ in range(2)]
    joined = layers.Concatenate()([tower(side) for side in inputs])
    return keras.Model(inputs, joined)


def modified_triplet_loss(_, joined, margin=0.25):
    """Mean negative and closest negative, the formula of siamese_lib.losses."""
    anchor, positive = tf.split(joined, 2, axis=1)
    similarity = tf.matmul(anchor, positive, transpose_b=True)
    own = tf.linalg.diag_part(similarity)
    batch = tf.shape(own)[0]
    is_own = tf.eye(batch, dtype=tf.bool)
    total = tf.reduce_sum(tf.where(is_own, 0.0, similarity), axis=1)
    mean_negative = total / tf.cast(batch - 1, tf.float32)
    left_out = is_own | (similarity > own[:, None])
    closest = tf.reduce_max(tf.where(left_out, -np.inf, similarity), axis=1)
    return tf.nn.relu(mean_negative - own + margin) + tf.nn.relu(closest - own + margin)


def tokens_task(name, jit_compile):
    """One call trains on every batch once, Adam on all parameters."""

    def build(folder):
        keras.utils.set_random_seed(0)
        with np.load(f"{folder}/{name}.npz") as file:
            batches = [tf.constant(file[key]) for key in sorted(file.files)]
        model = siamese(36_224)
        model.compile(keras.optimizers.Adam(1e-3), modified_triplet_loss, jit_compile=jit_compile)
        labels = tf.ones(batches[0].shape[1])

        def run():
            for both in batches:
                model.train_on_batch([both[0], both[1]], labels)

        return run

    return build


NAMES = ("tokens_32", "tokens_64", "longest", "buckets")
TASKS = {name: tokens_task(name, False) for name in NAMES}
TASKS |= {f"{name}_xla": tokens_task(name, True) for name in NAMES}
