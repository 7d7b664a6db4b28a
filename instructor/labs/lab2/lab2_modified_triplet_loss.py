# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 2 Modified triplet loss
#
# **Can you write the loss of a whole batch, when the batch is turned round and has gaps?**
#
# You build the loss of
# [04 The modified triplet loss](../04_modified_triplet_loss.ipynb) again, with five changes, so that
# each line has to be thought about:
# - the matrix is turned round: **anchors are the columns**, positives the rows,
# - each dimension has a weight in the first cosine,
# - the batch has padding: `is_real` says which pairs count,
# - the closest negative becomes the mean of the `k` closest,
# - the second loss has a weight `beta`.
#
# | exercise | points | |
# | --- | --- | --- |
# | 2.1 Weighted cosine | 10 | 6 values, 4 zero vectors |
# | 2.2 Similarity matrix | 15 | 5 loop, 4 product, 3 product with zero rows, 3 a stack of batches |
# | 2.3 Mean negative | 15 | 5 full batches, 7 padding, 3 no negative |
# | 2.4 Closest negatives | 20 | 8 full batches and k = 1, 8 k of them and padding, 4 none allowed |
# | 2.5 Batch loss | 25 | 7 with beta = 0, 10 full batches, 8 padding |
# | 2.6 Loss and gradients | 15 | 9 full batches, 6 padding |
#
# Replace the dots, run the cell, run the check below it. Where your answer is wrong, the check shows the
# case: what your function was given, and what it gave. Run it as often as you like.
# If a name "is not defined", after a restart of the kernel for instance, run the cells above again:
# *Run > Run All Above Selected Cell*.
# Grading asks your functions about other inputs than the check does. All arguments are NumPy arrays
# and numbers; never change them. Time: about 90 minutes.

# %%
import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.checks import check

# %% [markdown]
# ## 2.1 Cosine of two vectors
#
# Some dimensions of an embedding may matter more than others. Give dimension d the weight
# $w_d \ge 0$, in the product and in both lengths:
#
# $$\cos_w(a, b) = \frac{\sum_d w_d\, a_d b_d}{\sqrt{\sum_d w_d\, a_d^2}\,\sqrt{\sum_d w_d\, b_d^2}}$$
#
# Where a length is 0 the cosine is defined as 0. *Predict: what becomes of it when all weights
# double?*
#
# **2.1 (10 points).** `a`, `b`, `weight` `[dim]` → one number.


# %% nbgrader={"grade": false, "grade_id": "ex-2-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def weighted_cosine(a, b, weight):
    ### BEGIN SOLUTION
    product = (weight * a * b).sum()
    lengths = np.sqrt((weight * a * a).sum()) * np.sqrt((weight * b * b).sum())
    return product / lengths if lengths > 0 else 0.0
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-1", "points": 10, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.1", weighted_cosine)

# %% [markdown]
# ## 2.2 The matrix, by loop and by product
#
# Row j of the matrix belongs to positive j, column i to anchor i:
#
# $$S_{ji} = \cos_w(p_j, a_i)$$
#
# First by loop, with two `for` and the cosine above. Then by one matrix product, with no loop: scale
# each row to length 1, and think about where the weights go. Rows of zeros give zeros. Write the
# product with `jnp`: the check maps it over a stack of batches with `jax.vmap`, and JAX looks through
# `jnp` functions only. *Predict: positives and anchors change places. What becomes of the matrix?*
#
# **2.2 (15 points).** `positive`, `anchor` `[b, dim]`, `weight` `[dim]` → `[b, b]`. 5 points for the
# loop; for the product 4, 3 more with zero rows and 3 more for a stack of batches.


# %% nbgrader={"grade": false, "grade_id": "ex-2-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def similarity_loop(positive, anchor, weight):
    ### BEGIN SOLUTION
    return np.array([[weighted_cosine(p, a, weight) for a in anchor] for p in positive])
    ### END SOLUTION


def similarity_matrix(positive, anchor, weight):
    ### BEGIN SOLUTION
    def unit(x):
        squared = (weight * x * x).sum(axis=-1, keepdims=True)
        return jnp.sqrt(weight) * x / jnp.sqrt(jnp.where(squared > 0, squared, 1))

    return unit(positive) @ unit(anchor).T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-2", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.2", (similarity_loop, similarity_matrix))

# %% [markdown]
# ## 2.3 Mean negative
#
# The last batch of an epoch is seldom full. It is filled up with pairs that are not real, and
# `is_real[i]` says which are. Column i holds the similarities of anchor i. Its negatives are the
# entries of real rows off the diagonal:
#
# $$N_i = \{\,j : j \ne i,\ j \text{ and } i \text{ real}\,\}, \qquad
# \mathrm{mean\_neg}_i = \frac{1}{|N_i|} \sum_{j \in N_i} S_{ji}$$
#
# Where $N_i$ is empty (padding, or a real pair that is alone) the mean is 0. *Predict: a batch of eight
# has five real pairs. What do you divide by?*
#
# From here on use `jnp`, and no `if` on the contents of an array: 2.6 differentiates what you write.
# Check and grading therefore run your functions of 2.3 to 2.5 inside `jax.jit`, where an array has no
# contents yet. (`jnp.where` picks without looking.)
#
# **2.3 (15 points).** `similarity` `[b, b]`, `is_real` `[b]` bool → `[b]`.


# %% nbgrader={"grade": false, "grade_id": "ex-2-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def mean_negative(similarity, is_real):
    ### BEGIN SOLUTION
    use = is_real[:, None] & is_real[None, :] & ~jnp.eye(len(is_real), dtype=bool)
    return jnp.where(use, similarity, 0).sum(axis=0) / jnp.maximum(use.sum(axis=0), 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-3", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.3", mean_negative)

# %% [markdown]
# ## 2.4 The k closest negatives
#
# One closest negative depends on a single entry. The mean of the k closest is steadier. Allowed are the
# negatives of column i that are not above its positive:
#
# $$C_i = \{\,j \in N_i : S_{ji} \le S_{ii}\,\}$$
#
# Return the mean of the k largest entries in $C_i$. Where $C_i$ has fewer than k, take those there
# are. Where it has none, return -2: that is below every cosine, so the hinge of 2.5 is 0 there for
# any margin up to 1. *Predict: the positive of a column is the worst of all. What is returned?*
#
# **2.4 (20 points).** `similarity` `[b, b]`, `is_real` `[b]` bool, `k` int → `[b]`.


# %% nbgrader={"grade": false, "grade_id": "ex-2-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def closest_negatives(similarity, is_real, k):
    ### BEGIN SOLUTION
    use = is_real[:, None] & is_real[None, :] & ~jnp.eye(len(is_real), dtype=bool)
    allowed = use & (similarity <= jnp.diag(similarity)[None, :])
    ranked = -jnp.sort(-jnp.where(allowed, similarity, -jnp.inf), axis=0)[:k]
    is_found = ranked > -jnp.inf
    count = is_found.sum(axis=0)
    mean = jnp.where(is_found, ranked, 0).sum(axis=0) / jnp.maximum(count, 1)
    return jnp.where(count > 0, mean, -2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-4", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.4", closest_negatives)

# %% [markdown]
# ## 2.5 The loss of the batch
#
# Two hinges a column, and their mean over the real pairs, n of them:
#
# $$L_1 = \max(\mathrm{mean\_neg}_i - S_{ii} + \alpha, 0)$$
#
# $$L_2 = \max(\mathrm{closest\_neg}_i - S_{ii} + \alpha, 0)$$
#
# $$J = \frac{1}{n} \sum_{i \text{ real}} (L_1 + \beta L_2)$$
#
# with the margin $\alpha$. *Predict: after a collapse every real entry of S is the same. What is J?*
#
# **2.5 (25 points).** `similarity` `[b, b]`, `is_real` `[b]` bool, `k` int, `margin`, `beta` → one
# number.


# %% nbgrader={"grade": false, "grade_id": "ex-2-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def batch_loss(similarity, is_real, k, margin, beta):
    ### BEGIN SOLUTION
    positive = jnp.diag(similarity)
    first = jnp.maximum(mean_negative(similarity, is_real) - positive + margin, 0)
    second = jnp.maximum(closest_negatives(similarity, is_real, k) - positive + margin, 0)
    return jnp.where(is_real, first + beta * second, 0).sum() / is_real.sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-5", "points": 25, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.5", batch_loss)

# %% [markdown]
# ## 2.6 Gradient
#
# Now from the embeddings: normalise each row, make the matrix in this lab's orientation (all weights
# 1), take the loss of 2.5 and differentiate it with respect to both sides:
#
# $$J, \qquad \frac{\partial J}{\partial\, \text{anchor}}, \qquad
# \frac{\partial J}{\partial\, \text{positive}}$$
#
# `jax.value_and_grad` does it in one line. The rows of padding are all zeros, and their gradient must
# be 0. *Predict: what is the slope of a root at 0, and what is 0 times that?*
#
# **2.6 (15 points).** `anchor`, `positive` `[b, dim]`, not normalised; `is_real`, `k`, `margin`,
# `beta` as in 2.5 → `(J, gradient of anchor, gradient of positive)`.


# %% nbgrader={"grade": false, "grade_id": "ex-2-6", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def loss_and_gradients(anchor, positive, is_real, k, margin, beta):
    ### BEGIN SOLUTION
    def loss(anchor, positive):
        similarity = similarity_matrix(positive, anchor, jnp.ones(anchor.shape[1]))
        return batch_loss(similarity, is_real, k, margin, beta)

    value, (of_anchor, of_positive) = jax.value_and_grad(loss, (0, 1))(anchor, positive)
    return value, of_anchor, of_positive
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-2-6", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab2.6", loss_and_gradients)

# %% [markdown]
# ## Done?
#
# Every check that says "right" is remembered, and the map in
# [00 Start here](../00_start_here.ipynb) shows it. Before you hand in, restart the kernel and run all
# cells: grading runs your notebook from the top. The next lab measures how good a trained network is:
# [Lab 3 Evaluating a Siamese model](lab3_evaluation.ipynb).
