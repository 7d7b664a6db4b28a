# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 1 Creating a Siamese model
#
# **Can you build a network that reads any two questions with one set of weights?**
#
# [01 Architecture](../01_architecture.ipynb) draws the network: one encoder, used for every input.
# Here you write its parts yourself, each with a step more:
# - vectors of length 1 in an array with any number of axes, safe at zero,
# - a mean over words in which rare words weigh more and padding nothing,
# - an encoder whose weights the check sets, so that every number can be compared,
# - one encoder for *three* inputs: anchor, positive, negative,
# - the count of parameters of several LSTM layers.
#
# | exercise | points | |
# | --- | --- | --- |
# | 1.1 Normalise | 20 | 8 rows, 4 any number of axes, 4 zero rows, 4 slope at zero |
# | 1.2 Pooling | 20 | 8 weights, 8 padding, 4 nothing to average |
# | 1.3 Encoder | 25 | 5 parameters, 10 values, 6 padding, 4 a question alone |
# | 1.4 One encoder, three inputs | 20 | 8 cosines, 8 shared weights, 4 gradient |
# | 1.5 Count the parameters | 15 | 8 one layer, 7 several layers |
#
# Replace the dots, run the cell, run the check below it. Where your answer is wrong, the check shows the
# case: what your function was given, and what it gave. Run it as often as you like.
# If a name "is not defined", after a restart of the kernel for instance, run the cells above again:
# *Run > Run All Above Selected Cell*.
# Grading asks your functions about other inputs than the check does. All arguments are NumPy arrays
# and numbers; never change them. Time: about 75 minutes.

# %%
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.checks import check

# %% [markdown]
# ## 1.1 Normalise
#
# Scale every vector along the **last** axis to length 1, whatever stands before it:
#
# $$u_{\dots d} = \frac{x_{\dots d}}{\sqrt{\sum_e x_{\dots e}^2}}$$
#
# A vector of zeros stays zeros. The slope must be finite everywhere, since training goes through this
# line: write it with `jnp`. *Predict: forget the axis, and what length has each row of a large batch?*
#
# **1.1 (20 points).** `x` `[..., dim]` → the same shape.


# %% nbgrader={"grade": false, "grade_id": "ex-1-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def normalise(x):
    ### BEGIN SOLUTION
    squared = (x * x).sum(axis=-1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-1-1", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab1.1", normalise)

# %% [markdown]
# ## 1.2 Pooling
#
# A question of t words gives t states $h_t$; one vector is wanted. "the" says less than "castle", so
# word k has a weight $w_k \ge 0$, and token 0 is padding, which counts nothing:
#
# $$p = \frac{\sum_{t\,:\,k_t \ne 0} w_{k_t} h_t}{\sum_{t\,:\,k_t \ne 0} w_{k_t}}$$
#
# Where the sum below is 0, p is zeros. *Predict: all weights are 1. Which mean is left?*
#
# **1.2 (20 points).** `states` `[b, t, dim]`, `tokens` `[b, t]` int, `weight` `[words]` → `[b, dim]`.


# %% nbgrader={"grade": false, "grade_id": "ex-1-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def pool(states, tokens, weight):
    ### BEGIN SOLUTION
    w = weight[tokens] * (tokens != 0)
    total = w.sum(axis=1, keepdims=True)
    return (states * w[..., None]).sum(axis=1) / np.where(total > 0, total, 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-1-2", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab1.2", pool)

# %% [markdown]
# ## 1.3 Encoder
#
# A small encoder: look the words up, one dense layer, the mean over real words, length 1:
#
# $$h_t = \tanh(E_{k_t} W + b), \qquad e = \text{normalise}\Big(\frac{1}{n}
# \sum_{t\,:\,k_t \ne 0} h_t\Big)$$
#
# Name the layers `embedding` (`nnx.Embed`) and `hidden` (`nnx.Linear`): the check sets their weights
# and compares each number. *Predict: the embedding of padding is set to zeros. Is its state $h_t$ zero
# then?*
#
# **1.3 (25 points).** `Encoder(vocabulary_size, embedding_dim, hidden_dim, rngs=rngs)`, called with
# `tokens` `[b, t]` int → `[b, hidden_dim]`. No question is all padding.


# %% nbgrader={"grade": false, "grade_id": "ex-1-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
class Encoder(nnx.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_dim, *, rngs):
        ### BEGIN SOLUTION
        self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
        self.hidden = nnx.Linear(embedding_dim, hidden_dim, rngs=rngs)
        ### END SOLUTION

    def __call__(self, tokens):
        ### BEGIN SOLUTION
        is_real = (tokens != 0)[..., None]
        states = jnp.tanh(self.hidden(self.embedding(tokens)))
        return normalise(jnp.where(is_real, states, 0).sum(axis=1) / is_real.sum(axis=1))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-1-3", "points": 25, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab1.3", Encoder)

# %% [markdown]
# ## 1.4 One encoder, three inputs
#
# A triplet has an anchor, a positive and a negative, and all three pass through the **same** encoder
# f:
#
# $$c_+ = \cos(f(a), f(p)), \qquad c_- = \cos(f(a), f(n))$$
#
# The encoder is any `nnx.Module`; its vectors may have any length. The check counts the weights of
# your model, takes a step with the encoder, and looks whether your model went along. *Predict: the
# encoder has twelve weights. How many has the model?*
#
# **1.4 (20 points).** `Triplets(encoder)`, called with three inputs `[b, ...]` → two arrays `[b]`.


# %% nbgrader={"grade": false, "grade_id": "ex-1-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
class Triplets(nnx.Module):
    def __init__(self, encoder):
        ### BEGIN SOLUTION
        self.encoder = encoder
        ### END SOLUTION

    def __call__(self, anchor, positive, negative):
        ### BEGIN SOLUTION
        a, p, n = (normalise(self.encoder(x)) for x in (anchor, positive, negative))
        return (a * p).sum(axis=-1), (a * n).sum(axis=-1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-1-4", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab1.4", Triplets)

# %% [markdown]
# ## 1.5 Count the parameters
#
# A Siamese network for questions: an embedding of V words in e dimensions, then n LSTM layers of
# width h one above the other. The first reads embeddings, each further one the states below it. An
# LSTM that reads i numbers has four gates, and every gate has weights for the input and for its own
# last state, and a bias:
#
# $$N = V e + \sum_{\text{layers}} 4\, \big(i\, h + h\, h + h\big)$$
#
# *Predict: the network reads two questions at a time. Does that double the count?*
#
# **1.5 (15 points).** Four whole numbers → one whole number.


# %% nbgrader={"grade": false, "grade_id": "ex-1-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    ### BEGIN SOLUTION
    inputs = [embedding_dim] + [hidden_dim] * (layers - 1)
    lstm = sum(4 * hidden_dim * (i + hidden_dim + 1) for i in inputs)
    return vocabulary_size * embedding_dim + lstm
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-1-5", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab1.5", count_parameters)

# %% [markdown]
# ## Done?
#
# Every check that says "right" is remembered, and the map in
# [00 Start here](../00_start_here.ipynb) shows it. Before you hand in, restart the kernel and run all
# cells: grading runs your notebook from the top. Next:
# [Lab 2 Modified triplet loss](lab2_modified_triplet_loss.ipynb).
