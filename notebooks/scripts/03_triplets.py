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
# # 03 Triplets
#
# "Loss value = margin all the time, why?" Somebody training on faces [asked that in
# 2017](https://github.com/xiaolonw/caffe-video_triplet/issues/8). Two others had the same
# trouble; an explanation was posted in 2020. You will have it within the hour.
#
# **Which triplets teach a network something, and why does it sometimes learn nothing at all?**
#
# After this notebook you can
# - turn the cost into a loss that stops when a triplet is solved,
# - move between its cosine form and its squared Euclidean form,
# - sort triplets into easy, semi-hard and hard, and measure how many still teach,
# - compare distances within and between classes,
# - recognise a collapsed network by its loss, and say which triplets led it there.
#
# Before this: [02 The cosine cost](02_cosine_cost.ipynb). Time: about 90 minutes to study, one to
# two minutes to run.
#
# [Start](00_start_here.ipynb) · Previous: [02 The cosine cost](02_cosine_cost.ipynb) ·
# Next: [04 Modified triplet loss](04_modified_triplet_loss.ipynb)

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx

from siamese_lib import plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.datasets import load_glyphs
from siamese_lib.encoders import ImageEncoder
from siamese_lib.energy import (cosine_similarity, euclidean_distance, l2_normalize,
                                squared_euclidean_distance)
from siamese_lib.losses import TRIPLET_KINDS, triplet_kind, triplet_loss
from siamese_lib.training import encode, fit

plots.style()
rng = np.random.default_rng(0)
course_map("triplets")

# %% [markdown]
# ## The margin
#
# The cost -cos(A, P) + cos(A, N) has two weak points. It goes on pulling at triplets that are
# already in the right order, and it accepts a tie. The triplet loss adds a margin $m$ and cuts off
# everything below 0:
#
# $$L(A, P, N) = \max(\cos(A, N) - \cos(A, P) + m,\; 0)$$
#
# The positive has to be nearer than the negative *by at least m*. Once it is, the loss is 0 and so is its
# gradient: the triplet rests. The DeepLearning.AI course that this collection answers uses m = 0.25.

# %%
guess("How many of the five triplets still have a loss?")

# %%
MARGIN = 0.25


def hinge(to_positive, to_negative, margin):
    return max(to_negative - to_positive + margin, 0.0)


print("  cos(A,P)  cos(A,N)   loss")
for to_positive, to_negative in [(0.9, 0.2), (0.9, 0.65), (0.9, 0.8), (0.5, 0.5), (0.2, 0.9)]:
    value = hinge(to_positive, to_negative, MARGIN)
    print(f"{to_positive:10.2f}{to_negative:10.2f}{value:7.2f}")

# %% [markdown]
# The first two rest. The third is in the right order and still has a loss of 0.15: it is right, but not by
# enough. The tie costs exactly the margin, 0.25. Remember that number.
#
# A function that is 0 up to a bend and then rises is called a **hinge**. Here it is, drawn over the gap
# between the two cosines. "Hard" and **semi-hard** are words of Schroff et al. 2015 (section 3.2); "easy"
# is what others call the rest.

# %%
gap = np.linspace(-0.6, 0.8, 200)
figure, axes = plt.subplots()
axes.plot(gap, np.maximum(MARGIN - gap, 0), color="black")
for start, stop, name, colour, alpha in [(-0.6, 0, "hard", "above", 0.35), (0, MARGIN, "semi-\nhard", "above", 0.15),
                                         (MARGIN, 0.8, "easy", "below", 0.2)]:
    axes.axvspan(start, stop, color=plots.COLOURS[colour], alpha=alpha, lw=0)
    axes.text((start + stop) / 2, 0.72, name, ha="center", va="center", fontsize=12)
axes.plot(0, MARGIN, "o", color="black")
axes.annotate("a tie costs the margin", (0, MARGIN), (0.3, 0.45), arrowprops={"arrowstyle": "-"})
axes.set(xlabel="gap: cos(A, P) - cos(A, N)", ylabel="loss", xlim=(-0.6, 0.8))
plots.show(figure, alt="The hinge: the loss falls in a straight line, crosses gap 0 at 0.25 and is 0 from gap 0.25 on.")

# %% [markdown]
# Wherever the line slopes, the slope is the same: *for each bit of the gap* a semi-hard triplet counts
# as much as a hard one. (How strongly that pulls at the vectors depends on the angle between them; we
# come back to it when a network collapses.) Only the flat part, the easy triplets, teaches nothing.
#
# ## The same loss in squared distances
#
# Schroff et al. write the loss with squared Euclidean distances:
# $\max(|a-p|^2 - |a-n|^2 + m',\; 0)$. For vectors of length 1 both are the same thing, because
#
# $$|a-p|^2 = |a|^2 + |p|^2 - 2\,a \cdot p = 2 - 2\cos(a, p)$$
#
# The two ones cancel in the difference, and the factor 2 stays.

# %%
guess("Which margin of the squared distance belongs to the cosine margin 0.25?")

# %%
a, p, n = l2_normalize(rng.normal(size=(3, 1000, 8)))
with_cosine = triplet_loss(a, p, n, margin=MARGIN)
with_squares = triplet_loss(a, p, n, margin=2 * MARGIN, distance=squared_euclidean_distance)
assert np.allclose(squared_euclidean_distance(a, p), 2 - 2 * cosine_similarity(a, p), atol=1e-5)
assert np.allclose(with_squares, 2 * with_cosine, atol=1e-5)
print(f"mean loss: cosine {with_cosine.mean():.4f}, squared Euclidean {with_squares.mean():.4f}")

# %% [markdown]
# Twice the margin gives twice the loss, triplet by triplet: 0.3475 and 0.6951 on average. So the
# margin of Schroff et al., 0.2 on squared distances of embeddings of length 1, is half as large on cosines.
# Before you compare the margins of two papers, look which distance they are measured in, and whether the
# embeddings have length 1 at all.
#
# What if they do not have length 1?

# %%
short = triplet_loss(0.1 * a, 0.1 * p, 0.1 * n, margin=0.5, distance=squared_euclidean_distance)
long = triplet_loss(10 * a, 10 * p, 10 * n, margin=0.5, distance=squared_euclidean_distance)
print(f"share with a loss: length 0.1 {(short > 0).mean():.2f}, length 1 {(with_squares > 0).mean():.2f}, "
      f"length 10 {(long > 0).mean():.2f}")

# %% [markdown]
# With free lengths a margin means little. At length 0.1 no triplet can satisfy it (share 1.00). At
# length 10 only triplets in the wrong order still have a loss (0.50). That is one reason why our
# encoders end with a division by the length.
#
# ## Easy, semi-hard, hard
#
# | kind | condition | loss |
# | --- | --- | --- |
# | easy | cos(A, N) ≤ cos(A, P) - m | 0 |
# | semi-hard | between | above 0, below m |
# | hard | cos(A, N) ≥ cos(A, P) | m or more |
#
# First a loop, then the same without one, then `siamese_lib`. *Predict: how many of our thousand
# random triplets are hard?*

# %%
def kind_of(to_positive, to_negative, margin):
    if to_negative >= to_positive:
        return 2  # hard
    if to_negative <= to_positive - margin:
        return 0  # easy
    return 1  # semi-hard


to_positive, to_negative = np.asarray(cosine_similarity(a, p)), np.asarray(cosine_similarity(a, n))
by_loop = [kind_of(x, y, MARGIN) for x, y in zip(to_positive, to_negative, strict=True)]
print(dict(zip(TRIPLET_KINDS, np.bincount(by_loop).tolist(), strict=True)))

is_hard = to_negative >= to_positive
is_easy = to_negative <= to_positive - MARGIN
vectorised = np.where(is_hard, 2, np.where(is_easy, 0, 1))
with_library = triplet_kind(a, p, n, margin=MARGIN)
assert np.array_equal(by_loop, vectorised) and np.array_equal(by_loop, with_library)

# %% [markdown]
# Half are hard (500), as they must be: for random vectors P and N could just as well swap roles. The
# margin splits the other half into 304 easy and 196 semi-hard ones.
#
# ## The picture of the three kinds
#
# Every triplet is a point in the square of its two cosines. The diagonal of notebook 02 is now a
# band, as wide as the margin.

# %% jupyter={"source_hidden": true}
def draw_regions(axes, margin):
    side = np.array([-1.0, 1.0])
    axes.fill_between(side, side, 1, color=plots.COLOURS["above"], alpha=0.35, lw=0)
    axes.fill_between(side, side - margin, side, color=plots.COLOURS["above"], alpha=0.15, lw=0)
    axes.fill_between(side, -1, side - margin, color=plots.COLOURS["below"], alpha=0.2, lw=0)
    ticks = [-1, -0.5, 0, 0.5, 1]
    axes.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal", xticks=ticks, yticks=ticks,
             xlabel="cos(A, P)", ylabel="cos(A, N)")


figure, axes = plt.subplots(figsize=(5.2, 4.6))
draw_regions(axes, MARGIN)
for x, y, name, turn in [(-0.4, 0.5, "hard: loss m or more", 0), (0.45, -0.5, "easy: loss 0", 0),
                         (-0.35, -0.49, "semi-hard: loss below m", 45)]:
    axes.text(x, y, name, ha="center", va="center", rotation=turn, fontsize=11)
plots.show(figure, alt="Square of both cosines: hard above the diagonal, a semi-hard band below it, easy under the band.")

# %% [markdown]
# A triplet is trained to move right and down, through the band into the easy region, and there it
# stops.
#
# ### Try it
#
# In the explorer all three numbers move, and the arrows at A, P and N are the step that training would take.
# *What do you expect?*
# - Margin 0: what is left of the band, and what does a tie of P and N cost?
# - Margin 1: how much of the square is at rest?
# - Move N away from A: at which cosine do the arrows vanish?

# %%
from siamese_lib.explorers import triplet_explorer

triplet_explorer(cos_ap=0.6, cos_an=0.5, margin=MARGIN)

# %% [markdown]
# With margin 0 the band is gone: a tie costs nothing, and nothing keeps P apart from N. With margin 1
# only the triangle below the line is at rest, one eighth of the square. The arrows vanish where
# cos(A,N) is cos(A,P) minus the margin, with the values it opens on at
# $$0.6 - 0.25 = 0.35$$
#
# ## Letters to train on
#
# Random vectors teach nothing, so now come pictures: letters rendered in many typefaces, turned
# and stretched a little. A letter is a class. We train on 40 letters and keep others back, from two
# scripts of which the network sees nothing: Armenian and Arabic.

# %%
LETTERS, DRAWINGS = 40, 20
train, held_out = load_glyphs("train"), load_glyphs("validation")
chosen = np.isin(train.label, rng.choice(np.unique(train.label), LETTERS, replace=False))
pictures = train.images[chosen].reshape(LETTERS, DRAWINGS, 28, 28)
new_pictures = held_out.images.reshape(-1, DRAWINGS, 28, 28)
print("pictures to train on", pictures.shape, "and held out", new_pictures.shape)

figure = plots.image_grid(np.concatenate([pictures[:8, k] for k in range(3)]), columns=8)
plots.show(figure, alt="Eight letters, one a column, three drawings each in different typefaces and slants.")

# %% [markdown]
# Each column is one letter, drawn three times. Now the sampler. A random triplet is two different
# drawings of one letter and one drawing of another. To draw "another letter" without trying twice, add
# a number from 1 to 40 - 1 = 39 to the letter's own number, and wrap around.

# %%
def random_triplets(rng, letters, count):
    letter = rng.integers(letters, size=count)
    other = (letter + rng.integers(1, letters, size=count)) % letters
    first, third = rng.integers(DRAWINGS, size=(2, count))
    second = (first + rng.integers(1, DRAWINGS, size=count)) % DRAWINGS
    return (letter, first), (letter, second), (other, third)


def embed_triplets(model, pictures, triplets):
    flat = encode(model, pictures.reshape(-1, 28, 28))
    table = flat.reshape(*pictures.shape[:2], -1)
    return [table[index] for index in triplets]

# %% [markdown]
# ## Before training
#
# The encoder is a narrow version of the CNN of notebook 01, with random weights. We fix 3,000 random
# triplets of the training letters and 3,000 of held-out letters, and measure on these from now on.

# %%
guess("Is an untrained network better than chance?", "yes", "no")

# %%
probe = random_triplets(np.random.default_rng(1), LETTERS, 3000)
new_probe = random_triplets(np.random.default_rng(2), len(new_pictures), 3000)


def new_encoder():
    return ImageEncoder(channels=(16, 32, 32), embedding_dim=64, rngs=nnx.Rngs(0))


def kind_shares(model, pictures, triplets):
    kinds = triplet_kind(*embed_triplets(model, pictures, triplets), margin=MARGIN)
    return np.bincount(kinds, minlength=3) / len(kinds)


untrained = new_encoder()
for name, share in zip(TRIPLET_KINDS, kind_shares(untrained, pictures, probe), strict=True):
    print(f"{name:10s}{share:7.3f}")

# %% [markdown]
# A share of 0.115 is hard, far below one half: drawings of one letter share ink, and even random
# weights keep some of that. Only a share of 0.074 is easy. All the others, more than nine in ten, have a
# loss and teach. At the start random triplets are not too easy at all.
#
# ## Training on random triplets
#
# `fit` is the training loop of `siamese_lib`: it takes a model, a loss and batches. We give it five
# epochs of 40 steps, 5 x 40 = 200 batches of 64 random triplets. After each epoch it measures the
# share of useful triplets, those with a loss, on the fixed 3,000. *Predict: what will that share be
# at the end?*

# %%
RATE, STEPS = 1e-3, 40


def random_batches(epoch):
    rng = np.random.default_rng(epoch)
    for _ in range(STEPS):
        yield tuple(pictures[index] for index in random_triplets(rng, LETTERS, 64))


def random_loss(model, anchor, positive, negative):
    return triplet_loss(model(anchor), model(positive), model(negative), margin=MARGIN).mean()


def useful_share(model):
    return 1 - kind_shares(model, pictures, probe)[0]

# %% [markdown]
# The encoder is called three times, for A, P and N, always with the same weights.

# %% tags=["trained"]
by_random = new_encoder()
history = fit(by_random, random_loss, random_batches, epochs=5, optimizer=optax.adam(RATE),
              validate=useful_share)
print("share of useful triplets after each 40 steps:", " ".join(f"{share:.3f}" for share in history["validation"]))

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(8.8, 3.6))
left.plot(history["loss"], color=plots.COLOURS["ink"])
left.axhline(MARGIN, color="grey", ls=":")
left.set(xlabel="step", ylabel="mean loss of the batch", ylim=(0, 0.28), title="Loss (dotted: the margin)")
right.plot(np.arange(6) * STEPS, [useful_share(untrained), *history["validation"]], "o-",
           color=plots.COLOURS["accent"])
right.set(xlabel="step", ylabel="share with a loss above 0", ylim=(0, 1), title="Useful random triplets")
plots.show(figure, alt="Both the loss and the share of useful random triplets fall steeply, then level off near 0.")

# %% [markdown]
# After 40 steps the share is down to 0.202, at the end to 0.065. Of the 64 triplets of a batch
# about six still say something; the pictures of the others are encoded for nothing. This is what
# "random triplets are too easy" means: they do not start easy, the useful ones run out.
#
# Of those that are left, here are the eight with the largest loss.

# %%
embeddings = embed_triplets(by_random, pictures, probe)
worst = np.argsort(-np.asarray(triplet_loss(*embeddings, margin=MARGIN)))[:8]
rows = [pictures[index][worst] for index in probe]
frames = np.repeat([plots.COLOURS[role] for role in ("anchor", "positive", "negative")], 8)
figure = plots.image_grid(np.concatenate(rows), columns=8, frames=frames)
plots.show(figure, alt="Eight triplets, one a column: anchor framed blue on top, positive green, negative orange below.")

# %% [markdown]
# Each column is a triplet: anchor (blue), positive (green), negative (orange). Some are fair work: the
# third column shows a c with a curl against a c with a stroke. But in the first and the seventh
# column anchor and positive are the Latin capital iota, which one typeface draws as an l, another as
# a τ and a third as a slanted stroke with a bar. (On another processor you may see other triplets.)
#
# The largest losses point at doubtful *data*, and they would point at wrong labels just as readily. If you
# train on nothing but the hardest triplets, you train on those.
#
# ## Distances within and between classes
#
# The loss never asked for a distance, only for an order. What became of the distances
# $1 - \cos$ themselves? *Predict: do letters the network has never seen profit as well?*

# %% jupyter={"source_hidden": true} tags=["trained"]
cases = [("before, training letters", untrained, pictures, probe),
         ("after, training letters", by_random, pictures, probe),
         ("before, held-out letters", untrained, new_pictures, new_probe),
         ("after, held-out letters", by_random, new_pictures, new_probe)]
figure, grid = plt.subplots(2, 2, figsize=(8.8, 5.6), sharex=True, sharey=True)
means = {}
for axes, (title, model, images, triplets) in zip(grid.flat, cases, strict=True):
    a, p, n = embed_triplets(model, images, triplets)
    within, between = 1 - (a * p).sum(axis=-1), 1 - (a * n).sum(axis=-1)
    means[title] = within.mean(), between.mean()
    bins = np.linspace(0, 1.6, 49)
    axes.hist(within, bins, color=plots.COLOURS["positive"], alpha=0.6, label="within a letter")
    axes.hist(between, bins, color=plots.COLOURS["negative"], alpha=0.6, label="between letters")
    axes.set(title=title)
grid[0, 1].legend()
figure.supxlabel("distance 1 - cos")
figure.supylabel("triplets")
plots.show(figure, alt="Histograms of distances: before training both lie near 0; after it they lie apart, less so held out.")
for title, (within, between) in means.items():
    print(f"{title:27s}within over between {within / between:.2f}")

# %% tags=["volatile"]
print("                            within  between")
for title, (within, between) in means.items():
    print(f"{title:27s}{within:7.3f}{between:9.3f}")

# %% [markdown]
# The aim of training is often put like this: small distances within a class, large ones between
# classes ([S. Wang's lecture on Siamese networks](https://github.com/wangshusen/DeepLearning), slides
# with a video, does). So you expect the first to shrink and the second to grow. Here both grew. Within
# a training letter the mean distance nearly doubled; between letters it grew nearly fourfold.
#
# The untrained network puts everything into a narrow cone. The loss asks for a gap of 0.25, and spreading
# out is the way to get it. What did shrink is the ratio of the two distances, from 0.54 to 0.26.
#
# Letters of unseen scripts profit too, but less: their ratio goes from 0.60 to 0.43, and the two
# histograms overlap more. 40 letters are few to learn from.

# %% [markdown]
# ## A failure on purpose: the trivial solution
#
# If all triplets soon become easy, why not always pick the hardest? First look at a solution that
# every triplet loss has. *Predict: all embeddings are one and the same vector. What is the loss, and
# what is its gradient?*

# %%
same = jnp.ones((5, 3))
for margin in (0.0, 0.1, 0.25):
    loss = triplet_loss(same, same, same, margin=margin)
    print(f"margin {margin:.2f}: loss from {loss.min():.4f} to {loss.max():.4f}")
gradients = jax.grad(lambda *x: triplet_loss(*x).mean(), argnums=(0, 1, 2))(same, same, same)
print("largest gradient of A, P and N:", [f"{abs(g).max():.4f}" for g in gradients])

# %% [markdown]
# The loss is exactly the margin. With margin 0 that is a perfect score for a network that ignores
# its input. And the gradient is 0: A is pulled to P and pushed from N, but both are the same point,
# so the two cancel. A network that gets there stays there.
#
# Now a network goes there. Each batch holds 4 drawings of 16 letters. Every drawing is an anchor and
# takes the *hardest* partners in the batch: its farthest positive and its nearest negative (Hermans
# et al. 2017 call this batch hard). The start is the same as before.

# %%
def letter_batches(epoch):
    rng = np.random.default_rng(epoch)
    for _ in range(STEPS):
        letter = np.repeat(rng.choice(LETTERS, 16, replace=False), 4)
        drawing = rng.permuted(np.tile(np.arange(DRAWINGS), (16, 1)), axis=1)[:, :4].ravel()
        yield pictures[letter, drawing], letter


def hardest_loss(model, images, letter):
    embedding = model(images)
    similarity = embedding @ embedding.T
    is_same = letter[:, None] == letter
    to_positive = jnp.where(is_same, similarity, 2).min(axis=1)
    to_negative = jnp.where(is_same, -2, similarity).max(axis=1)
    return jax.nn.relu(to_negative - to_positive + MARGIN).mean()

# %% [markdown]
# Of the 16 x 4 = 64 drawings every anchor has three as positives and 64 - 4 = 60 as negatives, so the
# worst of each is bad indeed. We try it at the learning rate from before and at ten times that.

# %%
guess(
    "Will it learn faster than with random triplets?",
    "faster", "as fast", "more slowly, or not at all"
)

# %% tags=["trained"]
collapsed, stuck = {}, {}
for rate in (RATE, 10 * RATE):
    collapsed[rate] = new_encoder()
    stuck[rate] = fit(collapsed[rate], hardest_loss, letter_batches, epochs=2,
                      optimizer=optax.adam(rate))["loss"]
    print(f"hardest, rate {rate}: loss " + ", ".join(f"{stuck[rate][k]:.3f} (step {k})" for k in (0, 10, 40, 79)))
print(f"random triplets started at {history['loss'][0]:.3f}")

# %% [markdown]
# Read where the losses end. Then see them step by step, and where eight of the letters have gone:

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.4, 3.7))
left.plot(history["loss"][:80], color=plots.COLOURS["ink"], lw=1.2, label="random")
for rate, dashes in zip(stuck, ("-", "--"), strict=True):
    left.plot(stuck[rate], dashes, color=plots.COLOURS["ink"], label=f"hardest, rate {rate}")
left.axhline(MARGIN, color="grey", ls=":", lw=1.5, label="the margin")
left.set(xlabel="step", ylabel="loss", ylim=(0, 0.36), title="Stuck at the margin")
left.legend(fontsize=9, loc="center right", bbox_to_anchor=(1, 0.46))
eight = pictures[::5].reshape(-1, 28, 28)
for axes, model, title in ((middle, by_random, "Random"), (right, collapsed[10 * RATE], "Hardest: one point")):
    plots.embedding_map(encode(model, eight), np.repeat(np.arange(8), DRAWINGS), axes=axes, title=title)
    axes.get_legend().remove()
    axes.set(xlim=(-1, 1), ylim=(-1, 1), adjustable="box")
plots.show(figure, alt="Left: the hardest loss lies on the margin. Middle: eight letters in clusters. Right: all in one point.")

# %% [markdown]
# It learns nothing at all. At both rates the loss falls to 0.250, the margin, and stays there as if
# glued. In the right-hand map eight letters with 20 drawings each are one point, drawn to the same
# scale as the eight clouds beside it. A falling curve, no NaN, no error: only the height at which
# it stops gives it away.
#
# Why? Look at where the losses start. The hardest triplets start at 0.323, *above* the margin:
# their negative is nearer than their positive. Pushing everything together takes the loss down to
# 0.250 without a single letter learned, and that is an easy way down. The random triplets
# start at 0.137, *below* the margin: for them the same way leads uphill.

# %% [markdown]
# And why does nothing lead out again? Look at how strongly a vector is pulled. *Predict: two vectors
# of length 1 come closer and closer. Does the pull of their cosine grow, fade or stay? And that of
# their distance?*

# %%
print("angle   pull of the cosine   of the distance")
for degrees in (90, 30, 2):
    turn = np.radians(degrees)
    pair = jnp.array([1.0, 0.0]), jnp.array([np.cos(turn), np.sin(turn)])
    pulls = [jnp.linalg.norm(jax.grad(energy)(*pair)) for energy in (cosine_similarity, euclidean_distance)]
    print(f"{degrees:5}{pulls[0]:21.3f}{pulls[1]:18.3f}")

# %% [markdown]
# The pull of a cosine is the sine of the angle: 1.000 at a right angle, 0.035 at 2 degrees. In a heap
# that has nearly collapsed, no negative is pushed away any more. The squared distance does the same,
# for at length 1 it *is* the cosine, $2 - 2\cos$. The plain distance pulls with 1.000 however near
# the points are.
#
# [10](10_which_loss.ipynb) trains with both: the squared distance collapses; the plain
# one stays at the margin for a while and then gets away. Hermans et al. took the plain distance for this
# reason, and with batch hard only weak networks got stuck.
#
# ### How to recognise it
#
# Measure what the loss hides: the mean cosine within and between classes. The last column is the
# margin minus the gap between the two means, which is the loss of an average triplet where it is above 0.

# %% tags=["trained"]
models = {"untrained": untrained} | {f"hardest, {rate}": model for rate, model in collapsed.items()}
print("                cos within  cos between  margin - gap")
for name, model in models.items():
    a, p, n = embed_triplets(model, pictures, probe)
    within, between = (a * p).sum(axis=-1).mean(), (a * n).sum(axis=-1).mean()
    print(f"{name:16s}{within:10.4f}{between:13.4f}{MARGIN - (within - between):14.4f}")
models["random"] = by_random

# %% [markdown]
# There are three signs of collapse:
# - the loss is the margin to three digits and stays there;
# - *both* mean cosines are close to 1;
# - the gap between them is next to nothing.
#
# At the higher rate the cosines are 1.0000 and 0.9999: the trivial solution. At the lower rate,
# 0.9985 and 0.9967, a trace of order is left. (After random triplets the distances further up are the same two
# means, taken from 1, and they lie far apart.) High similarity for the positives is no success in itself.

# %% [markdown]
# Cosines near 1 alone are no proof, though.
# [G. Leone Maria Cavallini's *A brief introduction to Siamese networks*](https://github.com/GiacomoLeoneMaria/A-brief-introduction-to-Siamese-Network)
# is a notebook that learns which pictures look alike. At its end it prints a mean cosine of 0.996 to the
# positives and of 0.995 to the negatives. Its loss takes squared distances with a margin of 0.2, and its
# embeddings have free lengths: the last layer is dense, with no normalisation behind it.

# %%
guess("Has it collapsed?", "yes", "no")

# %%
reported = {"positive": 0.9955846, "negative": 0.99463207}  # the last output of its notebook
print("its loss: first epoch 0.238, last 0.124, on validation triplets 0.123; a collapse stands at 0.200")
for length in (1, 6, 10):
    near, far = (2 * length**2 * (1 - cosine) for cosine in reported.values())  # two vectors of that length
    print(f"length {length:2}: squared distances {near:.3f} and {far:.3f}, loss {max(near - far + 0.2, 0):.3f}")

# %% [markdown]
# No: a collapsed network would stand at 0.200, and its loss went down to 0.124. The table says
# how both can be true. If all embeddings had length 1, these cosines would leave 0.198 of the margin
# unpaid. At length 6 the very same cosines leave 0.131, and at length 10 next to nothing.
#
# With free lengths a cosine does not measure what the loss sees. So ask first at which height a collapse
# stands, and look at distances in the loss's own units.

# %% [markdown]
# ### Watch both runs
#
# The explorer replays two recorded runs like those above side by side, with eight of the letters: the
# training on random triplets, and the collapse at the lower rate. Both start untrained; move the step, or
# press play. *What do you expect?*
# - After how many steps is the collapse nearly complete?
# - The share of active triplets: where does it go in each run?
# - In the random run, do the distances within a letter shrink?

# %%
from siamese_lib.explorers import replay_explorer

watched = replay_explorer("random", "hardest")
for run in watched.picture.runs:
    for k in (0, 4, -1):
        print(f"{run['title']:8} step {run['steps'][k]:3}: active {run['active'][k]:.3f}, "
              f"within {run['within'][k]:.3f}, between {run['between'][k]:.3f}")
watched

# %% [markdown]
# Eight: by then both mean distances are down to about a tenth. Every triplet stays active, and the loss of
# the run never falls below the margin.
#
# In the random run the share of active triplets goes from 1.000 to 0.117 in 200 steps. The distances within
# a letter do not shrink: they nearly triple in 16 steps, and they end at 0.283. Those between letters
# outgrow them and end at 0.834.

# %% [markdown]
# ## Semi-hard triplets
#
# Semi-hard triplets have a loss, and by definition it is below the margin. For them collapse is
# uphill from the start. Schroff et al. train on these. From the same batches we take *every*
# semi-hard triplet and average (they pick one for each pair).
#
# That takes a comparison on three axes. `gap[i, j, k]` says for anchor i by how much negative k is nearer
# than positive j: $S_{ik} - S_{ij}$. Here it is for four drawings of two letters, a and b. `[:, None, :]`
# lays row i of S flat, over k, `[:, :, None]` stands the same row upright, over j, and numpy takes every
# entry of the one with every entry of the other.

# %%
angles = np.radians([0, 30, 45, 80])  # two drawings of a, two of b
small = np.cos(angles[:, None] - angles)
flat, upright = small[:, None, :], small[:, :, None]
print("flat", flat.shape, "upright", upright.shape, "gap", (flat - upright).shape)
print(f"gap[0, 1, 2] = {small[0, 2]:.2f} - {small[0, 1]:.2f} = {(flat - upright)[0, 1, 2]:.2f}")
figure = plots.triplet_table(small, list("aabb"), margin=MARGIN, entry=(0, 1, 2))
plots.show(figure, alt="One table for each anchor: a row of cosines on top, the same row upright at the left, their differences inside.")

# %% [markdown]
# Follow the dashed entry. Anchor 0 is an a. Its positive is drawing 1, with the cosine that stands at the
# left. Take drawing 2, a b, as the negative, with the cosine on top:
# $$0.71 - 0.87 = -0.16$$
#
# The negative is farther than the positive, but not by the margin of 0.25: semi-hard. Grey entries are no
# triplets, since j has to be another drawing of the anchor's letter and k one of the other letter. Eight entries
# are left, two for each anchor.
#
# The loss below masks these, then keeps the semi-hard ones. After the semi-hard triplets we go on with the
# hardest ones, which led to collapse before. *Predict: does each of the two learn?*

# %% tags=["trained"]
def semi_hard_loss(model, images, letter):
    embedding = model(images)
    similarity = embedding @ embedding.T
    is_same = letter[:, None] == letter
    is_pair = is_same & ~jnp.eye(len(letter), dtype=bool)  # a drawing is no positive of itself
    # Axes: anchor, positive, negative. gap[i, j, k] = cos(i, k) - cos(i, j).
    gap = similarity[:, None, :] - similarity[:, :, None]
    is_semi = is_pair[:, :, None] & ~is_same[:, None, :] & (gap < 0) & (gap > -MARGIN)
    return jnp.where(is_semi, gap + MARGIN, 0).sum() / jnp.maximum(is_semi.sum(), 1)


by_semi_hard = new_encoder()
fit(by_semi_hard, semi_hard_loss, letter_batches, epochs=5, optimizer=optax.adam(RATE))
later = nnx.clone(by_semi_hard)
again = fit(later, hardest_loss, letter_batches, epochs=2, optimizer=optax.adam(RATE))["loss"]
print(f"hardest loss from this start: first {again[0]:.3f}, mean of the last ten {np.mean(again[-10:]):.3f}")
print("share useful:              training letters  held-out letters")
for name, model in {**models, "semi-hard": by_semi_hard, "then hardest": later}.items():
    shares = [1 - kind_shares(model, *data)[0] for data in ((pictures, probe), (new_pictures, new_probe))]
    print(f"{name:27s}{shares[0]:16.3f}{shares[1]:18.3f}")

# %% [markdown]
# Same start, same rate, same batches, another choice of negatives: semi-hard triplets learn. Of the
# training letters' random triplets a share of 0.020 is left unsolved, against 0.065 after random
# training. That took a third of the pictures: 64 per step in place of three times as many. But the choice is
# not the only difference: such a batch holds thousands of triplets, where a random batch holds 64.
#
# From this start two epochs on the hardest triplets do no harm. Their first loss is 0.054, below the
# margin, and it falls to 0.017. So the hardest triplets are not wrong in themselves; they are wrong
# *first*.

# %% [markdown]
# Two warnings. A collapsed network has a useful share of 1.000: every triplet has a loss, and none
# leads anywhere. And the held-out letters gain less: a share of 0.219 has a loss after random triplets, and
# 0.180 is still left after the hardest. Better triplets squeeze more out of 40 letters, but they do not
# replace more letters. Notebook 06 trains on many more.
#
# ## Exercises
#
# Replace the dots, run the cell, then the check. An unfilled exercise says "not yet" and does no
# harm.
#
# **triplets.1 The triplet loss of rows.** For three arrays `[batch, dim]` of any lengths return
# $\max(\cos(a_i, n_i) - \cos(a_i, p_i) + m, 0)$ for each row, shape `[batch]`.

# %%
def row_losses(anchor, positive, negative, margin):
    ...


check("triplets.1", row_losses)

# %% [markdown]
# <details><summary>Solution to triplets.1</summary>
#
# ```python
# def row_losses(anchor, positive, negative, margin):
#     to_positive = cosine_similarity(anchor, positive)
#     to_negative = cosine_similarity(anchor, negative)
#     return np.maximum(to_negative - to_positive + margin, 0)
# ```
#
# </details>
#
# **triplets.2 With squared distances.** The same with $\max(|a_i-p_i|^2 - |a_i-n_i|^2 + m, 0)$. Take the
# rows as they are, do not normalise them.

# %%
def row_losses_squared(anchor, positive, negative, margin):
    ...


check("triplets.2", row_losses_squared)

# %% [markdown]
# <details><summary>Solution to triplets.2</summary>
#
# ```python
# def row_losses_squared(anchor, positive, negative, margin):
#     to_positive = ((anchor - positive) ** 2).sum(axis=-1)
#     to_negative = ((anchor - negative) ** 2).sum(axis=-1)
#     return np.maximum(to_positive - to_negative + margin, 0)
# ```
#
# </details>
#
# **triplets.3 The useful share.** Given cos(A, P) and cos(A, N) of many triplets, two arrays `[n]`, return
# the share (0 to 1) of triplets with a loss above 0.

# %%
def share_useful(to_positive, to_negative, margin):
    ...


check("triplets.3", share_useful)

# %% [markdown]
# <details><summary>Solution to triplets.3</summary>
#
# ```python
# def share_useful(to_positive, to_negative, margin):
#     return np.mean(to_negative - to_positive + margin > 0)
# ```
#
# </details>
#
# **triplets.4 Is it collapsed?** Given embeddings `[n, dim]` of any lengths, return True where the mean
# cosine over all pairs of two *different* rows is above `threshold`, else False.

# %%
def is_collapsed(embeddings, threshold):
    ...


check("triplets.4", is_collapsed)

# %% [markdown]
# <details><summary>Solution to triplets.4</summary>
#
# ```python
# def is_collapsed(embeddings, threshold):
#     unit = embeddings / np.linalg.norm(embeddings, axis=-1, keepdims=True)
#     similarity = unit @ unit.T
#     n = len(unit)
#     return (similarity.sum() - n) / (n * (n - 1)) > threshold
# ```
#
# The diagonal holds n ones, every row with itself. They say nothing, so they are taken out.
#
# </details>
#
# **triplets.5 Uphill or downhill (hard).** Two letters have two drawings each: four vectors of length 1
# in the plane, so four angles. Pushing all of them into one point takes every triplet to the margin,
# 0.25. Construct four angles for which that way leads uphill for random triplets and downhill for the
# hardest:
# - the mean loss of all eight triplets is at most four fifths of the margin,
# - the mean loss of the hardest triplet of each of the four anchors is at least six fifths of it.
#
# Give them in degrees, the two of the first letter first. Sketch them before you calculate.

# %%
angles = ...

check("triplets.5", angles)

# %% [markdown]
# <details><summary>Solution to triplets.5</summary>
#
# ```python
# angles = (0, 55, 70, 125)
# ```
#
# Many others work too. Here the letters lie side by side. The two drawings in the middle, fifteen degrees apart,
# are nearer to each other than to their partners: two triplets are in the wrong order, six in the right one.
# Among all eight the two hardly show. The hardest of each anchor are only four, so there they count twice
# as much. Draw the four angles together step by step: one loss rises all the way, the other falls.
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **Read a curve.** A colleague's triplet loss falls within ten steps to the margin, and stays there to
# the last digit. Which two measurements do you ask for, and what do you expect?
#
# <details><summary>A model answer</summary>
#
# The spread of the embeddings, or the mean cosine of random pairs: if all vectors are equal it is a
# collapse. And the share of triplets that still have a loss: in a collapse it is all of them, and none
# leads anywhere.
#
# </details>
#
# **Choose.** You may have ten times as many random triplets, or a search that finds semi-hard ones. Which
# do you take, and why?
#
# <details><summary>A model answer</summary>
#
# The search. After a few hundred steps most random triplets have no loss and teach nothing, and ten times
# as many of those are as silent. Semi-hard ones still have a loss, and do not lead into the collapse that
# the hardest may start with.
#
# </details>
#
# **Derive.** All three vectors are one and the same unit vector. The gradient of $\cos(a, n) - \cos(a,
# p)$ by a is $(n - c_n a) - (p - c_p a)$. Put in what is equal. What follows for a collapsed network?
#
# <details><summary>A model answer</summary>
#
# With n = p and both cosines 1 it is 0. The hinge is awake, since the loss is the margin, and still
# nothing moves. Out of a collapse no gradient of this loss leads.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** Those that still have a loss teach; but a network that starts on the hardest ones
# can make all embeddings equal instead, and then its loss stands at the margin, where the gradient is
# 0.
#
# - The margin turns the cost into a loss that rests: easy triplets have loss 0, semi-hard ones
#   between 0 and the margin, hard ones the margin or more.
# - On vectors of length 1 the squared Euclidean loss with margin 2m is twice the cosine loss with m.
# - Random triplets teach at first (only a share of 0.074 is easy), and soon run out (0.065 after
#   five epochs).
# - Distances between classes grew nearly fourfold. Those within grew as well; only the ratio shrank.
# - Start on semi-hard triplets: they avoid the collapse, and the hardest can follow later.

# %% [markdown]
# Limits: one encoder, one start, 40 letters. Another start moves the numbers, and so does another processor,
# which rounds differently: with few triplets left that teach, the steps magnify it. Why the hardest triplets
# collapse is our reading of where the losses start and how the pull fades, not a proof. With the soft
# margin of Hermans et al., $\ln(1 + e^x)$, the loss has no bend, and a collapse stands at ln 2 = 0.693.
# Notebook 04 takes its negatives from the batch without sampling triplets at all.

# %% [markdown]
# ### References
#
# - DeepLearning.AI, *Natural Language Processing with Sequence Models*, the Siamese week: the hinge
#   (slide "Triplet Loss") and its margin of 0.25 (the lab). [coursera.org/learn/sequence-models-in-nlp](https://www.coursera.org/learn/sequence-models-in-nlp)
# - Schroff, Kalenichenko and Philbin 2015, *FaceNet*, section 3: the loss on squared distances, length
#   1, the margin of 0.2, semi-hard negatives. [arxiv.org/abs/1503.03832](https://arxiv.org/abs/1503.03832)
# - Hermans, Beyer and Leibe 2017, *In defense of the triplet loss*, section 2: batch hard (equation 5),
#   the plain distance, the soft margin $\ln(1 + e^x)$; appendix D: how runs get stuck.
#   [arxiv.org/abs/1703.07737](https://arxiv.org/abs/1703.07737)
# - S. Wang, *Few-shot learning*, lecture 2: distances within and between classes.
#   [github.com/wangshusen/DeepLearning](https://github.com/wangshusen/DeepLearning)
# - G. Leone Maria Cavallini, *A brief introduction to Siamese networks*, `Siamese_Network.ipynb`: the
#   trivial solution, why the margin, and the numbers quoted above.
#   [github.com/GiacomoLeoneMaria](https://github.com/GiacomoLeoneMaria/A-brief-introduction-to-Siamese-Network)
#
# [Start](00_start_here.ipynb) · Previous: [02 The cosine cost](02_cosine_cost.ipynb) ·
# Next: [04 Modified triplet loss](04_modified_triplet_loss.ipynb)
