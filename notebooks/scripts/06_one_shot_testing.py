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
# # 06 One-shot testing
#
# **Can a network recognise a letter of a script it has never seen, from a single example?**
#
# After this notebook you can
# - set up an N-way K-shot test: support set, query, and what chance alone would score,
# - score it by loop, without one, and with `siamese_lib`,
# - train a Siamese network on pairs of drawings and read its accuracy against N and K,
# - enrol a new class from one picture, with no retraining,
# - make more of K examples: prototypes, and a few steps of training on the support set,
# - say what such networks are good and bad at, each claim with its figure,
# - tell an honest one-shot figure from a flattering one.
#
# Before this: [05 Training and testing](05_training_and_testing.ipynb). Time: about 60 minutes to
# study, about two minutes to run, most of it the training.
#
# [Start](00_start_here.ipynb) · Previous: [05 Training and testing](05_training_and_testing.ipynb) ·
# Next: [07 Contrastive pairs](07_contrastive_pairs.ipynb)

# %%

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx

from siamese_lib import datasets, evaluation, plots
from siamese_lib.checks import check
from siamese_lib.datasets import load_results
from siamese_lib.encoders import ImageEncoder, SiameseNetwork, embed_views, omniglot_encoder
from siamese_lib.evaluation import fine_tune, probabilities, prototype_head
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.training import encode, fit

plots.style()
SEED = 0

# %% [markdown]
# ## Letters, and scripts kept back
#
# A classifier learns a fixed list of classes. Add a class, and it has to be trained again. A Siamese
# network learns something else: *whether two pictures show the same thing*. That question can be
# asked about things it never met. To test it fairly, whole scripts are kept back: the network
# learns on some, we choose settings on others, and the last ones are opened once, at the end.
#
# The letters come from the fonts of matplotlib. Each has 20 drawings in four to sixteen typefaces,
# each turned, slanted, scaled and moved at random. To work with handwriting instead, change the
# first line to `"omniglot"`. All numbers in the text belong to the glyphs.

# %%
# Recipe: the data.
DATA = "glyphs"  # or "omniglot"


def part(data, keep):
    return datasets.LabelledImages(*(field[keep] for field in data))


if DATA == "glyphs":
    train, validation, test = map(datasets.load_glyphs, ("train", "validation", "test"))
else:
    drawn, test = map(datasets.load_omniglot, ("background", "evaluation"))
    train, validation = part(drawn, drawn.alphabet < 25), part(drawn, drawn.alphabet >= 25)

for name, data in {"train": train, "validation": validation, "test": test}.items():
    scripts, letters = len(np.unique(data.alphabet)), len(np.unique(data.label))
    print(f"{name:10} {scripts:3} scripts {letters:5} letters {len(data.images):6} drawings")
scripts = [set(data.alphabet) for data in (train, validation, test)]
assert len(set.union(*scripts)) == sum(map(len, scripts)), "a script stands in two splits"

# %% [markdown]
# Here are two letters of a validation script, six drawings each. *Predict: can you tell which
# drawings belong together? What would a comparison pixel by pixel make of them?*

# %%
script = part(validation, validation.alphabet == validation.alphabet[0])
rows = np.flatnonzero(np.isin(script.label, np.unique(script.label)[[3, 17]]))
rows = rows.reshape(2, -1)[:, :6].ravel()
figure = plots.image_grid(script.images[rows], columns=6, title="A row is a letter")
plots.show(figure, alt="Two rows of six drawings: the same letter upright, slanted, bold, turned and moved.")

# %% [markdown]
# ## One episode
#
# A one-shot test is a series of small exams, called episodes. Each draws $N$ classes. The
# **support** shows $K$ labelled examples of each class, and each **query** asks: which of the $N$
# am I? That is *N-way K-shot*; guessing scores $1/N$. The query here is always in another
# typeface than its support, else the test would ask for the same shape twice.

# %%
rng = np.random.default_rng(SEED)
episode = evaluation.sample_episode(script.label, n_way=5, k_shot=1, rng=rng, drawer=script.drawer)
print("support, rows of images:", episode.support.ravel())
print("query,   rows of images:", episode.query.ravel())
figure = plots.image_grid(
    script.images[np.r_[episode.support.ravel(), episode.query.ravel()]], columns=5,
    title="5-way 1-shot: support above, queries below",
)
plots.show(figure, alt="Five support letters above, the same five letters in another typeface below.")

# %% [markdown]
# Each query stands below its own class. The computer does not get the column, only the picture.
#
# The simplest answer: name the class of the most similar support picture, with similarity the
# cosine of the two pictures read as long vectors of pixels. First with plain loops.

# %%
def classify_loop(support, query):
    answers = []
    for q in query:
        similarities = []
        for s in support:
            cosine = np.dot(q, s) / (np.linalg.norm(q) * np.linalg.norm(s))
            similarities.append(cosine)
        answers.append(int(np.argmax(similarities)))
    return np.array(answers)


pixels = script.images.reshape(len(script.images), -1)
answers = classify_loop(pixels[episode.support[:, 0]], pixels[episode.query[:, 0]])
print("answers", answers, "truth", np.arange(5), "right:", np.mean(answers == np.arange(5)))

# %% [markdown]
# One of five is right (0.2), as by guessing. To pixels, bold and slanted are larger differences than
# one letter and another.
#
# One matrix product does all the cosines at once, and `siamese_lib` has it too, for any number of
# shots. The three must agree.

# %%
def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


support, query = pixels[episode.support], pixels[episode.query[:, 0]]
vectorised = (unit(query) @ unit(support[:, 0]).T).argmax(axis=1)
library = evaluation.classify_by_support(support, query)
assert np.array_equal(vectorised, answers) and np.array_equal(library, answers)
print("support", support.shape, "query", query.shape, "answers", library)

# %% [markdown]
# ## Many episodes, and how sure we are
#
# Five questions prove nothing. We draw 100 episodes of 20 letters and take the mean. The episodes
# differ, so the mean comes with a **95 % interval**: mean ± 1.96 standard errors, where the
# standard error is the spread over episodes divided by the root of their number. *Predict: by how
# much does guessing fall from 5-way to 20-way?*

# %%
shares, runs = [], []
for _ in range(100):
    e = evaluation.sample_episode(script.label, n_way=20, k_shot=1, rng=rng, drawer=script.drawer)
    right = classify_loop(pixels[e.support[:, 0]], pixels[e.query[:, 0]]) == np.arange(20)
    shares.append(right.mean())
    pictures = script.images[e.support[:, 0]], script.images[e.query[:, 0]]
    runs.append(datasets.OneShotRun(*pictures, np.arange(20)))


def as_pixels(images):
    return images.reshape(len(images), -1)


assert np.isclose(np.mean(shares), evaluation.evaluate_runs(as_pixels, runs))
error = np.std(shares, ddof=1) / np.sqrt(len(shares))
print(f"loop           {np.mean(shares):.3f} +- {1.96 * error:.3f}, guessing {1 / 20:.3f}")
options = {"n_way": 20, "k_shot": 1, "episodes": 400, "seed": SEED}
library = evaluation.evaluate_n_way(as_pixels, *script[:2], **options, drawer=script.drawer)
print(f"evaluate_n_way {library.mean:.3f}, interval {library.low:.3f} to {library.high:.3f}")

# %% [markdown]
# The loop and `evaluate_runs` agree exactly on the same episodes. `evaluate_n_way` draws its own,
# 400 of them: 0.270, and its interval is half as wide, as four times the episodes should make it.
# Pixels are right in little more than a quarter of the cases, guessing in a twentieth. The interval
# speaks of the draw of episodes only: it would not cover another script.
#
# ## Training pairs: two drawings of one letter
#
# Now the network. It learns from pairs (anchor, positive): two drawings of one letter in different
# typefaces. The other letters of the batch are the negatives, as in
# [04](04_modified_triplet_loss.ipynb). No letter may occur twice in a batch, or it would be its own
# negative, a false one ([05](05_training_and_testing.ipynb) has the price: the hardest negative pays
# most). *Predict: why insist on two different typefaces?*

# %%
# Recipe: the batches.
LETTERS, STEPS = 64, 60  # letters in a batch, batches in an epoch
by_letter = np.argsort(train.label, kind="stable").reshape(-1, 20)  # row = letter, 20 drawings


def batches(epoch):
    random = np.random.default_rng((SEED, epoch))
    for _ in range(STEPS):
        rows = by_letter[random.choice(len(by_letter), LETTERS, replace=False)]
        drawings = random.permuted(rows, axis=1)
        anchor = drawings[:, 0]
        is_other = train.drawer[drawings] != train.drawer[anchor][:, None]
        positive = drawings[np.arange(LETTERS), is_other.argmax(axis=1)]  # the first other one
        yield train.images[anchor], train.images[positive]


# %%
anchor, positive = next(batches(0))
figure = plots.image_grid(np.r_[anchor[:6], positive[:6]], columns=6, title="Six pairs of a batch")
plots.show(figure, alt="Six anchors above, their positives below: the same letters in other typefaces.")

# %% [markdown]
# Columns are pairs: same letter, another typeface, another slant. Pairs inside one typeface would
# teach that equal stroke width means equal letter, and the test asks for the opposite.
#
# ## One network used twice
#
# The tower is the `ImageEncoder` of [01](01_architecture.ipynb), with other numbers of channels.
# The loss is the modified triplet loss with the hardest negative, taken in both directions: each
# drawing of a pair is the anchor once.
#
# $$J = \tfrac{1}{2}\,\big(L(V_1, V_2) + L(V_2, V_1)\big)$$
#
# The learning rate climbs during the first epoch, since "hardest" can collapse a network that
# starts too fast, and then falls to 0 along a cosine.

# %%
# Recipe: the network, the loss, the optimizer.
EPOCHS, MARGIN = 15, 0.4
network = SiameseNetwork(ImageEncoder(channels=(16, 64, 128), rngs=nnx.Rngs(SEED)))


def loss(model, anchor, positive):
    h1, h2 = model(anchor, positive)
    there = modified_triplet_loss(h1, h2, margin=MARGIN, negatives="hardest")
    back = modified_triplet_loss(h2, h1, margin=MARGIN, negatives="hardest")
    return (there + back) / 2


rate = optax.warmup_cosine_decay_schedule(0, 3e-3, STEPS, EPOCHS * STEPS)
optimizer = optax.adam(rate)

# %% [markdown]
# One function scores everything from here on. It takes embeddings and hands `evaluate_n_way` the
# strict rules: letters of one script in an episode (`within`), support and query from different
# typefaces (`drawer`). *Predict: what does the network score before any training?*

# %% tags=["trained"]
def accuracy(vectors, data, **changes):
    options = {"n_way": 20, "k_shot": 1, "episodes": 400, "seed": SEED,
               "within": data.alphabet, "drawer": data.drawer} | changes
    return evaluation.evaluate_n_way(lambda _: vectors, data.images, data.label, **options)


print(f"pixels            {accuracy(as_pixels(validation.images), validation).mean:.3f}")
print(f"untrained network {accuracy(encode(network.encoder, validation.images), validation).mean:.3f}")

# %% [markdown]
# Before training the network is about as good as pixels: random filters keep the picture, and know
# nothing yet of what may change in a letter. Now the training, with the curve growing as it runs. On two
# cores it takes one to two minutes.

# %% tags=["trained"]
def on_validation(model):
    vectors = encode(model.encoder, validation.images)
    return accuracy(vectors, validation, episodes=100).mean


history = fit(
    network, loss, batches, epochs=EPOCHS, optimizer=optimizer, validate=on_validation,
    on_epoch=plots.live_loss_curve(alt="The loss of each step falls; the validation accuracy rises."),
)
for epoch in (0, 3, EPOCHS - 1):
    print(f"after epoch {epoch + 1:2}: loss {history['epoch_loss'][epoch]:.3f}, "
          f"validation {history['validation'][epoch]:.3f}")

# %% [markdown]
# The first epochs bring most of the gain: after four of fifteen the network is at 0.794, at the end
# at 0.863. The loss does not reach 0. With the hardest of 64 - 1 = 63 other letters in it, some
# letter of a batch is always hard.
#
# ## The test, opened once
#
# All choices were made on the validation scripts: channels, margin, learning rate, batch. Now the test
# scripts, and no choice is made after them. *Predict: how many of the wrong answers do four further
# examples of each class save?*

# %% tags=["trained"]
test_vectors, test_pixels = encode(network.encoder, test.images), as_pixels(test.images)
WAYS, SHOTS = (5, 10, 20), (1, 3, 5)
table = {}
print("N-way  K-shot   network (95 % interval)    pixels   guessing")
for n in WAYS:
    for k in SHOTS:
        ours = table["network", n, k] = accuracy(test_vectors, test, n_way=n, k_shot=k)
        flat = table["pixels", n, k] = accuracy(test_pixels, test, n_way=n, k_shot=k)
        print(f"{n:5}{k:8}     {ours.mean:.3f} ({ours.low:.3f} to {ours.high:.3f})"
              f"{flat.mean:13.3f}{1 / n:11.3f}")


def draw_lines(axes, name, shots, colour, dashes):
    for k, marker in zip(shots, "os^", strict=True):
        scores = [table[name, n, k] for n in WAYS]
        error = [s.high - s.mean for s in scores]
        axes.errorbar(WAYS, [s.mean for s in scores], error, marker=marker, capsize=3, color=colour,
                      ls=dashes, label=f"{name}, {k}-shot")


figure, axes = plt.subplots(figsize=(6.2, 3.4))
draw_lines(axes, "network", SHOTS, plots.COLOURS["positive"], "-")
draw_lines(axes, "pixels", SHOTS, plots.COLOURS["negative"], "--")
axes.plot(WAYS, [1 / n for n in WAYS], color="grey", ls=":", label="guessing, 1/N")
axes.set(xlabel="classes in an episode, N", ylabel="accuracy", ylim=(0, 1.02), xticks=WAYS)
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(figure, alt="Accuracy against N: the network far above pixels, both above guessing; more shots help.")

# %% [markdown]
# With 20 letters and one example of each the network is right in 0.911 of the cases, pixels in 0.262,
# guessing in 0.050. Five examples raise it to 0.961: more than half of the wrong answers are gone. With
# more classes every line falls, since each class more is one more chance to be mistaken. Our lines fall
# least. So a figure without its N and K says nothing.
#
# The test came out above the validation, 0.911 against 0.863. That looks odd until one asks each script
# by itself. *Predict: which is harder, the script or the split?*

# %% tags=["trained"]
tables = datasets.omniglot_alphabets()
script_names = datasets.GLYPH_SCRIPTS if DATA == "glyphs" else [row.name for row in tables]
seen = {"validation": (validation, encode(network.encoder, validation.images)),
        "test": (test, test_vectors)}
for split, (data, vectors) in seen.items():
    for number in np.unique(data.alphabet):
        own = data.alphabet == number
        if len(np.unique(data.label[own])) >= 20:
            score = accuracy(vectors[own], part(data, own)).mean
            print(f"{split:10} {script_names[number]:28} {score:.3f}")

# %% [markdown]
# One split holds both: Armenian is read at 0.929, Arabic at 0.811, where many letters differ in dots
# only. The test scripts lie at 0.891, 0.903 and 0.939. So which scripts are drawn matters more than
# what the intervals of the table say: they cover the draw of episodes, not that of scripts. Five
# scripts are few.
#
# ## The picture of one query
#
# What the network does with a query: it measures the cosine to each support picture and names the
# largest. Here is one query of a test script among 20 letters, with the thirteen most similar support
# pictures.

# %%
in_script = np.flatnonzero(test.alphabet == np.unique(test.alphabet)[1])
script, vectors = part(test, in_script), test_vectors[in_script]
rng = np.random.default_rng(SEED)
episode = evaluation.sample_episode(script.label, n_way=20, k_shot=1, rng=rng, drawer=script.drawer)
letters = episode.support[:, 0]


def show_ranking(picture, similarity, pictures, truth, alt, count=13):
    order = np.argsort(-similarity)[:count]
    roles = ["anchor"] + ["positive" if i == truth else "negative" for i in order]
    titles = ["query"] + [f"{similarity[i]:.2f}" for i in order]
    figure = plots.image_grid(np.r_[picture[None], pictures[order]], titles=titles, columns=7,
                              frames=[plots.COLOURS[role] for role in roles])
    plots.show(figure, alt=alt)


ROW = 12
query = episode.query[ROW, 0]
show_ranking(script.images[query], vectors[letters] @ vectors[query], script.images[letters], ROW,
             alt="A query in blue and 13 support letters, most similar first; its own letter has a green frame.")

# %% [markdown]
# The green frame marks the right letter, and the numbers are cosines. The first place is the answer,
# here the right one, far ahead of the second: the gap between them says how safe the answer is. What
# follows looks alike, too: the next two letters are wide and reach up or down on both sides, as the
# query does.
#
# ### Try it
#
# Change `ROW` to the number of another of the 20 letters (they count from 0) and run the cell again.
# *What do you expect?*
# - A letter with a shape of its own: a wide gap between the first and the second cosine.
# - A letter with a near twin in the script: two high cosines, and sometimes the wrong one first.
# - Pixels in place of embeddings (`test_pixels[in_script]`): which order do they give?
#
# ## A new class, with no retraining
#
# A symbol that no script has: a heart, drawn with numpy. Twenty letters are enrolled, one picture
# each. *Predict: what does the network answer to a heart before the heart is enrolled?*

# %% tags=["trained"]
def draw_heart(random):
    turn, size = np.radians(random.uniform(-15, 15)), random.uniform(0.8, 1.2)
    y, x = np.mgrid[1.7:-1.7:84j, -1.7:1.7:84j] / size
    u, v = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x

    def inside(scale):
        a, b = u / scale, v / scale
        return (a**2 + b**2 - 1) ** 3 < a**2 * b**3

    ink = inside(1.0) & ~inside(0.75)  # a line, like the letters, not a patch
    return ink.reshape(28, 3, 28, 3).mean(axis=(1, 3)).astype(np.float32)


hearts = np.stack([draw_heart(rng) for _ in range(21)])
example, heart_vectors = encode(network.encoder, hearts[:1]), encode(network.encoder, hearts[1:])
before = vectors[letters]
after = np.r_[before, example]  # enrolling is adding one row
letter_vectors = vectors[episode.query[:, 0]]
for name, support in (("20 letters", before), ("with a heart", after)):
    found = evaluation.classify_by_support(support[:, None], heart_vectors)
    named = evaluation.classify_by_support(support[:, None], letter_vectors)
    print(f"{name:13} hearts right {np.mean(found == 20):.2f}, "
          f"letters right {np.mean(named == np.arange(20)):.2f}")
show_ranking(hearts[1], before @ heart_vectors[0], script.images[letters], truth=20, count=4,
             alt="Before enrolment: a heart as query, followed by the four letters most similar to it.")
show_ranking(hearts[1], after @ heart_vectors[0], np.r_[script.images[letters], hearts[:1]],
             truth=20, count=4,
             alt="After enrolment: the same heart as query, with the enrolled heart first in a green frame.")

# %% [markdown]
# Before enrolment the network must name a letter, so no heart is right (0.00). One row more in the
# support, and all are (1.00), while the letters lose nothing: 0.95 before and after. No weight
# changed, and the one example took one pass through the tower. In a classifier with a fixed list
# of classes the same wish means new data, a new output and new training.
#
# ### Try it
#
# The same with your own hand. Draw on the pad: the 20 letters are ranked, and the list shows the eight
# most similar. Then type a name and enrol your drawing. *What do you expect?*
# - Copy a letter of the list: is it first? By what lead?
# - Draw a symbol that no script has, enrol it, clear the pad and draw it again: is it first now?
# - Draw it upside down: is it still itself?

# %%
from siamese_lib.explorers import one_shot_explorer

one_shot_explorer(lambda images: encode(network.encoder, images, batch_size=8), script.images[letters])

# %% [markdown]
# Typefaces are all that the network has seen, and yet it takes a careful copy well. Two letters that
# differ in one short stroke have a small lead, and a shaky hand swaps them. A symbol of your own comes
# first when you draw it again. Upside down a heart or an arrow is lost, since no letter of the training
# was turned by more than 15 degrees. A star or a spiral changes less: it can stay first, at a lower
# cosine.
#
# ## A map of an unseen script
#
# Why does one example suffice? Because the drawings of a letter lie together. Here are all drawings
# of six letters of the same test script, in the plane of their two main directions, as pixels and
# as embeddings. *Predict: which picture has clusters?*

# %%
chosen = np.isin(script.label, np.unique(script.label)[:6])
names = np.unique(script.label[chosen])
figure, both = plt.subplots(1, 2, figsize=(8, 3.7))
for axes, values, title in zip(both, (as_pixels(script.images), vectors), ("pixels", "embeddings"),
                               strict=True):
    plots.embedding_map(values[chosen], script.label[chosen], title=title, axes=axes)
    axes.get_legend().remove()
for number, name in enumerate(names):
    inset = both[1].inset_axes([1.05, 0.86 - 0.17 * number, 0.15, 0.15])
    inset.imshow(script.images[script.label == name][0], cmap="gray_r")
    inset.set(xticks=[], yticks=[])
    inset.spines[:].set(visible=True, color=plots.CLASSES[number], linewidth=3)
plots.show(figure, alt="Left: pixels of six letters all mixed. Right: their embeddings in groups, a colour a letter.")

# %% [markdown]
# As pixels the letters lie through each other, as embeddings they form groups, although the network
# never met this script. Some groups touch here. The picture shows two directions of many; the others
# hold more of them apart, as the accuracy says.
#
# ## Where it fails
#
# An accuracy says how often, not where. Here are errors from fifty episodes of the script, those in
# which the wrong letter led by most: the query, what the network said, and the right answer.

# %% tags=["trained"]
wrong = []
for _ in range(50):
    e = evaluation.sample_episode(script.label, n_way=20, k_shot=1, rng=rng, drawer=script.drawer)
    similarity = vectors[e.query[:, 0]] @ vectors[e.support[:, 0]].T
    for true, said in enumerate(similarity.argmax(axis=1)):
        lead = similarity[true, said] - similarity[true, true]
        if lead > 0:
            wrong.append((lead, e.query[true, 0], e.support[said, 0], e.support[true, 0]))
print(f"share of wrong answers {len(wrong) / 1000:.3f}")
worst = np.array([rows for _, *rows in sorted(wrong, reverse=True)[:6]])
figure = plots.image_grid(script.images[worst.T.ravel()], columns=len(worst),
                          title="query above, answer in the middle, truth below")
plots.show(figure, alt="Six errors in columns: the query, the letter named by the network, and the right letter.")

# %% [markdown]
# Twins, all of them. Most are pairs of strokes, and which pair it is depends on how long the strokes
# are. The rest are one bar on one leg. The letters are drawn to one size, turned and
# slanted: that hides a difference in length, and a person would hesitate as well. Look at such a
# gallery before you train longer: it says whether the network or the data sets the limit.
#
# ## Prototypes
#
# With one example the nearest neighbour is all there is. With five there is a choice. So far a query
# went to the class with the highest *mean cosine* to its five. Another way is to replace the five by
# one vector, their mean scaled to length 1: the **prototype** of the class (after Snell et al. 2017).
# *Predict: in what can the two ways differ at all?*

# %% tags=["trained"]
five = evaluation.sample_episode(script.label, n_way=20, k_shot=5, rng=rng, drawer=script.drawer)
support, queries = vectors[five.support], vectors[five.query[:, 0]]
by_loop = []
for shots in support:
    mean = sum(shots) / len(shots)
    by_loop.append(mean / np.linalg.norm(mean))
prototypes = evaluation.prototypes(support)
assert np.allclose(by_loop, unit(support.mean(axis=1)), atol=1e-5)
assert np.allclose(by_loop, prototypes, atol=1e-5)
named = (queries @ prototypes.T).argmax(axis=1)
print("support", support.shape, "prototypes", prototypes.shape)
print(f"right {np.mean(named == np.arange(20)):.2f}")

# %% [markdown]
# Loop, mean and library agree. Against comparing with all five, four fifths of the work and of the store
# are saved. Against the mean cosine nothing is: that is one product too, with the mean before it is
# scaled. What differs is the scaling. Where the five shots of a class disagree, their mean is short, and
# the mean cosine handicaps the class. A prototype does not.
#
# ## A few steps of training
#
# "No retraining" was a virtue. But the support set is labelled data, so why not learn from it? The
# encoder stays as it is. On top comes a softmax over the classes of the episode,
#
# $$p(c \mid h) = \mathrm{softmax}_c\big(s \cdot \cos(w_c, h) + b_c\big), \qquad W = M, \quad b = 0$$
#
# Here $h$ is the embedding of the query, $w_c$ a row of $W$ and $b_c$ a number, both for class $c$. The
# scale $s$ stretches the cosines, which lie between -1 and 1, so that the softmax can be sure.
#
# It starts at $W = M$, the matrix of prototypes, and $b = 0$: before the first step it answers just as
# they do. Then a few steps of gradient descent on the cross-entropy of the support pictures (Chen et
# al. 2019; the third of [S. Wang's lectures on few-shot learning](https://github.com/wangshusen/DeepLearning),
# slides with videos, puts it in this form). A third way adds the mean *entropy* of the answers to the queries
# (Dhillon et al. 2020), $-\sum_c p_c \ln p_c$: 0 when one class has all, $\ln N$ when all $N$ are equal.
# So the head is pushed to be sure. For that it must see all queries of the episode at
# once, without their labels. *Predict: is the gain one point, five, or twenty?*

# %% tags=["trained"]
def tuned_answers(support, queries):
    start = prototype_head(support, scale=10)
    tuned = fine_tune(start, support, steps=100, learning_rate=0.1)
    surer = fine_tune(start, support, query=queries, entropy_weight=0.03, steps=100, learning_rate=0.1)
    return [np.asarray(probabilities(head, queries)) for head in (start, tuned, surer)]


right, sure = [], []
for _ in range(60):
    e = evaluation.sample_episode(script.label, n_way=20, k_shot=5, rng=rng, drawer=script.drawer)
    p = np.stack(tuned_answers(vectors[e.support], vectors[e.query[:, 0]]))  # [way, query, class]
    right.append((p.argmax(axis=2) == np.arange(20)).mean(axis=1))
    sure.append(p.max(axis=2).mean(axis=1))
assert np.array_equal(tuned_answers(support, queries)[0].argmax(axis=1), named)
for way, name in enumerate(("prototypes", "fine-tuned", "with entropy")):
    gain = np.array(right)[:, way] - np.array(right)[:, 0]
    print(f"{name:13} right {np.mean(right, axis=0)[way]:.3f}, surest class {np.mean(sure, axis=0)[way]:.2f},"
          f" gain {gain.mean():+.3f} +- {1.96 * gain.std(ddof=1) / np.sqrt(60):.3f}")

# %% [markdown]
# The steps make the head surer: the surest class has 0.76 on average before, 0.83 after, 0.85 with the
# entropy, which asks for just that. They make it right a little more often, 0.964 in place of 0.948, and
# 0.961 with the entropy. Both gains are about twice their own intervals, and they are of one network, so
# this needs more episodes and more seeds.
#
# `benchmarks/quality/few_shot.py` takes three seeds, 600 / 3 = 200 episodes each over all test scripts, and
# chooses scale, steps, rate and the weight of the entropy on the validation scripts. Its encoder is
# smaller than ours and trains for 8 epochs in place of 15, so its accuracies are lower: only the
# gains matter here.

# %%
few = load_results("few_shot")
print(f"{'':14}prototypes   gain over them, 600 episodes")
for task, ways in few["few-shot"].items():
    gains = [f"{name} {ways[name]['gain']:+.3f} +- {ways[name]['half']:.3f}"
             for name in ("mean cosine", "fine-tuned", "with entropy")]
    print(f"{task:14}{ways['prototypes']['mean']:.3f}   {', '.join(gains)}")
for task, ways in few["few-shot"].items():
    print(f"{task:14}fine-tuned, by seed:", *(f"{gain:+.3f}" for gain in ways["fine-tuned"]["by seed"]))
print("weights chosen", {own["entropy_weight"] for ways in few["few-shot"].values() for own in ways["settings"]})

# %% [markdown]
# With one example there is nothing to gain: the prototype is the picture itself, the head answers it
# well from the start, and fine-tuning changes the accuracy by -0.001. With five examples they help:
# 0.003 among 5 classes, and 0.012 +- 0.003 among 20, where the prototypes have 0.945: a point, and a
# fifth of the wrong answers. That interval pools the episodes of three networks; by seed the gain is
# 0.010 to 0.015. Prototypes had already gained 0.007 over the mean cosine there. (With one example of
# 20 classes this network has 0.866 and ours 0.911: the smaller encoder and the shorter training.)
#
# The entropy disappoints. Three weights were tried, 0.03, 0.1 and 0.3, and validation chose 0.03 every
# time, the one in the cell above. (Ties go to the smaller weight, and 0 was not offered.) Even so it is
# below plain fine-tuning in each row; among 5 classes by less than the printed digits show. An episode has
# one query a class here. With more the entropy has more to go by; that was not measured.
#
# ## What Siamese networks are good and bad at
#
# [G. Leone Maria Cavallini's *A brief introduction to Siamese networks*](https://github.com/GiacomoLeoneMaria/A-brief-introduction-to-Siamese-Network),
# a notebook that learns which pictures look alike, has a list. For them: they stand an imbalance of the
# classes, since a few examples of each are enough; the mean of one and a plain classifier beats two
# classifiers; they learn what things mean, and put like beside like. Against them: they are slow to
# train, and give no probabilities. Let us measure the claims, his first one as two.
# `benchmarks/quality/strengths.py` draws 50 letters, trains a Siamese network and a plain classifier, the same
# encoder with an output a letter, on the same number of pictures, and asks for *other drawings of the
# same letters*. Both see each picture moved by up to two pixels, anew each time. Three seeds.
#
# The last claim, about probabilities, is measured on the networks of `few_shot.py` and pairs of unseen
# letters. Its figure is the **calibration error**: sort the pairs into ten bins by the probability given;
# in each bin take the gap between the mean of what was said and the share that is the same; average the
# gaps, each weighted by its number of pairs. (That like comes to lie beside like the map above has shown,
# and notebook 05 for questions.) *Predict: which of the other five claims will not hold?*

# %%
claims = load_results("strengths")
for claim in ("examples", "imbalance", "averaging", "time"):
    print(claim, "(mean of three seeds, lowest to highest)")
    for what, score in claims[claim].items():
        digits = 0 if what.endswith("steps") else 3
        low, mean, high = (f"{score[name]:.{digits}f}" for name in ("low", "mean", "high"))
        print(f"    {what:42}{mean} ({low} to {high})")
print("by seed")
for name in ("siamese", "siamese + classifier"):
    print(f"    {name:42}", *(f"{run['averaging'][name]:.3f}" for run in claims["runs"]))
ends = [run["course"]["classifier, 10"][-2:] for run in claims["runs"]]
print("    classifier, 10, validation, last two epochs:", ", ".join(f"{a:.3f} to {b:.3f}" for a, b in ends))


def at_share(bins, share):  # as if this share of the pairs were the same
    said, found, pairs = np.array(bins).T
    same, other = found * pairs, (1 - found) * pairs
    same, other = share * same / same.sum(), (1 - share) * other / other.sum()
    found = same / (same + other)
    return np.sum((same + other) * abs(said - found)), said[-1], found[-1]


print("calibration error; the last bin: said, found")
for name in few["calibration"][0]:
    for share in (0.5, 0.05):
        error, *last = np.transpose([at_share(run[name]["bins"], share) for run in few["calibration"]])
        print(f"    {f'{name}, {share:.0%} of pairs are same':42}{error.mean():.3f} "
              f"({error.min():.3f} to {error.max():.3f}); {np.round(last[0], 2)} {np.round(last[1], 2)}")

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
for name, role in (("siamese", "positive"), ("classifier", "negative")):
    own = [claims["examples"][f"{name}, {k}"] for k in (1, 3, 10)]
    mean, low, high = (np.array([score[of] for score in own]) for of in ("mean", "low", "high"))
    left.errorbar((1, 3, 10), mean, (mean - low, high - mean), marker="o", capsize=3,
                  color=plots.COLOURS[role], label=name)
left.set(xlabel="examples a letter", ylabel="accuracy", xscale="log", ylim=(0.4, 1))
left.set_xticks((1, 3, 10), ("1", "3", "10"), minor=False)
names = ("siamese", "classifier", "classifier, letters dealt evenly")
for at, (name, role) in enumerate(zip(names, ("positive", "negative", "accent"), strict=True)):
    means = [claims["imbalance"][f"{name}, {part}"]["mean"] for part in ("rich", "poor")]
    middle.bar(np.arange(2) + 0.27 * (at - 1), means, 0.25, color=plots.COLOURS[role],
               label=name.replace(", letters", ",\nletters"))
middle.set(xticks=(0, 1), xticklabels=("40 examples", "2 examples"), ylim=(0, 1.75), yticks=(0, 0.5, 1))
for name, role in (("(1 + cosine) / 2", "negative"), ("logistic", "anchor")):
    said, found, _ = np.array(few["calibration"][0][name]["bins"]).T
    right.plot(said, found, "o-", color=plots.COLOURS[role], label=name)
right.plot((0, 1), (0, 1), color="grey", ls=":")
right.set(xlabel="probability given", ylabel="share that is same")
for axes, title in zip((left, middle, right), ("few examples", "imbalance", "probabilities, seed 0"), strict=True):
    axes.set(title=title)
    axes.legend(fontsize=8, loc="upper left" if axes is not left else "lower right")
plots.show(figure, alt="Three panels: accuracy by examples, accuracy under imbalance, and two reliability curves.")

# %% [markdown]
# - **Few examples: yes, but not for one.** With three examples a letter the Siamese network has
#   0.891, the classifier 0.803, with twice the steps 0.831. With ten the lead shrinks (0.944, 0.909).
#   With a single one there is none (0.531, 0.519, the ranges overlap): one drawing makes no pair but
#   with itself. That is among 50 letters, where guessing scores 1 / 50 = 0.02, and cannot be compared
#   with the 0.911 above, which is among 20. The likely reason for the gap is that hundreds of other
#   letters had been learnt there.
# - **Imbalance: better on the rare letters.** Ten letters have 40 examples, forty have 2. Of those forty
#   the classifier gets 0.382 right, the Siamese network 0.790. On the frequent ten it is slightly worse
#   (0.963, the classifier 0.990). More than half of the lead is only how batches are drawn: pairs deal
#   every letter equally often, and a classifier whose batches do the same gets 0.658. How much of the rest
#   is imbalance, and how much only having two examples, was not measured.
# - **Averaging: better than the classifier, worse than the Siamese network alone.** The mean of both
#   networks' probabilities is right in 0.873, that of two classifiers in 0.813. But the Siamese network
#   alone has 0.891, and in every seed it beats the pair. (Three examples a letter. Its probabilities are
#   the softmax of $s$ times the cosine to each prototype, with $s$ fitted on validation drawings.)
# - **Slow to train: not here.** An epoch of as many pictures takes about as long (1.204 and 1.277
#   seconds of processor). With ten examples a letter, looked at every 20 steps, 0.8 of validation drawings
#   are right after 40 steps in every seed, with the classifier after 60 to 80. The complaint is about
#   going through all pairs, N(N - 1)/2 of N drawings. A batch with its own negatives does not.
# - **No probabilities: yes, and it can be mended.** Read (1 + cosine)/2 as the probability of "same",
#   and it is off by 0.274 on average (right panel: seed 0). A logistic curve fitted to the cosines of
#   validation pairs, two numbers, brings that to 0.015. That holds where half the pairs are the same,
#   as here. Weighted as if one in twenty were, the same curve says too much: it is off by 0.058 to
#   0.068, and where it says 0.98, only 0.77 to 0.79 are the same. So fit it at the rate of use, or
#   add the logarithm of the prior odds, at this share of pairs 0.05 / (1 - 0.05) = 1/19, to its
#   intercept. How well a classifier's own probabilities hold was not measured.
#
# ## A failure on purpose: flattering numbers
#
# The same network, the same weights, 20-way one-shot, four ways to ask. *Predict: which rule must be
# broken to gain most?*

# %% tags=["trained"]
known = part(train, train.alphabet == 2)  # Cyrillic, where the data are glyphs
one_face = test.drawer == 0 if DATA == "glyphs" else test.drawer >= 0
cases = {
    "honest: one unseen script": (test, {}),
    "one typeface only": (part(test, one_face), {"drawer": None}),
    "scripts mixed": (test, {"within": None}),
    "letters it was trained on": (known, {}),
}
print(f"{'':27} network   pixels")
for name, (data, changes) in cases.items():
    ours = accuracy(encode(network.encoder, data.images), data, **changes).mean
    print(f"{name:27}{ours:8.3f}{accuracy(as_pixels(data.images), data, **changes).mean:9.3f}")

# %% [markdown]
# The same weights, other numbers. Inside one typeface 0.958 in place of 0.911: more than half of the wrong
# answers vanish, since a shape is compared with itself, only turned and moved. Mixed scripts give 0.935:
# the neighbours are easier. The surprise is the last row. Letters of the training score 0.932, within
# the range of the test scripts (0.891 to 0.939): a sign, from this one script, that the network has not
# learnt its letters by heart. That is good to know, and still no test of the unseen. Before you believe a
# figure, ask which rules it kept.
#
# ## Beside other people's figures
#
# Omniglot is the usual test: 1,623 handwritten characters of 50 alphabets. Published figures differ
# in their protocol, and a figure without its protocol says nothing:
#
# | who | protocol | accuracy |
# | --- | --- | --- |
# | people (Lake et al. 2015) | 20-way 1-shot, official runs inside an alphabet | 0.955 |
# | Siamese network (Koch et al. 2015) | the same runs | 0.920 |
# | raw pixels, 1-nearest neighbour (Koch et al. 2015) | the same runs | 0.217 |
# | prototypical networks (Snell et al. 2017) | 20-way 1-shot, alphabets mixed | 0.960 |
#
# Our letters are printed, so none of these compares with our table. With `DATA = "omniglot"` the
# cell below scores the official runs, which do compare with the first three rows.

# %% tags=["trained"]
if DATA == "omniglot":
    runs = datasets.load_omniglot_runs()
    ours = evaluation.evaluate_runs(lambda images: encode(network.encoder, images), runs)
    print(f"official runs: network {ours:.3f}, pixels {evaluation.evaluate_runs(as_pixels, runs):.3f}")
else:
    print('the official runs need DATA = "omniglot"')

# %% [markdown]
# ### A longer training, shipped
#
# How far does this go with more time? `siamese_lib` ships the weights of a deeper tower
# (`ResidualEncoder`: convolutions whose second half corrects the first). It was trained on the
# handwriting of Omniglot's 30 background alphabets, with the batch as its own negatives (InfoNCE),
# each drawing turned, slanted and bent anew, and each alphabet also turned by quarters and mirrored,
# which makes new letters of old ones. `benchmarks/quality/omniglot_encoder.py` is the whole of it. Here it
# meets our printed letters. *Predict: a long training on handwriting or two minutes on print, which
# reads print better?*

# %%
shipped = omniglot_encoder()
shipped_vectors = embed_views(shipped, test.images, views=0)
sizes = [sum(leaf.size for leaf in jax.tree.leaves(nnx.state(model, nnx.Param)))
         for model in (network, shipped)]
print(f"numbers learnt: ours {sizes[0]:,}, shipped {sizes[1]:,}")
for number in np.unique(test.alphabet):
    own = test.alphabet == number
    if len(np.unique(test.label[own])) >= 20:
        score = accuracy(shipped_vectors[own], part(test, own)).mean
        print(f"{script_names[number]:28} shipped {score:.3f}")

# %% [markdown]
# Set beside the table of scripts further up, ours reads print better in all three, with a tenth of the
# numbers: 0.891 against 0.843, 0.903 against 0.683, 0.939 against 0.848. And handwritten Georgian and
# Hebrew stand among Omniglot's background alphabets, so the shipped network had even met these scripts; in Hebrew it is worst. What it has
# never met is thick and thin, serifs and slants of typefaces. A network learns to overlook what its
# training pairs vary, and nothing else: choose pairs that vary as your use will.
#
# Now the protocols of the table, with what `benchmarks/quality/omniglot.py` (five minutes of training, three
# seeds) and `benchmarks/quality/omniglot_encoder.py` stored. Nothing was chosen on the evaluation alphabets:
# settings were tried on five background alphabets kept back, and the evaluation set was opened once.
# *Predict: which is harder, 20 letters of one alphabet, or 20 of all?*

# %%
names = ("omniglot", "omniglot_encoder", "glyphs_residual", "glyphs")
five, hour, glyphs, own = (load_results(name) for name in names)
print(f"{'':24}5 minutes, 3 seeds     shipped   pixels")
names = [name for name in five["pixels"] if name.startswith(("official", "within", "mixed"))]
for name in names:
    mean, low, high = (five["mean"][name][of] for of in ("mean", "min", "max"))
    one, flat = (np.ravel(found[name])[0] for found in (hour, five["pixels"]))
    print(f"{name:24}{mean:.3f} ({low:.3f} to {high:.3f}){one:10.3f}{flat:9.3f}")
print(f"one view only           {five['mean']['official runs, one view']['mean']:.3f}"
      f"{hour['official runs, one view']:26.3f}")
print(f"training                {np.mean([run['processor_seconds'] for run in five['seeds']]) / 120:.1f} minutes"
      f"{hour['processor_seconds'] / 120:19.0f} minutes of two cores")
for task, ours in own["mean"].items():
    score = glyphs["mean"][task]
    print(f"glyphs, {task}: this notebook's recipe {ours['mean']:.3f} ({ours['low']:.3f} to {ours['high']:.3f}), "
          f"deeper tower, two minutes {score['mean']:.3f} ({score['min']:.3f} to {score['max']:.3f})")

# %% [markdown]
# Five minutes answer 0.961 of the official questions, people 0.955, Koch's network 0.920. The longer
# training answers 0.988, and 0.993 when it looks at each picture once. Otherwise an embedding is the
# mean over the picture and eight slightly distorted copies, which had been decided before and does
# not help here. There are 20 x 20 = 400 questions: one is 1 / 400 = 0.0025, and a 95 % interval
# around 0.988 is 1.96 x sqrt(0.988 x (1 - 0.988) / 400) = 0.011 to either side.
#
# **Why the protocols differ.** *Within* and *mixed* are our own random episodes. Letters of one alphabet
# look more alike than letters of many: with 20 ways the same weights have 0.887 within and 0.968 mixed.
# The official runs stay within an alphabet too, and yet come out at 0.988: they are 20 fixed draws, kinder
# ones than chance deals. So two figures "20-way, one-shot, one alphabet" can lie ten points apart.
#
# Prototypical networks have 0.988, 0.997, 0.960 and 0.989 in the four mixed rows (Snell et al. 2017),
# our longer training 0.989, 0.997, 0.968 and 0.987. That looks like a draw, and is none, for the data
# are divided otherwise. In the files that they published, training has 1,200 letters of 38 alphabets
# and the test 423 letters of 13, and a quarter turn makes a new letter in both. Ours learnt 964
# letters of 30 alphabets and is tested on 20 others.
#
# The last two rows are about our printed letters. One training run is one draw, so
# `benchmarks/quality/glyphs.py` repeats this notebook's recipe with three seeds: they lie within one point of
# each other, and how the weights start hardly matters. (They ran on another processor: seed 0 came
# out at 0.912 there, at 0.911 here.) The deeper tower, trained for two minutes of two cores on them,
# gains 0.930 - 0.914 = 0.016 with one example and loses 0.964 - 0.959 = 0.005 with five
# (`benchmarks/quality/glyphs_residual.py`): deeper is not better at everything.
#
# ## Exercises
#
# **06.1 One query.** Return the row of `support` `[n_way, dim]` whose cosine to `query` `[dim]` is
# highest, a whole number. The vectors are of any length.

# %%
def most_similar(support, query):
    ...


check("06.1", most_similar)

# %% [markdown]
# <details><summary>Solution to 06.1</summary>
#
# ```python
# def most_similar(support, query):
#     lengths = np.linalg.norm(support, axis=1) * np.linalg.norm(query)
#     return int(np.argmax(support @ query / lengths))
# ```
#
# </details>
#
# **06.2 K shots.** For unit vectors `support` `[n_way, k_shot, dim]` and `queries` `[q, dim]` return
# for each query the class with the highest *mean* cosine over its shots, shape `[q]`.

# %%
def classify_k_shot(support, queries):
    ...


check("06.2", classify_k_shot)

# %% [markdown]
# <details><summary>Solution to 06.2</summary>
#
# ```python
# def classify_k_shot(support, queries):
#     similarity = np.einsum("nkd,qd->qnk", support, queries)
#     return similarity.mean(axis=2).argmax(axis=1)
# ```
#
# </details>
#
# **06.3 An interval.** Of `n` independent answers `right` are right. With $p = \text{right}/n$ return
# the pair (low, high) of the 95 % interval $p \pm 1.96\sqrt{p(1-p)/n}$.

# %%
def interval(right, n):
    ...


check("06.3", interval)

# %% [markdown]
# <details><summary>Solution to 06.3</summary>
#
# ```python
# def interval(right, n):
#     p = right / n
#     half = 1.96 * np.sqrt(p * (1 - p) / n)
#     return p - half, p + half
# ```
#
# </details>
#
# **06.4 Prototypes.** Return one vector a class: the mean of its unit vectors `[n_way, k_shot, dim]`,
# scaled to length 1, shape `[n_way, dim]`.

# %%
def class_prototypes(support):
    ...


check("06.4", class_prototypes)

# %% [markdown]
# <details><summary>Solution to 06.4</summary>
#
# ```python
# def class_prototypes(support):
#     mean = support.mean(axis=1)
#     return mean / np.linalg.norm(mean, axis=-1, keepdims=True)
# ```
#
# The mean cosine to a class's shots is the product with their mean, before it is scaled. So 06.2 and
# the nearest prototype can differ: scaling helps a class whose shots disagree.
#
# </details>
#
# ## Recap
#
# - The answer to the opening question: yes, in nine of ten cases. Among 20 letters of a
#   script kept back it scores 0.911 from one example each; pixels reach 0.262, guessing 0.050.
# - An N-way K-shot episode has K support examples of each of N classes; guessing scores 1/N.
# - Training pairs drawings of one letter and takes the rest of the batch as negatives; the scripts of
#   the test are seen by nobody before the test.
# - Enrolling a class is adding one row of support. No weight changes.
# - Say the protocol with the figure: N, K, inside a script or mixed, whose drawings, how many
#   episodes, which interval.
# - With five examples of each of 20 classes prototypes beat the mean cosine by 0.007, and a few steps of
#   training on the support set beat prototypes by 0.012. With one example nothing is gained.
# - Beside a plain classifier: better with few examples and rare classes, not with one example; no
#   probabilities until they are calibrated, at the share of same pairs they will meet.
#
# The same recipe names a face at a gate, checks a signature against the one on file, finds a product
# by its photo, and follows an object through a film: one stored example, one comparison.
#
# Limits: the letters are printed; handwriting varies more. The interval covers the draw of episodes
# only, not that of scripts, and three test scripts are few. The comparison with a classifier is one on
# 50 letters and one encoder. The rate, its schedule and the margin had been chosen for the Siamese network
# on other scripts; the classifier got the same rate and schedule, unsearched, and at ten examples it was
# still rising when it stopped. A search of its own might make the leads smaller. A test always contains
# the right class; a system in use must also say "none of these", which takes a threshold as in notebook 05.
#
# ### References
#
# - Koch, Zemel and Salakhutdinov 2015, *Siamese neural networks for one-shot image recognition*,
#   section 4.3: the 20-way trials, and the accuracies of the first three rows.
#   [cs.cmu.edu](https://www.cs.cmu.edu/~rsalakhu/papers/oneshot1.pdf)
# - Chen et al. 2019, *A closer look at few-shot classification*: fine-tuning a head on the support set, the
#   cosine softmax.
#   [arxiv.org/abs/1904.04232](https://arxiv.org/abs/1904.04232)
# - Dhillon et al. 2020, *A baseline for few-shot image classification*: the start at W = M, the entropy of
#   the queries. [arxiv.org/abs/1909.02729](https://arxiv.org/abs/1909.02729)
# - S. Wang, *Few-shot learning*, lecture 3 (`Slides/16_Meta_3.pdf`): fine-tuning from W = M, b = 0.
#   [github.com/wangshusen/DeepLearning](https://github.com/wangshusen/DeepLearning)
# - Lake, Salakhutdinov and Tenenbaum 2015, *Human-level concept learning through probabilistic
#   program induction*: Omniglot, its 30 and 20 alphabets, its 20 runs. [github.com/brendenlake/omniglot](https://github.com/brendenlake/omniglot)
# - Snell, Swersky and Zemel 2017, *Prototypical networks for few-shot learning*, section 3.1 and table 1.
#   [arxiv.org/abs/1703.05175](https://arxiv.org/abs/1703.05175), split in
#   [github.com/jakesnell](https://github.com/jakesnell/prototypical-networks)
# - G. Leone Maria Cavallini, *A brief introduction to Siamese networks*, README: "Pros and cons".
#   [github.com/GiacomoLeoneMaria](https://github.com/GiacomoLeoneMaria/A-brief-introduction-to-Siamese-Network)
# - Vinyals et al. 2016, *Matching networks for one shot learning*: episodes, N-way K-shot.
#   [arxiv.org/abs/1606.04080](https://arxiv.org/abs/1606.04080)
#
# [Start](00_start_here.ipynb) · Previous: [05 Training and testing](05_training_and_testing.ipynb) ·
# Next: [07 Contrastive pairs](07_contrastive_pairs.ipynb)
