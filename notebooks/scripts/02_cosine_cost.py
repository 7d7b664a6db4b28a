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
# # 02 The cosine cost
#
# You finish a well-known tutorial. The pair that belongs together gets a cosine of 0.994, the other
# pair 0.9918. "It doesn't seem really different", one reader [wrote in
# 2021](https://github.com/keras-team/keras-io/issues/429). Was there reason to worry?
#
# **How can one number tell a network that two questions belong together and a third does not?**
#
# After this notebook you can
# - compute a cosine, and say what 1, 0 and -1 mean,
# - write the cost -cos(A, P) + cos(A, N) for a triplet and for a batch,
# - read its table and its picture,
# - say which way its gradient moves each vector,
# - guard a norm at the zero vector, and say why the cost alone is not yet a good loss.
#
# Before this: [01 Architecture](01_architecture.ipynb). Time: about 65 minutes to study, a few
# seconds to run.
#
# [Start](00_start_here.ipynb) · Previous: [01 Architecture](01_architecture.ipynb) ·
# Next: [03 Triplets](03_triplets.ipynb)

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from siamese_lib import plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.energy import cosine_similarity

plots.style()
rng = np.random.default_rng(0)
course_map("cost")

# %% [markdown]
# ## Three questions
#
# A Siamese network turns each question into a vector. We want *the same meaning* to become *the
# same direction*. Take three questions from DeepLearning.AI's course
# [Natural Language Processing with Sequence Models](https://www.coursera.org/learn/sequence-models-in-nlp),
# whose week on Siamese networks this collection answers:
#
# | role | question |
# | --- | --- |
# | anchor A | How old are you? |
# | positive P | What is your age? |
# | negative N | Where are you from? |
#
# A and N share the words "are you"; A and P share no word at all. Still, A and P belong together.
# A good number must look at the vectors, not at the words. Here are three vectors of two numbers
# each, small enough to draw:

# %%
anchor = np.array([3.0, 1.0])
positive = np.array([1.2, 0.8])
negative = np.array([-0.5, 1.5])

# %% [markdown]
# ## From the dot product to the cosine
#
# The dot product multiplies two vectors entry by entry and adds up:
# $a \cdot b = \sum_i a_i b_i$. It is large when both point the same way. But it also grows with
# their lengths.

# %%
guess("If A is doubled, what happens to A·P?", "it stays", "it doubles", "it grows fourfold")

# %%
def dot(x, y):
    total = 0.0
    for x_i, y_i in zip(x, y, strict=True):
        total += x_i * y_i
    return total


print(f"A . P         {dot(anchor, positive):.2f}")
print(f"2A . P        {dot(2 * anchor, positive):.2f}")
print(f"numpy's A @ P {anchor @ positive:.2f}")

# %% [markdown]
# It doubles, from 4.40 to 8.80, although the direction did not change. Length carries no meaning here, so
# we divide it out. What is left is the cosine of the angle between the two vectors:
#
# $$\cos(a, b) = \frac{a \cdot b}{|a|\,|b|}$$
#
# *Predict: which of cos(A, P) and cos(A, N) is larger, and does doubling A change either?*

# %%
def cosine(x, y):
    return dot(x, y) / (np.sqrt(dot(x, x)) * np.sqrt(dot(y, y)))


print(f"cos(A, P)  = {cosine(anchor, positive):.3f}")
print(f"cos(2A, P) = {cosine(2 * anchor, positive):.3f}")
print(f"cos(A, N)  = {cosine(anchor, negative):.3f}")

# %% [markdown]
# cos(A, P) is 0.965 for A and for 2A alike: only the direction counts now. cos(A, N) is 0: A and
# N stand at a right angle and have nothing to do with each other.
#
# On the unit circle, where every vector has length 1, the cosine is the shadow that one vector
# throws on the other. Drop a perpendicular from the tip of P to the line of A: the shadow runs from the
# middle to the foot.

# %%
figure = plots.unit_circle(
    {"anchor": anchor, "positive": positive, "negative": negative}, shadows=("positive", "negative")
)
plots.show(figure, alt="Unit circle: P's tip drops at a right angle on A, and its shadow covers nearly all of A; N's shadow is a point.")

# %% [markdown]
# P's shadow is 0.965 long, as computed above. N stands at a right angle to A, so the foot of its
# perpendicular is the middle, and it throws no shadow at all. Training should produce this picture from
# any start.
#
# ## The values a cosine can take
#
# The same direction gives 1, a right angle 0, the opposite direction -1. Nothing lies outside.
# *Predict the values before you run the cell.*

# %%
for degrees in (0, np.degrees(np.arccos(0.9)), 60, 90, 120, 180):
    turned = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    print(f"{degrees:4.0f} degrees: cosine {cosine(np.array([1.0, 0.0]), turned):5.2f}")

# %% [markdown]
# 60 degrees is already down to 0.50. The cosine falls slowly near 0 degrees and quickly near 90:
# a cosine of 0.90 still leaves 26 degrees between two vectors. The shadows of four of these angles:

# %%
figure, row = plt.subplots(1, 4, figsize=(9.6, 2.4))
for axes, degrees in zip(row, (np.degrees(np.arccos(0.9)), 60, 90, 120), strict=True):
    turned = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    plots.unit_circle({"anchor": [1, 0], "positive": turned}, shadows=["positive"],
                      title=f"{degrees:.0f} degrees", axes=axes)
    axes.label_outer()
plots.show(figure, alt="As P turns away from A its shadow shrinks, is a point at 90 degrees and falls behind at 120.")

# %% [markdown]
# Beyond 90 degrees the foot lies behind the middle, and the cosine is negative.
#
# ## The cost of one triplet
#
# We want cos(A, P) to be large and cos(A, N) to be small. One number falls in both cases:
#
# $$\text{cost}(A, P, N) = -\cos(A, P) + \cos(A, N)$$
#
# The DeepLearning.AI course asks for $-\cos(A,P) + \cos(A,N) \le 0$: the positive should be at least as
# near as the negative.

# %%
guess("What is the best value that this cost can have?")

# %%
def cost(a, p, n):
    return -cosine(a, p) + cosine(a, n)


print("  cos(A,P)  cos(A,N)   cost")
for to_positive, to_negative in [(1, -1), (1, 0), (0.9, 0.2), (0.5, 0.5), (0, 1), (-1, 1)]:
    value = -to_positive + to_negative
    print(f"{to_positive:10.1f}{to_negative:10.1f}{value:7.1f}")
print(f"our three vectors: {cost(anchor, positive, negative):.3f}")

# %% [markdown]
# The best is -2 (P on A, N opposite), the worst +2 (the reverse). The cost is 0 wherever both
# cosines are equal, whether both are 0.5 or both are 1. Our three vectors cost -0.965: the order is
# right.
#
# ## The picture of the cost
#
# Both cosines run from -1 to 1, so all possible triplets fit in a square. Every point is a triplet;
# its colour is the cost. *Predict: where is the border between good and bad?*

# %% jupyter={"source_hidden": true}
side = np.linspace(-1, 1, 201)
to_positive, to_negative = np.meshgrid(side, side)
figure, axes = plt.subplots(figsize=(5.4, 4.4))
image = axes.pcolormesh(side, side, to_negative - to_positive, cmap="PuOr_r", vmin=-2, vmax=2)
figure.colorbar(image, label="cost")
axes.plot(side, side, color="black", label="cost 0")
axes.plot(cosine(anchor, positive), cosine(anchor, negative), "o", color="black", ms=9)
axes.annotate("our triplet", (cosine(anchor, positive), cosine(anchor, negative)), (0.2, -0.35), arrowprops={"arrowstyle": "-"})
axes.set(xlabel="cos(A, P)", ylabel="cos(A, N)", aspect="equal")
axes.legend(loc="upper left", frameon=True)
plots.show(figure, alt="The cost over both cosines: a tilted plane, negative below the diagonal, positive above.")

# %% [markdown]
# The border is the diagonal, and the cost is a tilted plane: below the diagonal the positive is
# nearer than the negative. Our triplet sits well inside the good half.

# %% [markdown]
# ### Try it
#
# The explorer has the same square on the right, and on the left the three vectors: bars along A are the
# shadows of P and N. Move the sliders, or drag A, P and N; Tab and the arrow keys do it too. It starts with
# our triplet, rounded. *What do you expect?*
# - Turn N until it lies on P: where does the cost go, and does it matter where A points?
# - Drag A alone. Both cosines change: can the cost leave the range from -2 to 2?
# - The shaded side of the circle is where N may lie at a cost of 0 or less. When is it half of the circle,
#   and when all of it?

# %%
from siamese_lib.explorers import cost_explorer

cost_explorer(cos_ap=float(cosine(anchor, positive)), cos_an=float(cosine(anchor, negative)))

# %% [markdown]
# With N on P the cost is 0, wherever A points. No turn of A leaves the range, since no cosine is below -1 or
# above 1. The shaded side is half of the circle where P stands at a right angle to A. It is all of it
# where P lies on A: then no N can be nearer.
#
# ## A whole batch at once
#
# Training looks at many triplets together. First comes the plain loop over 1,000 random triplets in 8
# dimensions, then the same without a loop, then what `siamese_lib` offers. All three must agree.

# %%
A, P, N = rng.normal(size=(3, 1000, 8))
by_loop = np.array([cost(a, p, n) for a, p, n in zip(A, P, N, strict=True)])
print("mean cost by loop", by_loop.mean().round(4))

# %%
def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


vectorised = -(unit(A) * unit(P)).sum(axis=-1) + (unit(A) * unit(N)).sum(axis=-1)
with_library = -cosine_similarity(A, P) + cosine_similarity(A, N)
assert np.allclose(by_loop, vectorised) and np.allclose(by_loop, with_library, atol=1e-5)
print("share of random triplets in the good half:", (vectorised <= 0).mean())

# %% [markdown]
# The three ways agree. Exactly half of these random triplets (0.5) are in the good half: vectors
# that nobody has trained are right half of the time. `axis=-1` says that each row has a length of its own;
# never leave it out.
#
# ## Which way does the gradient pull?
#
# Training moves the vectors against the gradient of the cost. JAX computes it: `jax.grad(f)` is the
# function of partial derivatives of `f`.

# %%
guess("Which way does the gradient of P point?", "along P", "across P")

# %%
def jax_cost(a, p, n):
    return -cosine_similarity(a, p) + cosine_similarity(a, n)


gradients = jax.grad(jax_cost, argnums=(0, 1, 2))(anchor, positive, negative)
for role, vector, gradient in zip("APN", (anchor, positive, negative), gradients, strict=True):
    print(f"{role}: gradient {np.round(gradient, 3)}, dot with {role} itself {gradient @ vector:.3f}")

# %% [markdown]
# Each gradient stands at a right angle to its own vector (the dot product is 0), because the cosine
# ignores length. So a small step *turns* a vector and, to first order, leaves its length alone.
#
# Now take twenty small steps from a bad start, where N is nearer than P.

# %%
guess("At the end the three vectors are", "longer", "exactly as long", "shorter")

# %%
start = [jnp.array([1.0, 0.0]), jnp.array([-0.2, 1.0]), jnp.array([1.0, 0.35])]
vectors, walk, costs = start, [start], [float(jax_cost(*start))]
for _ in range(20):
    steps = jax.grad(jax_cost, argnums=(0, 1, 2))(*vectors)
    vectors = [vector - 0.15 * step for vector, step in zip(vectors, steps, strict=True)]
    walk.append(vectors)
    costs.append(float(jax_cost(*vectors)))
print(f"cost before {costs[0]:.3f} and after 20 steps {costs[-1]:.3f}")
for role, before, after in zip("APN", start, vectors, strict=True):
    print(f"length of {role} before {jnp.linalg.norm(before):.3f} and after {jnp.linalg.norm(after):.3f}")

# %% [markdown]
# The way there, and where the three vectors stood every five steps:

# %%
by_role = dict(zip(("anchor", "positive", "negative"), np.array(walk).swapaxes(0, 1), strict=True))
figure = plots.turning(by_role, costs, at=(0, 5, 10, 15, 20))
plots.show(figure, alt="Above, the cost falls through 0. Below, A turns towards P and past N, P comes to meet it, and N turns away.")

# %% [markdown]
# The cost falls from 1.140 to -1.675. P turned towards A and A towards P. N stood in between: at step 5 A
# is just passing it, and from there on the two turn apart.
#
# The vectors grew a little on the way, A from 1.000 to 1.077: a step at a right
# angle leaves the circle, and twenty such steps add up. The cosine does not mind, but the longer a
# vector is, the less the next step turns it. [11](11_break_it.ipynb) meets this as a brake.

# %% [markdown]
# ### Try it
#
# The explorer takes the same twenty steps: its slider turns A, P and N, the cost beside them. *What do
# you expect?*
# - N starts between A and P. Where does it end, and does it turn one way only?
# - Which of the three turns farthest?
# - Turn N onto A and P opposite both: what do twenty steps do now?

# %%
from siamese_lib.explorers import descent_explorer

descent_explorer(*start)

# %% [markdown]
# At first N flees ahead of A, towards P. Within five steps A has overtaken it, and from there it pushes N
# back the other way. A turns farthest, for two forces pull at it. From P opposite A and N on A nothing moves: the
# cost is at its worst, and every gradient is 0.
#
# The cost did not stop at 0, where the order was right. It would push on to -2, and spend its effort on a
# triplet that is already solved. The margin of [03](03_triplets.ipynb) ends that.

# %% [markdown]
# ## A failure on purpose: the zero vector
#
# A question with no known word can end up as a vector of zeros. Its length is 0, and we divide by
# it. *Predict: what does our cosine say, and what does its gradient say?*

# %%
def naive(x, y):
    return jnp.sum(x * y) / (jnp.linalg.norm(x) * jnp.linalg.norm(y))


zero, other = jnp.zeros(2), jnp.array([1.0, 0.0])
print("naive cosine     ", naive(zero, other), "gradient", jax.grad(naive)(zero, other))
print("siamese_lib's    ", cosine_similarity(zero, other), "gradient",
      jax.grad(cosine_similarity)(zero, other))

# %% [markdown]
# The naive form gives nan, and one nan in a gradient spoils every weight in a single step.
# `siamese_lib` defines the cosine of a zero vector as 0 with gradient 0: no direction, no opinion,
# no harm.
#
# ### The safe root
#
# How is that written? A length is a square root, $|x| = \sqrt{x \cdot x}$, and the derivative of a square
# root is infinite at 0. The chain rule multiplies it by the derivative of $x \cdot x$, which is 0 there,
# and infinity times 0 is nan. So a norm needs a guard: put a 1 in place of the 0 *before* you take the root,
# and put the 0 back afterwards. *Predict the gradient of the norm at zero, without the guard and with it.*

# %%
def safe_root(s):
    inside = jnp.where(s > 0, s, 1.0)
    return jnp.where(s > 0, jnp.sqrt(inside), 0.0)


for root in (jnp.sqrt, safe_root):
    gradient = jax.grad(lambda x, root=root: root(x @ x))(zero)
    print(f"{root.__name__:9} norm {root(zero @ zero)}, gradient {gradient}")

# %% [markdown]
# Both norms are 0, and only the safe root has a gradient of 0 as well. The outer `where` alone would not
# do: on the way back, the branch that it did not take gets a gradient of 0, and 0 times an infinite
# derivative is nan. `siamese_lib.energy` has the same two guards in `_root`.
#
# When your own loss turns nan, look first for a norm at zero, and guard it inside the root.
#
# ## Exercises
#
# Replace the dots, run the cell, then the check. An unfilled exercise says "not yet" and does no
# harm.
#
# **cost.1 Cosine of rows.** For `x` and `y` of shape `[batch, dim]` return the cosine of each pair of
# rows, shape `[batch]`: $\cos(x_i, y_i) = x_i \cdot y_i / (|x_i||y_i|)$.

# %%
def row_cosines(x, y):
    ...


check("cost.1", row_cosines)

# %% [markdown]
# <details><summary>Solution to cost.1</summary>
#
# ```python
# def row_cosines(x, y):
#     lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
#     return (x * y).sum(axis=-1) / lengths
# ```
#
# </details>
#
# **cost.2 The cost.** Return $-\cos(A, P) + \cos(A, N)$ for each row of three arrays `[batch, dim]`.

# %%
def row_costs(anchor, positive, negative):
    ...


check("cost.2", row_costs)

# %% [markdown]
# <details><summary>Solution to cost.2</summary>
#
# ```python
# def row_costs(anchor, positive, negative):
#     return -cosine_similarity(anchor, positive) + cosine_similarity(anchor, negative)
# ```
#
# </details>
#
# **cost.3 How many are solved?** Return the share (0 to 1) of triplets whose cost is at most 0.

# %%
def share_solved(anchor, positive, negative):
    ...


check("cost.3", share_solved)

# %% [markdown]
# <details><summary>Solution to cost.3</summary>
#
# ```python
# def share_solved(anchor, positive, negative):
#     costs = -cosine_similarity(anchor, positive) + cosine_similarity(anchor, negative)
#     return np.mean(costs <= 0)
# ```
#
# </details>
#
# **cost.4 By hand.** cos(A, P) is 0.2 and cos(A, N) is 0.6. What is the cost?

# %%
by_hand = ...

check("cost.4", by_hand)

# %% [markdown]
# <details><summary>Solution to cost.4</summary>
#
# ```python
# by_hand = -0.2 + 0.6
# ```
#
# The negative is nearer than the positive, so the cost is above 0.
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** The cost of a triplet is -0.1. What do you know about its two cosines, and what do you not
# know?
#
# <details><summary>A model answer</summary>
#
# cos(A, P) is larger than cos(A, N) by 0.1. Where the two lie is open: they may both be near 1, or both
# below 0. The cost sees the difference only.
#
# </details>
#
# **Estimate.** Draw two unit vectors with d numbers each at random. Which cosine do you expect, and how
# far from it will it typically be?
#
# <details><summary>A model answer</summary>
#
# About 0, since every direction is as likely as its opposite. The spread is about one over the root of d,
# so in many dimensions nearly all directions are nearly at a right angle.
#
# </details>
#
# **Derive.** For $|a| = |b| = 1$ and $c = \cos(a, b)$ the gradient of c by a is $b - c\,a$. Fill in: $a
# \cdot (b - c\,a) = (\;?\;)$. What does that say about a small step?
#
# <details><summary>A model answer</summary>
#
# $c - c\,|a|^2 = 0$. The gradient stands at a right angle to a, so a small step turns the vector and
# hardly changes its length.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** By the difference of the two cosines, -cos(A, P) + cos(A, N): for the tutorial's
# pair it is just below zero, the right order by a hair, and nothing in this cost asks for more.
#
# - The cosine is the dot product with both lengths divided out: 1 same direction, 0 right angle, -1
#   opposite.
# - The cost lies between -2 and 2, and is at most 0 where the positive is at least as near as the negative.
# - Its gradient stands at a right angle to each vector: a step turns it, and lengthens it only a little.
# - A batch is computed row by row: keep `axis=-1`.
# - A norm needs a guard inside its root: otherwise its gradient at the zero vector is nan.

# %% [markdown]
# Limits: the cost keeps pulling on triplets that are solved, and it is satisfied with a tie: three
# equal vectors cost 0. Notebook 03 cures both with a margin, and shows what happens without one.
#
# ### References
#
# - DeepLearning.AI, *Natural Language Processing with Sequence Models*, the Siamese week, slides "Loss
#   function" and "Triplets": the cost and the three questions. [coursera.org/learn/sequence-models-in-nlp](https://www.coursera.org/learn/sequence-models-in-nlp)
# - Bromley et al. 1993, *Signature verification using a "Siamese" time delay neural network*,
#   section 4: the cosine between two towers. [papers.nips.cc](https://papers.nips.cc/paper/1993/hash/288cc0ff022877bd3df94bc9360b9c5d-Abstract.html)
#
# [Start](00_start_here.ipynb) · Previous: [01 Architecture](01_architecture.ipynb) ·
# Next: [03 Triplets](03_triplets.ipynb)
