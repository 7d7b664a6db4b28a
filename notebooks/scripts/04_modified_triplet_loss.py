# ---
# jupyter:
#   jupytext:
#     formats: ipynb,scripts//py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 04 The modified triplet loss
#
# In a well-known lab a negative nearer than the positive is left out of the search for the closest
# one. A learner
# [objected](https://community.deeplearning.ai/t/question-about-c3-w4-lecture-nb-2-modified-triplet-loss/384714):
# is it not better to punish just those mistakes? You will work out what it costs.
#
# **How can a batch of pairs deliver its own negatives, and which of them should count?**
#
# After this notebook you can
# - read a batch's similarity matrix: positives on the diagonal, negatives around it,
# - compute the mean and the closest negative of each row,
# - put both into the full loss, and check it by hand,
# - translate between the two conventions in circulation,
# - recognise a normalisation over the wrong axis by its loss.
#
# Before this: [03 Triplets](03_triplets.ipynb). Time: about 75 minutes to study, a few seconds to
# run.
#
# [Start](00_start_here.ipynb) · Previous: [03 Triplets](03_triplets.ipynb) ·
# Next: [05 Training and testing](05_training_and_testing.ipynb)

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from siamese_lib import plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.energy import l2_normalize
from siamese_lib.losses import modified_triplet_loss

plots.style()
rng = np.random.default_rng(0)
MARGIN = 0.25
course_map("batch")

# %% [markdown]
# ## A batch brings its own negatives
#
# Finding a negative for each pair is extra work, and notebook 03 measured that random ones are
# mostly too easy. Here is a cheaper source. Take a batch of pairs with the same meaning, no two
# pairs alike:
#
# | row | v1 (anchor) | v2 (positive) |
# | --- | --- | --- |
# | 0 | How old are you? | What is your age? |
# | 1 | Where are you from? | Which country do you come from? |
# | 2 | Can you see me? | Am I visible to you? |
# | 3 | How do I learn to swim? | What is the way to learn swimming? |
#
# For the anchor of row 0 the positive is the v2 of row 0. The v2 of the other three rows mean
# something else: three negatives for free. A batch of b pairs gives b (b - 1) negatives. All
# similarities together are the matrix
#
# $$S = V_1 V_2^\top, \qquad S_{ij} = \cos(v1_i, v2_j)$$
#
# for rows of unit length. So two lists of vectors become one matrix. With two numbers in each vector it
# looks like this:

# %%
v1 = np.array([[1.0, 0.0], [0.0, 1.0], [-0.8, 0.6], [0.6, -0.8]])
v2 = np.array([[0.8, 0.6], [0.6, 0.8], [-1.0, 0.0], [0.0, -1.0]])
figure = plots.batch_matrix(v1, v2, entry=(2, 0))
plots.show(figure, alt="V1 stands at the left, V2 turned lies on top; between them the matrix of their products, its diagonal framed.")
print(f"S[2, 0] = {v1[2, 0] * v2[0, 0]:.2f} + {v1[2, 1] * v2[0, 1]:.2f} = {(v1 @ v2.T)[2, 0]:.2f}")
print("diagonal", np.diag(v1 @ v2.T).round(2))

# %% [markdown]
# The dashed entry S[2, 0] takes row 2 of v1 and row 0 of v2, number by number:
# $$-0.8 \cdot 0.8 + 0.6 \cdot 0.6 = -0.28$$
#
# These two belong to different pairs. On the diagonal both come from the same pair: there the positives
# stand, here with a cosine of 0.8 each.

# %% [markdown]
# ### Try it
#
# Four pairs of vectors in the plane become their matrix: press Play, or move the slider. Each entry shows
# the row of v1 and the row of v2 that it comes from, and their products. *What do you expect?*
# - If you turn A1 alone, which entries change? And if you turn P1 alone?
# - In which row is a negative larger than the positive?

# %%
from siamese_lib.explorers import matrix_explorer

matrix_explorer()

# %% [markdown]
# A1 changes its row and P1 its column: each vector has a product with all vectors of the other list. The
# last row is the bad one: A3 lies nearer to P2 than to its own P3.
#
# The DeepLearning.AI course draws such a matrix on its slides, for four pairs. (Its rows are v2 and its
# columns v1. The matrix is symmetric, so nothing changes.)

# %%
S = np.array([
    [0.9, -0.8, 0.3, -0.5],
    [-0.8, 0.5, 0.1, -0.2],
    [0.3, 0.1, 0.7, -0.8],
    [-0.5, -0.2, -0.8, 1.0],
])  # fmt: skip
names = ["pair 0", "pair 1", "pair 2", "pair 3"]
figure = plots.similarity_matrix(S, rows=names, columns=names, title="Rows: v1, columns: v2")
plots.show(figure, alt="A similarity matrix of four pairs; the framed diagonal holds 0.9, 0.5, 0.7 and 1.")

# %% [markdown]
# The framed diagonal holds the positives: they should be large. Everything off the diagonal is a
# negative and should be small. *Predict: in which row is the largest negative closest to the
# positive?*
#
# ## The mean negative
#
# The first idea of the DeepLearning.AI course: average all negatives of a row. One odd negative then moves the
# result only a little. Start with a loop that does just what the words say.

# %%
def mean_negative_loop(similarity):
    means = []
    for i, row in enumerate(similarity):
        negatives = [value for j, value in enumerate(row) if j != i]
        means.append(sum(negatives) / len(negatives))
    return np.array(means)


print("mean negatives", mean_negative_loop(S).round(3))

# %% [markdown]
# All four are below zero: on average the negatives point away. Row 2 comes nearest to zero, with -0.133; row 0
# is at -0.333.
#
# Without a loop: set the diagonal to 0, add up each row, and divide by b - 1, since only b - 1 entries are
# negatives.

# %%
guess("Divided by b, each mean would be", "nearer to 0", "further from 0", "the same")

# %%
def mean_negative(similarity):
    off_diagonal = similarity * (1 - np.eye(len(similarity)))
    return off_diagonal.sum(axis=1) / (len(similarity) - 1)


assert np.allclose(mean_negative(S), mean_negative_loop(S))
print("divided by b - 1", mean_negative(S).round(3))
print("divided by b    ", (mean_negative(S) * 3 / 4).round(3))

# %% [markdown]
# Dividing by b pulls every mean towards 0: -0.25 in place of -0.333 in row 0. In a batch of hundreds
# nobody would see the difference, but the check below would.
#
# ## The closest negative
#
# An average hides the one negative that could be mistaken for the positive. So the second idea is
# to look at the largest off-diagonal entry of each row that is *not above the diagonal one*: the
# most confusing negative that is still on the right side.

# %%
def closest_negative_loop(similarity):
    closest = []
    for i, row in enumerate(similarity):
        allowed = [value for j, value in enumerate(row) if j != i and value <= row[i]]
        closest.append(max(allowed) if allowed else -np.inf)
    return np.array(closest)


def closest_negative(similarity):
    diagonal = np.diag(similarity)[:, None]
    left_out = np.eye(len(similarity), dtype=bool) | (similarity > diagonal)
    return np.where(left_out, -np.inf, similarity).max(axis=1)


assert np.array_equal(closest_negative(S), closest_negative_loop(S))
print("positives        ", np.diag(S))
print("closest negatives", closest_negative(S))

# %% [markdown]
# Rows 1 and 2 share the smallest gap:
#
# $$0.5 - 0.1 = 0.4, \qquad 0.7 - 0.3 = 0.4$$
#
# That is still more than the margin of 0.25, so every row is safe.
#
# ## The full loss
#
# Each idea becomes a hinge, and the loss of a row is their sum:
#
# $$L_1 = \max(\mathrm{mean\_neg} - s(A,P) + \alpha,\ 0)$$
# $$L_2 = \max(\mathrm{closest\_neg} - s(A,P) + \alpha,\ 0)$$
# $$L = L_1 + L_2, \qquad J = \sum_i L^{(i)}$$
#
# with margin $\alpha = 0.25$.

# %%
guess("What is J for the matrix above?")

# %%
def row_losses(similarity, margin=MARGIN):
    positive = np.diag(similarity)
    first = np.maximum(mean_negative(similarity) - positive + margin, 0)
    second = np.maximum(closest_negative(similarity) - positive + margin, 0)
    return first, second


first, second = row_losses(S)
print("L1", first, " L2", second, " J", (first + second).sum())

# %% [markdown]
# Zero, everywhere. The example on the slide is a batch that needs no training: each positive leads by
# more than the margin of 0.25.
#
# ## The same by hand, with one bad row
#
# The lab that goes with the slides prints another matrix. Five entries differ, and one of them is the
# positive of row 2: -0.4 in place of 0.7. *Predict, with a pencil: what is the mean negative of row 2, and
# what is L1? And which entries of the row are not above its positive?*

# %%
lab = np.array([
    [0.9, -0.8, 0.3, -0.5],
    [-0.4, 0.5, 0.1, -0.1],
    [0.3, 0.1, -0.4, -0.8],
    [-0.5, -0.2, -0.7, 0.5],
])  # fmt: skip
print("entries that differ from the slide's:", (lab != S).sum())
first, second = row_losses(lab)
print("L1", first.round(3), " L2", second.round(3), " J", (first + second).sum().round(3))
print("row 2: positive", lab[2, 2], "mean negative", mean_negative(lab)[2].round(3), "closest", closest_negative(lab)[2])

# %% [markdown]
# By hand: the mean negative is
# $$(0.3 + 0.1 - 0.8) / 3 = -0.133$$
#
# With the margin of 0.25 and the positive of -0.4, L1 is
# $$-0.133 + 0.4 + 0.25 = 0.517$$
#
# Only -0.8 is not above -0.4, so it is the closest negative, and with the same margin L2 is
# $$\max(-0.8 + 0.4 + 0.25, 0) = 0$$
#
# The whole loss of 0.517 is L1.
#
# Read that again. Row 2 has the worst positive of all, two negatives beat it, and L2 says nothing:
# the two that beat it were left out as "above the diagonal". That is a known trap of this form.

# %% [markdown]
# ## Two conventions
#
# The DeepLearning.AI course has been taught with Trax and with TensorFlow, and a learner meets two losses
# under the same name:
#
# | | similarity matrix | chosen negative | over the batch |
# | --- | --- | --- | --- |
# | its lab, Trax | V1 V2ᵀ | closest: those above the diagonal left out | sum |
# | its lab, TensorFlow | V2 V1ᵀ | closest, as above | sum |
# | its first assignment, Trax | V1 V2ᵀ | hardest: the largest off-diagonal entry | mean |
#
# (Its later assignments do as the labs do.)

# %%
guess('What does "hardest" do to L2 of row 2?', "raises it", "leaves it", "lowers it")

# %%
def hardest_negative(similarity):
    return np.where(np.eye(len(similarity), dtype=bool), -np.inf, similarity).max(axis=1)


second_hardest = np.maximum(hardest_negative(lab) - np.diag(lab) + MARGIN, 0)
print("closest: L2", second.round(3))
print("hardest: L2", second_hardest.round(3))
print("row 2: positive", lab[2, 2], "hardest negative", hardest_negative(lab)[2])

# %% [markdown]
# Now row 2 has the hardest negative 0.3, and with the margin L2 is
# $$0.3 + 0.4 + 0.25 = 0.95$$
#
# The worst row gets the largest push. Why would anyone leave it out, then? At the start of training every row
# looks like row 2, and pushing on the worst cases only is what drives a network into collapse
# (notebook 03). "Closest" is the careful choice, "hardest" the strong one.

# %%
figure, axes = plt.subplots(figsize=(6.4, 3.4))
places = np.arange(4)
axes.bar(places - 0.27, first, 0.25, color=plots.COLOURS["ink"], label="L1, mean negative")
axes.bar(places, second, 0.25, color=plots.COLOURS["accent"], label="L2, closest")
axes.bar(places + 0.27, second_hardest, 0.25, color=plots.COLOURS["above"], label="L2, hardest")
axes.set_xticks(places, names)
axes.set(ylabel="loss of the row", title="Only pair 2 has a loss, and closest is blind to it")
axes.legend()
plots.show(figure, alt="Bars for each pair: only pair 2 has some; L1 is about half of L2 hardest, and L2 closest is 0.")

# %% [markdown]
# ## The picture of one row
#
# Let the positive of row 2 run from -1 to 1 while the negatives stay. *Predict: where does each
# curve reach 0, and where does "closest" jump?*

# %%
print("negatives of row 2:", np.delete(S[2], 2), "their mean", mean_negative(S)[2].round(3))
values = np.linspace(-1, 1, 401)
curves = np.zeros((3, len(values)))
for k, value in enumerate(values):
    moved = S.copy()
    moved[2, 2] = value
    curves[:2, k] = np.array(row_losses(moved))[:, 2]
    curves[2, k] = max(hardest_negative(moved)[2] - value + MARGIN, 0)
figure, axes = plt.subplots()
for curve, role, name in zip(curves, ("ink", "accent", "above"),
                             ("L1, mean negative", "L2, closest", "L2, hardest"), strict=True):
    axes.plot(values, curve, color=plots.COLOURS[role], label=name)
axes.set(xlabel="similarity of the positive, S[2, 2]", ylabel="loss of row 2")
axes.legend()
plots.show(figure, alt="L1 and L2 hardest fall in straight lines; L2 closest is a saw-tooth that jumps at each negative.")

# %% [markdown]
# L1 and "hardest" fall in straight lines. They reach 0 where the positive leads by the margin of 0.25, counted
# from the mean and from the hardest of the negatives:
# $$-0.133 + 0.25 = 0.117, \qquad 0.3 + 0.25 = 0.55$$
#
# "Closest" is a saw: each time the positive climbs over a negative, that negative becomes
# the closest and the loss jumps up. On a tooth it pulls the positive the right way. Between the
# teeth, from a margin above the lowest negative to the next one at 0.1, it is flat, and only L1 is left to
# pull.

# %% [markdown]
# ### Try it
#
# The explorer holds the slide's matrix; a button puts -0.4 in place of the positive of row 2. Click an entry
# and move it with its arrows, the arrow keys or the slider. *What do you expect?*
# - With -0.4 in place, lower that positive to -0.79. The closest negative of its row is still -0.8: what
#   becomes of L2?
# - Switch to "hardest": which row changes?
# - Lower the margin to 0: does a row still have a loss?

# %%
from siamese_lib.explorers import batch_explorer

batch_explorer(margin=MARGIN)

# %% [markdown]
# At -0.79 "closest" has the negative -0.8 just below, so L2 is
# $$-0.8 + 0.79 + 0.25 = 0.24$$
#
# That is almost the margin, although two negatives lie far above. "Hardest" sees those, in that row alone.
# And a margin of 0 does not save that row: its mean negative is above its positive.
#
# ## siamese_lib has this
#
# `modified_triplet_loss(anchor, positive)` takes the embeddings, not the matrix, and knows both
# conventions. It must agree with our loops on a random batch of unit vectors.

# %%
v1 = l2_normalize(rng.normal(size=(16, 8)))
v2 = l2_normalize(v1 + 0.4 * rng.normal(size=(16, 8)))
ours = sum(row_losses(np.asarray(v1 @ v2.T)))
library = modified_triplet_loss(v1, v2, margin=MARGIN, reduction="none")
assert np.allclose(ours, library, atol=1e-5)
print(f"mean loss of a row, ours {ours.mean():.4f}, siamese_lib {library.mean():.4f}")

# %% [markdown]
# They are equal. And here are the three of the table, each in one line:

# %%
trax_lab = modified_triplet_loss(v1, v2, negatives="closest", reduction="sum")
tensorflow_lab = modified_triplet_loss(v2, v1, negatives="closest", reduction="sum")
first_assignment = modified_triplet_loss(v1, v2, negatives="hardest", reduction="mean")
print(f"lab, Trax        {trax_lab:.3f}, that is {trax_lab / 16:.3f} a row")
print(f"lab, TensorFlow  {tensorflow_lab:.3f}, that is {tensorflow_lab / 16:.3f} a row")
print(f"first assignment {first_assignment:.3f} a row")

# %% [markdown]
# Three numbers for the same batch, and all are right. Before you compare a loss with somebody else's,
# ask which rows, which negative, and sum or mean. The later assignments of the DeepLearning.AI course
# write a mean in the formula and compute a sum.
#
# With a sum the gradient grows with the batch. Under plain gradient descent or momentum a learning
# rate that worked for one batch is then too high for one eight times as large. Adam, which this
# collection uses, divides the size of the gradient out again, and hardly notices
# ([09](09_pairwise_similarity.ipynb) has more on Adam's steps).
#
# ## What the gradient does
#
# The gradient with respect to S says which entries are pushed down (positive gradient) and which
# are pulled up (negative). *Predict its sign on the diagonal, and how many entries of a row are
# touched.*

# %%
def loss_of_matrix(similarity):
    return modified_triplet_loss(similarity, jnp.eye(4), negatives="hardest", reduction="sum")


gradient = jax.grad(loss_of_matrix)(jnp.asarray(lab))
figure = plots.similarity_matrix(gradient / 2, rows=names, columns=names, label="half the gradient",
                                 title="Half the gradient of J, hardest")
plots.show(figure, alt="Gradient by entry: only row 2 is not zero; minus 1 on its diagonal, plus on its negatives.")

# %% [markdown]
# Only row 2 learns. Its positive is pulled up with weight 2, once for L1 and once for L2. The mean negative
# spreads a push of one third over all three negatives, and the hardest one gets another 1 on top.
#
# (The trick: with the identity as positives the anchors *are* S. The picture shows half the gradient, so that
# it fits the colour scale.)
#
# ## A failure on purpose: no axis in the normalisation
#
# TensorFlow's `tf.math.l2_normalize(x)` takes the length of *the whole batch* unless you tell it an axis.
# Nothing crashes. *Predict: for 256 pairs with identical vectors on both sides, a perfect network,
# what should the summed loss be, and what is it here?*

# %%
perfect = rng.normal(size=(256, 128))
by_row = perfect / np.linalg.norm(perfect, axis=1, keepdims=True)
by_batch = perfect / np.linalg.norm(perfect)
for name, v in (("each row", by_row), ("whole batch", by_batch)):
    total = modified_triplet_loss(v, v, reduction="sum")
    print(f"{name:12} length of row 0: {np.linalg.norm(v[0]):.3f}   summed loss: {total:.1f}")

# %% [markdown]
# By row the perfect network has a summed loss of 0.0. Over the whole batch every row shrinks to a
# length near 1 / sqrt(256) = 1/16. All similarities shrink to about 1/256 of the true ones, and the
# margin swamps them: the loss sticks near 126.
#
# A truly collapsed network would pay twice the margin
# in each row, 2 x 0.25 x 256 = 128. When a loss sticks just below 2 x margin x batch, print the
# length of one row first.
#
# ## Exercises
#
# Here `similarity` is always an array `[b, b]` with the positives on its diagonal.
#
# **batch.1 Mean negative.** Return the mean of the off-diagonal entries of each row, shape `[b]`.

# %%
def my_mean_negative(similarity):
    ...


check("batch.1", my_mean_negative)

# %% [markdown]
# <details><summary>Solution to batch.1</summary>
#
# ```python
# def my_mean_negative(similarity):
#     b = len(similarity)
#     return (similarity.sum(axis=1) - np.diag(similarity)) / (b - 1)
# ```
#
# </details>
#
# **batch.2 Closest negative.** Return the largest off-diagonal entry of each row that is not above the
# diagonal one, shape `[b]`; `-np.inf` where there is none.

# %%
def my_closest_negative(similarity):
    ...


check("batch.2", my_closest_negative)

# %% [markdown]
# <details><summary>Solution to batch.2</summary>
#
# ```python
# def my_closest_negative(similarity):
#     allowed = similarity <= np.diag(similarity)[:, None]
#     np.fill_diagonal(allowed, False)
#     return np.where(allowed, similarity, -np.inf).max(axis=1)
# ```
#
# </details>
#
# **batch.3 The full loss.** Return L1 + L2 of each row with the closest negative, shape `[b]`, for a
# margin given as second argument.

# %%
def my_row_losses(similarity, margin):
    ...


check("batch.3", my_row_losses)

# %% [markdown]
# <details><summary>Solution to batch.3</summary>
#
# ```python
# def my_row_losses(similarity, margin):
#     first, second = row_losses(similarity, margin)
#     return first + second
# ```
#
# </details>
#
# **batch.4 By hand.** A row of a batch of three has the negatives 0.6 and 0.2. With the positive
# 0.5, margin 0.25 and the *closest* convention, what is L1 + L2?

# %%
by_hand = ...

check("batch.4", by_hand)

# %% [markdown]
# <details><summary>Solution to batch.4</summary>
#
# ```python
# by_hand = max((0.6 + 0.2) / 2 - 0.5 + 0.25, 0) + max(0.2 - 0.5 + 0.25, 0)
# ```
#
# The negative 0.6 is above the positive, so the closest is 0.2, and L2 is 0: the row's most
# dangerous negative counts in the mean only.
#
# </details>
#
# **batch.5 The gradient by hand (hard).** Return the derivative of $\sum_i (L1_i + L2_i)$, with the closest
# negative, by every entry of `similarity`, shape `[b, b]`. No `jax.grad` inside: a hinge that rests has
# slope 0, one that is awake passes on 1 and -1. Then compare with `jax.grad`.

# %%
def my_gradient(similarity, margin):
    ...


check("batch.5", my_gradient)

# %% [markdown]
# <details><summary>Solution to batch.5</summary>
#
# ```python
# def my_gradient(similarity, margin):
#     s = np.asarray(similarity)
#     b = len(s)
#     gradient = np.zeros((b, b))
#     for i in range(b):
#         others = [j for j in range(b) if j != i]
#         if np.mean(s[i, others]) - s[i, i] + margin > 0:
#             gradient[i, i] -= 1
#             gradient[i, others] += 1 / (b - 1)
#         below = [j for j in others if s[i, j] <= s[i, i]]
#         if below:
#             closest = max(below, key=lambda j: s[i, j])
#             if s[i, closest] - s[i, i] + margin > 0:
#                 gradient[i, i] -= 1
#                 gradient[i, closest] += 1
#     return gradient
# ```
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** Somebody knows triplets only. Explain where the negatives of a batch of b pairs come from,
# and when one of them is a lie.
#
# <details><summary>A model answer</summary>
#
# Row i of S compares the first input of pair i with all second inputs. Its own is the positive, the other
# b - 1 are taken for negatives. That is a lie where another pair of the batch means the same thing, and
# the loss then pushes apart what belongs together.
#
# </details>
#
# **Find the bug.** `v1, v2 = l2_normalize(v1, axis=0), l2_normalize(v2, axis=0)`, then the loss as above.
# It creeps to just below twice the margin and stays. What happened?
#
# <details><summary>A model answer</summary>
#
# The columns have length 1, not the rows. So the rows are short, all entries of S are small, and no
# positive can lead by the margin. Look at the length of one row before anything else; it should be 1.
#
# </details>
#
# **Read a matrix.** In one row of S the positive is the smallest entry of all. What does "closest" add to
# L2 for this row, what does "hardest", and which of the two would you want here?
#
# <details><summary>A model answer</summary>
#
# "Closest" adds nothing: no negative lies at or below the positive. "Hardest" adds most of all. The worst
# row of the batch is silent in the one and loudest in the other, so I would want "hardest" here, once the
# network is past the danger of collapse.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** Every other pair of the batch is a negative, and the learner has a point: on the
# worst rows "closest" finds nothing to push and "hardest" does; but pushing on the worst cases only
# can collapse a network, so "closest" is the careful choice.
#
# - A batch of b pairs delivers b - 1 negatives for each anchor: all off the diagonal of S.
# - The mean negative gives a steady push (L1), one near the positive a sharp one (L2); the loss of a row is
#   their sum.
# - The two examples have J = 0 and J = 0.517, the latter all L1.
# - "Closest" is blind to rows whose positive is worst of all, "hardest" is not. Sum and mean differ
#   by the batch size.
# - If a loss sticks just below 2 x margin x batch, look at one row's length.

# %% [markdown]
# Limits: every other pair of the batch is taken for a negative. Where two pairs of a batch mean the
# same, the loss pushes apart what belongs together. Notebook 05 builds batches in which no two pairs
# are known to share a meaning, and measures what that is worth: nothing where a few rows are hit, a
# lot where all are, with the hardest negative.
#
# ### References
#
# - DeepLearning.AI, *Natural Language Processing with Sequence Models*, the Siamese week: slides
#   "Computing The Cost" and "Hard Negative Mining", the lab *Modified Triplet Loss* and the assignment
#   *Question duplicates*, Trax and TensorFlow. [coursera.org/learn/sequence-models-in-nlp](https://www.coursera.org/learn/sequence-models-in-nlp)
# - Schroff et al. 2015, *FaceNet*, section 3.2: the hardest negatives can collapse a network.
#   [arxiv.org/abs/1503.03832](https://arxiv.org/abs/1503.03832)
#
# [Start](00_start_here.ipynb) · Previous: [03 Triplets](03_triplets.ipynb) ·
# Next: [05 Training and testing](05_training_and_testing.ipynb)
