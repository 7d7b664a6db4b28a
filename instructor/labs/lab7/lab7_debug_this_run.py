# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 7 Debug this run
#
# **A run has failed. Which of the ten failures is it, how do you mend it, and how do you show that it
# is mended?**
#
# [11 Break it](../11_break_it.ipynb) broke a run in ten ways. Here the runs come without a name.
# First you measure, then you name, then you mend, and in the end you show what it was worth.
#
# | exercise | points | |
# | --- | --- | --- |
# | 7.1 Read the curve | 12 | 5 whole curves, 4 broken curves, 3 short ones |
# | 7.2 Read the embeddings | 16 | 4 spread, 4 lengths, 4 same pair closer, 4 rows of zeros |
# | 7.3 Name it | 24 | 6 curves, 6 embeddings, 6 labels and batches, 6 rows |
# | 7.4 Mend the loss | 18 | 4 genuine pairs, 4 imposite pairs, 5 rows, 5 slope at zero |
# | 7.5 Mend the data | 15 | 4 rows, 4 groups, 4 batch, 3 chance |
# | 7.6 Show it | 15 | 5 choice, 6 gain and certainty, 4 no setting left |
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

# Limits between sick and healthy: the numbers that siamese_lib's diagnose takes, too.
RISE = 2.0  # highest loss over the first
REST = 0.6  # mean of the last fifth over the first
SPREAD = 0.01  # below it all rows are nearly one vector
OFF = 0.001  # how far a length may be from 1
CLOSER = 0.65  # how often a same pair is the closer one

# %% [markdown]
# ## 7.1 Read the curve
#
# Three numbers of a loss curve $L_0, L_1, \dots$ say most of what it can say. The *break* is the first
# step whose loss is not finite (NaN or infinity), or -1 where all are. Only the T losses before the
# break count for the others, and n is a fifth of them, rounded down, but at least one:
#
# $$\text{rise} = \frac{\max_{t < T} L_t}{L_0}, \qquad
# \text{rest} = \frac{1}{n\, L_0} \sum_{t = T - n}^{T - 1} L_t$$
#
# Where the very first loss is not finite, rise and rest are 0. *Predict: which of the ten breaks a
# curve with no rise before it?*
#
# **7.1 (12 points).** `loss` `[steps]` → `(break, rise, rest)`.


# %% nbgrader={"grade": false, "grade_id": "ex-7-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def read_curve(loss):
    ### BEGIN SOLUTION
    is_odd = ~np.isfinite(loss)
    broke = int(is_odd.argmax()) if is_odd.any() else -1
    before = loss[:broke] if broke >= 0 else loss
    if broke == 0:
        return 0, 0.0, 0.0
    last = before[-max(1, len(before) // 5) :]
    return broke, before.max() / before[0], last.mean() / before[0]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-1", "points": 12, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.1", read_curve)

# %% [markdown]
# ## 7.2 Read the embeddings
#
# Three numbers of the embeddings $x_i$ after training, whose classes are known:
#
# $$\text{spread} = 1 - \frac{|\bar x|^2}{\frac 1n \sum_i |x_i|^2}, \qquad
# \text{off} = \max_i \big|\, |x_i| - 1 \,\big|$$
#
# $$\text{closer} = P(\cos_{\text{same}} > \cos_{\text{different}})
# + \tfrac12 P(\cos_{\text{same}} = \cos_{\text{different}})$$
#
# The last one goes over every same pair beside every different pair of two rows. Round the cosines
# to five digits first, so that equal ones are ties. A row of zeros has cosine 0 with every row. Where
# all rows are zeros the spread is 0. *Predict: all rows are one vector. What is closer?*
#
# **7.2 (16 points).** `embeddings` `[n, dim]`, `label` `[n]` → `(spread, off, closer)`.


# %% nbgrader={"grade": false, "grade_id": "ex-7-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def read_embeddings(embeddings, label):
    ### BEGIN SOLUTION
    length = np.linalg.norm(embeddings, axis=1)
    mean, square = embeddings.mean(axis=0), (length**2).mean()
    spread = 1 - mean @ mean / square if square > 0 else 0.0
    unit = embeddings / np.where(length > 0, length, 1)[:, None]
    i, j = np.triu_indices(len(label), 1)
    cosine, is_same = (unit[i] * unit[j]).sum(axis=1).round(5), label[i] == label[j]
    gap = cosine[is_same][:, None] - cosine[~is_same]
    return spread, abs(length - 1).max(), (gap > 0).mean() + (gap == 0).mean() / 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-2", "points": 16, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.2", read_embeddings)

# %% [markdown]
# ## 7.3 Name it
#
# Go down this table and stop at the first row that holds. With $c_k$ the question of row k:
#
# $$\text{answer} = \text{name}_{k}, \qquad k = \min \{k : c_k\}$$
#
# | name | holds where |
# | --- | --- |
# | `"NaN"` | the curve breaks, and its rise is at most `RISE` |
# | `"learning rate too high"` | the rise is above `RISE` |
# | `"wrong axis"` | off is above `OFF` |
# | `"collapse"` | the spread is below `SPREAD` |
# | `"flipped labels"` | closer is below `CLOSER` |
# | `"false negatives"` | a class comes twice in the batch |
# | `"margin too large"` | the rest is above `REST` |
# | `"evaluation on training data"` | a test row was trained on |
# | `"leaky split"` | a test row's group was trained on |
# | `"threshold on test data"` | a test row chose the threshold |
# | `"healthy"` | none of these holds |
#
# *Predict: a rate too high has killed the network, and all rows are one vector. Which two rows hold?*

# %% [markdown]
# A `run` is a dict: `"loss"` `[steps]`; `"embeddings"` `[n, dim]` of rows trained on, which should have
# length 1, and their `"label"` `[n]`; `"batch"` `[b]`, the class of each pair of one batch, where every
# pair takes the others for its negatives; `"train_rows"`, `"threshold_rows"` and `"test_rows"`, the
# numbers of the rows used for each; `"group"`, the person or letter of every row of the data.
#
# **7.3 (24 points).** `run` → its name, as text. Use your functions from above.


# %% nbgrader={"grade": false, "grade_id": "ex-7-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def name_failure(run):
    ### BEGIN SOLUTION
    broke, rise, rest = read_curve(run["loss"])
    spread, off, closer = read_embeddings(run["embeddings"], run["label"])
    train, test, group = run["train_rows"], run["test_rows"], run["group"]
    table = {
        "NaN": broke >= 0 and rise <= RISE,
        "learning rate too high": rise > RISE,
        "wrong axis": off > OFF,
        "collapse": spread < SPREAD,
        "flipped labels": closer < CLOSER,
        "false negatives": len(set(run["batch"])) < len(run["batch"]),
        "margin too large": rest > REST,
        "evaluation on training data": np.isin(test, train).any(),
        "leaky split": np.isin(group[test], group[train]).any(),
        "threshold on test data": np.isin(test, run["threshold_rows"]).any(),
    }
    return next((name for name, holds in table.items() if holds), "healthy")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-3", "points": 24, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.3", name_failure)

# %% [markdown]
# ## 7.4 Mend the loss
#
# Here is somebody's contrastive loss. Four of the ten failures are in these three lines. *Predict: which
# four? Two of them show in what is printed below.*


# %%
def broken_loss(h, g, is_same, margin):
    h, g = h / jnp.linalg.norm(h), g / jnp.linalg.norm(g)
    energy = jnp.sqrt(((h - g) ** 2).sum(axis=-1))
    return ((1 - is_same) * energy**2).mean()


h, g = jnp.array([[3.0, 4.0], [1.0, 0.0]]), jnp.array([[-3.0, -4.0], [1.0, 0.0]])
is_same = jnp.array([1, 0])  # a genuine pair as far apart as can be, an imposite one on one spot
print("loss of these two pairs ", broken_loss(h, g, is_same, 1.0))
print("slope at the second row ", jax.grad(broken_loss)(h, g, is_same, 1.0)[1])

# %% [markdown]
# Write it anew ([08 Contrastive pairs](../08_contrastive_pairs.ipynb) has the formula). Every row is
# brought to length 1 by itself, and a row of zeros stays zeros:
#
# $$E_i = \left|\, \frac{h_i}{|h_i|} - \frac{g_i}{|g_i|} \,\right|, \qquad
# L = \frac 1n \sum_i Y_i E_i^2 + (1 - Y_i) \max(m - E_i,\, 0)^2$$
#
# Its slope must be finite everywhere, also where two rows are equal and where a row is zeros. Write it
# with `jnp`, and make the number under a root safe *before* the root is taken.
#
# **7.4 (18 points).** `h`, `g` `[n, dim]`, `is_same` `[n]` (1 = genuine), `margin` → one number.


# %% nbgrader={"grade": false, "grade_id": "ex-7-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def pair_loss(h, g, is_same, margin):
    ### BEGIN SOLUTION
    def length(x):
        squared = (x * x).sum(axis=-1)
        return jnp.where(squared > 0, jnp.sqrt(jnp.where(squared > 0, squared, 1)), 0)

    def unit(x):
        return x / jnp.where(length(x) > 0, length(x), 1)[:, None]

    energy = length(unit(h) - unit(g))
    return jnp.where(is_same == 1, energy**2, jnp.maximum(margin - energy, 0) ** 2).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-4", "points": 18, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.4", pair_loss)

# %% [markdown]
# ## 7.5 Mend the data
#
# The next lines deal out rows for training, for the threshold and for the test, and a batch of pairs whose
# other pairs are its negatives. They hold the other four failures that no loss can mend. *Predict: where
# is each of them?*
#
# ```python
# rows = rng.permutation(len(group))
# test = threshold = rows[: len(rows) // 4]
# train = rows
# own = rng.choice(group, n_pairs)
# ```
#
# Deal out *groups*, each with all of its rows $R_g$: `n_test` groups to the test, `n_threshold` to the
# threshold, and all others to training:
#
# $$\text{part} = \bigcup_{g\, \in\, \text{its groups}} R_g$$

# %% [markdown]
# The batch takes `n_pairs` groups of the training part, no group twice, and two different rows of each:
# `first[i]` and `second[i]`. All chance comes from the generator `rng` (`rng.permutation`,
# `rng.choice`): which groups, and which two rows. Every group has two rows or more.
#
# **7.5 (15 points).** `group` `[n]`, three sizes, `rng` →
# `(train, threshold, test, first, second)`, numbers of rows, in any order.


# %% nbgrader={"grade": false, "grade_id": "ex-7-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def deal(group, n_threshold, n_test, n_pairs, rng):
    ### BEGIN SOLUTION
    names = rng.permutation(np.unique(group))
    of_test, of_threshold, of_train = np.split(names, [n_test, n_test + n_threshold])
    train, threshold, test = (
        np.flatnonzero(np.isin(group, of)) for of in (of_train, of_threshold, of_test)
    )
    own = rng.choice(of_train, n_pairs, replace=False)
    pairs = [rng.choice(np.flatnonzero(group == name), 2, replace=False) for name in own]
    first, second = np.transpose(pairs)
    return train, threshold, test, first, second
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-5", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.5", deal)

# %% [markdown]
# ## 7.6 Show it
#
# A rate too high and a margin too large are mended by trying others. Setting 0 is the run that failed.
# Every setting was trained with the same seeds, s of them. A setting is *out* where, with any seed, its
# rise is above `RISE` or its rest above `REST`. Of the others choose the one with the highest
# mean validation AUC, and show on the *test* what that was worth, seed by seed
# ([10 Which loss?](../10_which_loss.ipynb)):
#
# $$d_s = \text{test}_{\text{chosen}, s} - \text{test}_{0, s}, \qquad
# \text{certainty} = \frac{\bar d}{\text{std}(d)}$$
#
# with the standard deviation that estimates it from a sample (n - 1). Where all settings are out, the
# answer is `(-1, 0, 0)`. *Predict: a setting with a high validation AUC has one curve that explodes and
# comes back. Would you take it?*
#
# **7.6 (15 points).** `loss` `[settings, seeds, steps]`, all finite; `validation`, `test`
# `[settings, seeds]` → `(chosen, mean gain, certainty)`.


# %% nbgrader={"grade": false, "grade_id": "ex-7-6", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def show_it(loss, validation, test):
    ### BEGIN SOLUTION
    signs = np.array([[read_curve(curve)[1:] for curve in setting] for setting in loss])
    is_out = ((signs[..., 0] > RISE) | (signs[..., 1] > REST)).any(axis=1)
    if is_out.all():
        return -1, 0.0, 0.0
    chosen = np.where(is_out, -1, validation.mean(axis=1)).argmax()
    gain = test[chosen] - test[0]
    return chosen, gain.mean(), gain.mean() / gain.std(ddof=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-7-6", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab7.6", show_it)

# %% [markdown]
# ## Done?
#
# All ten were named, and all ten mended: four in the loss, four in the data, two by a sweep. Every check
# that says "right" is remembered, and the map in [00 Start here](../00_start_here.ipynb) shows it. Before
# you hand in, restart the kernel and run all cells: grading runs your notebook from the top. For a
# second opinion on a run of your own, ask `siamese_lib.training.diagnose`.
