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
# # 09 Pairwise similarity
#
# A distance is never below 0, so its sigmoid is never below one half. Two equal pictures get one half, two
# different ones nearly 1, but the labels say the opposite. How can that learn? A reader of Koch's paper
# [asked](https://datascience.stackexchange.com/questions/82486/siamese-network-sigmoid-function-to-compute-similarity-score).
#
# **Can a network learn the comparison itself, and answer "same or different?" with a probability?**
#
# After this notebook you can
# - draw balanced pairs, and say why,
# - build the head |h1 - h2| → dense → sigmoid, and follow its gradient into the convolutions,
# - test whether "nine in ten" is right nine times in ten,
# - name an unseen letter by its likeliest picture, and say what that costs.
#
# Before this: [08 Contrastive pairs](08_contrastive_pairs.ipynb), and [06 One-shot
# testing](06_one_shot_testing.ipynb) for the letters. Time: about 95 minutes to study, about one minute to
# run.
#
# [Start](00_start_here.ipynb) · Previous: [08 Contrastive pairs](08_contrastive_pairs.ipynb) ·
# Next: [10 Which loss?](10_which_loss.ipynb)

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from sklearn.linear_model import LogisticRegression

from siamese_lib import datasets, evaluation, plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.datasets import load_results
from siamese_lib.encoders import ImageEncoder, SimilarityHead, SimilarityNetwork
from siamese_lib.losses import pairwise_cross_entropy
from siamese_lib.text import ngrams
from siamese_lib.training import encode, fit

plots.style()
SEED = 0
course_map("pairwise")

# %% [markdown]
# ## The plan
#
# So far the comparison was fixed, a cosine or a distance, and only the encoder learnt. Here the comparison
# learns too. Two pictures go through one encoder, and a small *head* compares the results:
#
# $$h_1 = f(x_1), \quad h_2 = f(x_2), \quad z = |h_1 - h_2|, \quad
# p(\text{same}) = \sigma(w \cdot z + b)$$
#
# $|\cdot|$ is taken entry by entry, and the sigmoid $\sigma(t) = 1 / (1 + e^{-t})$ turns any number into a
# probability. The number before the sigmoid, $w \cdot z + b$, is called the **logit**: 0 means one half,
# and above 0 means "same".
#
# The whole is a classifier with two answers, and is trained like one (Koch et al. 2015; [S. Wang's lecture
# on Siamese networks](https://github.com/wangshusen/DeepLearning), slides with a video, begins with it).
# The letters are those of notebook 06, with whole scripts kept back.

# %%
# Recipe: the data.
train, validation, test = map(datasets.load_glyphs, ("train", "validation", "test"))
random = np.random.default_rng(SEED)
first, second = random.integers(len(train.images), size=(2, 10_000))
same_by_chance = (train.label[first] == train.label[second]).mean()
print(f"letters {len(np.unique(train.label))}, drawings {len(train.images):,}")
print(f"share of same pairs among random ones: {same_by_chance:.4f}")

# %% [markdown]
# ## Balanced pairs
#
# Two drawings picked at random hardly ever show the same letter: here, one pair in a thousand (0.0010). A
# network that always says "different" would be right in 1 - 0.0010 = 0.999 of such a stream without
# looking, and a batch of 64 pairs would rarely contain a same one to learn from. So we build the stream
# ourselves: half of the pairs same, half different.
#
# As in 06, the two drawings of a pair come in different typefaces, in both halves. *Predict: what would the
# network learn if only the different pairs mixed typefaces?*

# %%
# Recipe: balanced pairs.
PAIRS, STEPS = 64, 60  # pairs in a batch, batches in an epoch


def draw_pairs(data, count, random, share=0.5):
    rows = np.argsort(data.label, kind="stable").reshape(-1, 20)  # row = letter, 20 drawings
    is_same = np.arange(count) < share * count
    letter = random.integers(len(rows), size=count)
    other = (letter + random.integers(1, len(rows), size=count)) % len(rows)
    first = rows[letter, random.integers(20, size=count)]
    partners = random.permuted(rows[np.where(is_same, letter, other)], axis=1)
    is_other_face = data.drawer[partners] != data.drawer[first][:, None]
    second = partners[np.arange(count), is_other_face.argmax(axis=1)]
    return first, second, is_same.astype(np.int32)


def batches(epoch):
    random = np.random.default_rng((SEED, epoch))
    for _ in range(STEPS):
        first, second, is_same = draw_pairs(train, PAIRS, random)
        yield train.images[first], train.images[second], is_same


# %%
x1, x2, is_same = next(batches(0))
some = np.r_[:5, PAIRS - 5 : PAIRS]
colours = [plots.COLOURS["positive" if y else "negative"] for y in is_same[some]]
figure = plots.image_grid(np.r_[x1[some], x2[some]], columns=10, frames=colours * 2)
plots.show(figure, alt="Ten pairs, one a column: five of one letter in green frames, five of two letters in orange.")
print("share of same pairs in the batch:", is_same.mean())

# %% [markdown]
# Each column is a pair, with green frames for same. Had the same pairs shared a typeface, the thickness of
# the strokes would have given the answer away, and the network would have learnt typefaces instead of
# letters.
#
# ## The head
#
# First with loops, on two pairs of made-up vectors with three entries.

# %%
guess("Which of the two pairs is more likely the same?", "the first", "the second")

# %%
def head_loop(h1, h2, weight, bias):
    logits = []
    for a, b in zip(h1, h2, strict=True):
        logit = bias
        for i in range(len(weight)):
            logit += weight[i] * abs(a[i] - b[i])
        logits.append(logit)
    return np.array(logits)


h1 = np.array([[0.6, 0.0, 0.8], [0.6, 0.0, 0.8]])
h2 = np.array([[0.5, 0.1, 0.9], [0.8, 0.6, 0.0]])
weight, bias = np.array([-6.0, -2.0, -4.0]), 1.5
logits = head_loop(h1, h2, weight, bias)
print("the differences cost", (bias - logits).round(2))
print("logits", logits.round(2), " probabilities", (1 / (1 + np.exp(-logits))).round(3))
print("no difference at all:", (1 / (1 + np.exp(-bias))).round(3))

# %% [markdown]
# With no difference at all the logit would be the bias, 1.5, which is a probability of 0.818. Every entry
# has its own price. The first pair's small differences cost 1.2 of that logit, so its probability is 0.574.
# The second pair's differences cost 5.6, which leaves it next to nothing.
#
# Without loops it is one line. `SimilarityHead` is the same with trainable weights.

# %%
def head_vectorised(h1, h2, weight, bias):
    return np.abs(h1 - h2) @ weight + bias


library = SimilarityHead(3, rngs=nnx.Rngs(SEED))
library.dense.kernel[...] = jnp.array(weight[:, None], jnp.float32)
library.dense.bias[...] = jnp.array([bias], jnp.float32)
assert np.allclose(head_vectorised(h1, h2, weight, bias), logits)
assert np.allclose(library(h1, h2), logits, atol=1e-5)
assert np.array_equal(library(h1, h2), library(h2, h1))
print("both orders:", library(h1, h2), library(h2, h1))

# %% [markdown]
# The three agree, and the order of the two pictures does not matter: $|a - b| = |b - a|$. That is built in,
# not learnt. At the end we take it out and see what happens.
#
# ## Cross-entropy
#
# The loss of a pair is $-\ln$ of the probability given to the right answer: $-\ln p$ for a same pair,
# $-\ln(1 - p)$ for a different one. *Predict: what does a network pay that always answers one half? And one
# that is wrong with a logit of 200?*

# %%
def by_hand(logits, is_same):
    p = 1 / (1 + np.exp(-logits))
    return -np.log(np.where(is_same == 1, p, 1 - p))


for logit, truth in ((0.0, 1), (2.0, 1), (2.0, 0), (200.0, 0)):
    with np.errstate(divide="ignore"):
        ours = by_hand(np.array([logit]), np.array([truth]))[0]
    library = pairwise_cross_entropy(np.array([logit], np.float32), np.array([truth]))[0]
    print(f"logit {logit:5.0f}, truth {truth}: by hand {ours:8.4f}, siamese_lib {library:8.4f}")

# %% [markdown]
# One half costs ln 2 = 0.6931. Remember that number: it is the loss of a network that knows nothing. Being
# sure and right costs little, being sure and wrong costs a lot.
#
# At a logit of 200 the two ways part. By hand, $1 - p$ is rounded to 0 and its logarithm is infinite. The
# library never forms $p$. It computes $\ln(1 + e^{t})$ in a form that stays finite, and its gradient stays
# useful. So from here on the loss is given logits.
#
# ## One network, two towers, one head
#
# The encoder ends in vectors of length 1, as everywhere in this course. *Predict: how large is an entry of
# |h1 - h2| before training, and how far from one half are the answers?*

# %%
# Recipe: the network and the loss.
rngs = nnx.Rngs(SEED)
encoder = ImageEncoder(channels=(16, 32, 64), embedding_dim=64, rngs=rngs)
network = SimilarityNetwork(encoder, SimilarityHead(64, rngs=rngs))


def loss(model, first, second, is_same):
    return pairwise_cross_entropy(model(first, second), is_same).mean()


# %%
h1, h2 = encode(encoder, x1), encode(encoder, x2)
logits = network.head(h1, h2)
answers, start = jax.nn.sigmoid(logits), pairwise_cross_entropy(logits, is_same).mean()
h = np.r_[h1, h2]
cosine = (h @ h.T)[np.triu_indices(len(h), 1)]
print(f"mean cosine of two drawings {cosine.mean():.2f}, mean entry of |h1 - h2| {np.abs(h1 - h2).mean():.3f}")
print(f"answers from {answers.min():.3f} to {answers.max():.3f}, loss {start:.3f}")

# %% [markdown]
# An untrained encoder puts most pictures close together: two drawings of the batch have a mean cosine of
# 0.79. So an entry of the difference is only 0.056 on average. (Unit vectors of 64 entries in random
# directions would differ by about $2 / \sqrt{64\pi}$ = 0.14.) Every answer lies close to one half, whatever
# the pictures.
#
# ## Where the gradient arrives
#
# The loss sits behind the head. Does it reach the first convolution? Here are the lengths of the gradient
# of one step, layer by layer, before any training: first the whole gradient, then only what comes through
# tower 1, then only what comes through tower 2.

# %%
guess("Where is the gradient longest?", "first convolution", "the middle", "the head")

# %%
NAMES = ("convolution 1", "convolution 2", "convolution 3", "encoder's dense", "head")


@nnx.jit
def kernel_gradients(model, through):
    def loss(model):
        h = model.encoder(x1), model.encoder(x2)
        h = [jnp.where(t, own, jax.lax.stop_gradient(own)) for t, own in zip(through, h, strict=True)]
        return pairwise_cross_entropy(model.head(*h), is_same).mean()

    slopes = nnx.grad(loss)(model)
    layers = [*slopes.encoder.convolutions.values(), slopes.encoder.head, slopes.head.dense]
    return [layer.kernel[...] for layer in layers]


both = kernel_gradients(network, (True, True))
left, right = kernel_gradients(network, (True, False)), kernel_gradients(network, (False, True))

# %% [markdown]
# The lengths as numbers and bars:

# %%
figure, axes = plt.subplots(figsize=(8, 3.2))
places = np.arange(len(NAMES))
for shift, (name, role, part) in enumerate([("both towers", "accent", both), ("tower 1", "ink", left),
                                            ("tower 2", "grey", right)]):
    lengths = [np.linalg.norm(gradient) for gradient in part]
    axes.bar(places + 0.27 * (shift - 1), lengths, 0.25, color=plots.COLOURS[role], label=name)
    print(f"{name:16}", np.round(lengths, 4))
sizes = np.array([gradient.size for gradient in both])
print(f"{'weights':16} {sizes}\nboth, per weight", np.round(
    [np.linalg.norm(gradient) for gradient in both] / np.sqrt(sizes), 5))
axes.set_xticks(places, NAMES)
axes.set(ylabel="length of the gradient")
axes.legend()
plots.show(figure, alt="Bars: every convolution and the head receive a gradient, through both towers.")
for whole, one, other in zip(both[:-1], left[:-1], right[:-1], strict=True):
    assert np.allclose(whole, one + other, atol=1e-6)

# %% [markdown]
# Every layer gets some. The first convolution gets least, the third six times as much. But a longer
# gradient is not a larger one per weight: the first convolution has 144 weights, the encoder's dense layer
# 36,864. The last line divides by the root of that number (the root of the mean square). Now the first
# convolution leads the encoder with 0.00146, the layers behind it get less and less, and the head's 64
# weights get most of all.

# %% [markdown]
# For the shared layers the gradient is the sum of what comes down tower 1 and what comes down tower 2: the
# assertion adds them up, entry by entry. The sum can be shorter than its parts. In the encoder's dense
# layer the towers bring about 0.19 each, and together 0.1033. What pushes $h_1$ one way pushes $h_2$ the
# other, so whatever both pictures have in common cancels.
#
# In convolutions 1 and 2 the towers agree more, and the sum is longer than either part. The head stands
# behind both towers and gets its own gradient whole.

# %% [markdown]
# ## A rate for the head
#
# The head has a handicap. In each step Adam moves every weight by about the rate, 0.003 at most, whatever
# the size of the gradient. That soon changes the encoder's small weights. But the head's inputs are about
# 0.056, so it needs weights of several units before an answer can get far from one half. That would take a
# thousand steps or more, and we have 8 x 60 = 480.
#
# Koch et al. gave each layer a learning rate of its own. We do that for one: Adam works out the step, and
# where `is_head` is True the step is multiplied by 30.

# %%
# Recipe: the optimizer.
EPOCHS, HEAD_TIMES = 8, 30
rate = optax.warmup_cosine_decay_schedule(0, 3e-3, STEPS, EPOCHS * STEPS)
is_head = nnx.State({"encoder": False, "head": True})
optimizer = optax.chain(optax.adam(rate), optax.masked(optax.scale(HEAD_TIMES), is_head))

# %% [markdown]
# What is that worth? `benchmarks/quality/pairwise.py` trains this notebook's recipe with three seeds, once
# as it stands and once with one rate for all layers, and measures both on validation pairs.

# %%
stored = load_results("pairwise")["mean"]


def spread(name, what):
    score = stored[name][what]
    return f"{score['mean']:.3f} ({score['low']:.3f} to {score['high']:.3f})"


print("validation pairs right, mean of three seeds (lowest to highest)")
print("one rate for all  ", spread("one rate", "validation pairs"))
print("head 30 times     ", spread("recipe", "validation pairs"))

# %% [markdown]
# The head's own rate raises the share of right pairs from 0.878 to 0.936, and the ranges of three seeds do
# not touch. It is worth even more in the exam at the end. (Only these two were compared; a larger rate for
# all layers might do as well.)
#
# ## Training
#
# Training takes less than a minute on two cores.

# %%
guess("Which share of the validation pairs is right after the first epoch?")

# %%
def is_right(head, vectors, pairs):
    first, second, is_same = pairs
    return (np.asarray(head(vectors[first], vectors[second])) > 0) == is_same


def on_validation(model):
    return is_right(model.head, encode(model.encoder, validation.images), validation_pairs).mean()


validation_pairs = draw_pairs(validation, 4000, np.random.default_rng(1))
history = fit(
    network, loss, batches, epochs=EPOCHS, optimizer=optimizer, validate=on_validation,
    on_epoch=plots.live_loss_curve(
        alt="The loss of each step falls from ln 2; accuracy on validation pairs rises.",
        validation="validation pairs right"),
)

# %% [markdown]
# The share of right pairs, epoch by epoch, and then on letters trained on and letters kept back:

# %% tags=["trained"]
train_vectors, validation_vectors, vectors = (
    encode(network.encoder, data.images) for data in (train, validation, test))
train_pairs = draw_pairs(train, 4000, np.random.default_rng(3))
test_pairs = draw_pairs(test, 20_000, np.random.default_rng(2))
print("validation pairs right, epoch by epoch", *(f"{right:.3f}" for right in history["validation"]))
print("different pairs:         of one script         of two scripts")
print("           pairs right   share   pairs right   pairs right")
for name, data, own, pairs in (("training", train, train_vectors, train_pairs),
                               ("test", test, vectors, test_pairs)):
    right, (one, other) = is_right(network.head, own, pairs), (data.alphabet[k] for k in pairs[:2])
    is_one, is_two = ((one == other) & (pairs[2] == 0)), one != other
    print(f"{name:9}{right.mean():13.3f}{is_one.sum() / (pairs[2] == 0).sum():8.2f}"
          f"{right[is_one].mean():14.3f}{right[is_two].mean():14.3f}")

# %% [markdown]
# The loss starts near ln 2, and after a single epoch 0.799 of the validation pairs are right. In the end
# the network scores 0.920 on pairs of test letters, and 0.962 on those of training letters. Guessing would
# score one half.
#
# The gap has more than one cause. Different pairs of one script are harder, and the test has more of them:
# about half of its different pairs, against 0.31. But fewer pairs of either kind are right than in
# training. That is memory of the training letters, or scripts that are harder in themselves; this table
# cannot tell which.

# %% [markdown]
# ## Are the probabilities true?
#
# The network does not only say "same", it also says how sure it is. To test that, sort unseen pairs by
# their probability into ten groups, and count how many in each group are same.

# %%
guess("On scripts it has not met, will it be", "too sure", "too careful", "neither")

# %% tags=["trained"]
def reliability(p, is_same):
    group = np.minimum((p * 10).astype(int), 9)
    return [(p[group == g].mean(), is_same[group == g].mean(), (group == g).sum()) for g in range(10)]


first, second, truth = test_pairs
p = np.asarray(jax.nn.sigmoid(network.head(vectors[first], vectors[second])))
groups = reliability(p, truth)
error = sum(count * abs(said - found) for said, found, count in groups) / len(p)
sure = (p < 0.1) | (p > 0.9)
print(f"expected calibration error {error:.3f}; surer than 0.9: {sure.mean():.2f} of the pairs, "
      f"of which right {((p > 0.5) == truth)[sure].mean():.3f}")
figure, axes = plt.subplots(figsize=(4.4, 3.8))
axes.plot([0, 1], [0, 1], color="grey", ls=":", label="true probabilities")
axes.plot(*np.array(groups)[:, :2].T, "o-", color=plots.COLOURS["accent"], label="test pairs")
for said, found, count in groups:
    axes.annotate(f"{count:,}", (said, found), (7, -9), textcoords="offset points", fontsize=9)
axes.set(xlabel="probability given", ylabel="share that is same", aspect="equal",
         title="number of pairs at each point", xlim=(-0.05, 1.2), xticks=np.linspace(0, 1, 6))
axes.legend()
plots.show(figure, alt="Reliability: the share of same pairs rises with the probability given, near the diagonal.")
print("given: same ", *(f"{said:.2f}: {found:.2f} " for said, found, _ in groups))

# %% [markdown]
# Neither alone. In the middle the curve runs below the diagonal: of the pairs given 0.55, a share of only
# 0.47 is same. Above one half the network is too sure of "same", below one half not sure enough of
# "different". At the two ends it is nearly true, and that is where most pairs lie: 0.72 of them get an
# answer surer than 0.9.
#
# The **expected calibration error** is the mean gap between the probability given and the share found,
# weighted by the number of pairs in each group: 0.016 here.

# %% [markdown]
# ## What an unbalanced stream does
#
# These probabilities hold for a stream in which half of the pairs are same. The head learns that share
# along with everything else. To see it quickly, we keep the encoder and fit a new head on training pairs
# with scikit-learn's logistic regression: the same formula. *Predict: trained where one in ten, or one in a
# hundred, is same, what will it answer on our balanced validation pairs?*

# %% tags=["trained"]
def differences_of(own, pairs):
    return np.abs(own[pairs[0]] - own[pairs[1]])


z = differences_of(validation_vectors, validation_pairs)
print("share of same  mean answer  right at 0.5  right, share taken out")
for share in (0.5, 0.1, 0.01):
    pairs = draw_pairs(train, 20_000, np.random.default_rng(4), share)
    head = LogisticRegression(C=1e4, max_iter=2000).fit(differences_of(train_vectors, pairs), pairs[2])
    logits = head.decision_function(z)
    back = logits - np.log(share / (1 - share))
    right = [((values > 0) == validation_pairs[2]).mean() for values in (logits, back)]
    print(f"{share:13}{(1 / (1 + np.exp(-logits))).mean():13.3f}{right[0]:14.3f}{right[1]:24.3f}")

# %% [markdown]
# Where one training pair in a hundred was same, the head answers 0.213 on average to pairs of which half
# are same, and only 0.704 of them are right. The order of the pairs is not lost, only the level.
#
# The **odds** $p / (1 - p)$ of a pair are a product. One factor is the odds in the stream, share / (1 -
# share); the other is how much more often such a z comes from a same pair than from a different one
# (Bayes). Only the first depends on the stream. The logit is the logarithm of the odds, so the stream adds
# $\ln \frac{share}{1 - share}$ to it; at one half that is ln 1 = 0. Take it out again, and 0.938 are right,
# as many as after balanced training.

# %% [markdown]
# So for the head, balance is a choice that you can undo (an encoder trained on a stream with few same pairs
# was not tried), and a probability is worth nothing without the share it was made for. Exercise pairwise.4
# goes the other way, from balanced to another share.
#
# ## One-shot prediction
#
# Now the exam of notebook 06: 20 letters of an unseen script, one picture of each as support, and a query
# in another typeface. The head compares the query with each support picture, and the highest probability
# wins.

# %%
# Recipe: the exam.
def draw_episode(data, random):
    own = np.flatnonzero(data.alphabet == random.choice(np.unique(data.alphabet)))
    rows = evaluation.sample_episode(
        data.label[own], n_way=20, k_shot=1, rng=random, drawer=data.drawer[own])
    return own[rows.support[:, 0]], own[rows.query[:, 0]]


def head_logits(head, query, support):
    kernel, bias = np.asarray(head.dense.kernel[...])[:, 0], float(head.dense.bias[0])
    return np.abs(query[:, None] - support[None]) @ kernel + bias  # [q, n]


# %% [markdown]
# First with a loop, on one episode; then all pairs of that episode at once.

# %% tags=["trained"]
def predict_loop(query, support):
    answers = []
    for q in query:
        logits = [float(network.head(q[None], s[None])[0]) for s in support]
        answers.append(int(np.argmax(logits)))
    return np.array(answers)


support, query = draw_episode(test, np.random.default_rng(5))
logits = head_logits(network.head, vectors[query], vectors[support])
by_loop = predict_loop(vectors[query], vectors[support])
print("the loop names the same:", np.array_equal(by_loop, logits.argmax(axis=1)))

# %% [markdown]
# The sigmoid can be left out where only the winner counts: a higher logit is a higher probability. Here are
# two queries with their most likely support pictures; the second is named wrongly. *Predict: do the
# probabilities of a row add up to 1?*

# %% tags=["trained"]
p = 1 / (1 + np.exp(-logits))
failed = np.flatnonzero(logits.argmax(axis=1) != np.arange(20))[0]
for row in (1, failed):
    order = np.argsort(-p[row])[:8]
    roles = ["anchor"] + ["positive" if i == row else "negative" for i in order]
    figure = plots.image_grid(np.r_[test.images[query[row]][None], test.images[support[order]]],
                              titles=["query", *(f"{p[row, i]:.2f}" for i in order)], columns=9,
                              frames=[plots.COLOURS[role] for role in roles])
    plots.show(figure, alt="A query in blue and eight support letters, most likely first; its own letter in green.")
fewer = logits + np.log(1 / 19)  # one same pair in 20
print(f"supports called same by the 20 queries together: {(p > 0.5).sum()}; "
      f"with the share put in: {(fewer > 0).sum()}")

# %% [markdown]
# They do not add up to 1: each pair is judged by itself. Several support pictures may be "same", or none.
# Here the 20 queries get 48 of them, where 20 would be right. The probabilities are those of a stream with
# half of the pairs same, and here it is one in 20: with that share put in, 16 are left (exercise
# pairwise.4). It also matters that letters of one script look alike.
#
# To be asked one by one is a strength: "none of these" becomes a possible answer, with a threshold that is
# a probability. A cosine can refuse too, but its threshold has to be found first, as in 05.

# %% [markdown]
# ## Head against cosine
#
# The encoder of this network gives embeddings like any other, so you can compare them by cosine and leave
# the head aside. We run 400 episodes of the test scripts, the same ones for both. *Predict: the head was
# trained to compare. By how much does it win?*

# %% tags=["trained"]
draw = np.random.default_rng(6)
episodes = [draw_episode(test, draw) for _ in range(400)]
support, query = (vectors[np.array(rows)] for rows in zip(*episodes, strict=True))


def shares_right(similarity):
    return (similarity.argmax(axis=-1) == np.arange(20)).mean(axis=-1)


by_head = shares_right(np.array([head_logits(network.head, q, s) for q, s in zip(query, support, strict=True)]))
by_cosine = shares_right(query @ support.swapaxes(1, 2))
for name, scores in (("head", by_head), ("cosine", by_cosine), ("head - cosine", by_head - by_cosine)):
    print(f"{name:14}{scores.mean():6.3f} +- {1.96 * scores.std(ddof=1) / 20:.3f}")

# %% [markdown]
# The head wins by 0.064, and that difference is far wider than its interval. So it has learnt something
# about the entries that a cosine does not know.
#
# One seed says little. Here are three seeds, and beside them the same encoder trained with the loss of
# notebook 06 on the same number of pictures, and notebook 06 itself:

# %%
rival = load_results("glyphs")["mean"]["20-way 1-shot"]
for name in ("recipe", "one rate", "modified triplet loss"):
    for how in ("head", "cosine"):
        if f"one-shot by {how}" in stored[name]:
            print(f"{name + ', by ' + how:34}", spread(name, f"one-shot by {how}"))
print(f"{'notebook 06, by cosine':34} {rival['mean']:.3f} ({rival['low']:.3f} to {rival['high']:.3f})")

# %% [markdown]
# Three seeds agree: the head beats the cosine of its own encoder, 0.782 against 0.732, and with one rate
# for all layers both are far lower. But look at the third recipe. The same encoder, on as many pictures,
# trained with the loss of notebook 06 and read by cosine, reaches 0.866.
#
# A likely reason: a random different pair is easy, most of them are soon answered, and there is little left
# to learn from. The modified triplet loss looks for the hardest negative of its whole batch at every step.
# It also compares each letter with all others of the batch, where only half of our pairs are different
# ones. Whatever the reason, here it is worth more than a comparison that learns. (Notebook 06 itself scores
# 0.914, with a larger encoder and 15 epochs, not 8.)

# %% [markdown]
# ## What the head has learnt
#
# One might expect that every difference lowers the probability: all weights below 0. *Predict: is that so?
# And which pair gets the highest probability of all, a picture with itself?*

# %% tags=["trained"]
weights, bias = np.asarray(network.head.dense.kernel[...])[:, 0], float(network.head.dense.bias[0])
same = test_pairs[2] == 1
logits = np.asarray(network.head(vectors[test_pairs[0]], vectors[test_pairs[1]]))
print(f"weights above 0: {(weights > 0).mean():.2f}, mean {weights.mean():.2f}")
print(f"a picture with itself: logit {bias:.2f}; same pairs above that: {(logits[same] > bias).mean():.2f}")

# %% [markdown]
# A third of the weights are above 0: in those entries a *larger* difference speaks for "same". Even so,
# hardly any of the same pairs here beats a picture with itself, at a logit of 6.76. Taken together the
# weights still lower the probability (their mean is -1.12), but nothing forces them to. This is no
# distance, and nothing in the formula asks for one.
#
# ## What the head costs
#
# Both ways encode each picture once. Then the paths part. A cosine is a product: all queries meet all
# supports in one matrix product, and for millions of supports there are data structures (indexes) that find
# near vectors without visiting all of them. The head has to be evaluated once for each pair.

# %%
queries, (supports, dim) = 100, vectors.shape
print(f"{queries} queries, {supports:,} supports: numbers in memory by cosine {queries * supports:,}, "
      f"by the head {queries * supports * dim:,}")

# %% [markdown]
# The product leaves one number for each pair. The head first makes 64, the absolute differences, before it
# adds them up. For 20 supports nobody notices. To search a large collection, look up the nearest hundred by
# cosine and let the head decide among these. And avoid a far more costly mistake: calling `network(x1, x2)`
# for each pair encodes the query again for each support.

# %% [markdown]
# ## Real questions, few pairs
#
# In [05](05_training_and_testing.ipynb) a network lost to TF-IDF on an excerpt of Quora's pairs. To learn
# from 12,000 pairs it lacks three things.
#
# 1. **Pieces of words.** A rare word may be in no training question, but most of its runs of three and four
#    letters are in some. Each piece is *hashed*: a fixed function turns it into a number below 2^15 =
#    32,768, so no list is kept and none is unknown.
# 2. **A start from the texts.** Before any label is seen, rare pieces get more weight (as in TF-IDF), and
#    pieces of the same questions get similar vectors.
# 3. **All labels, and a prior.** The pairs labelled *different* are used too: a logistic curve on the dot
#    product, with cross-entropy. Each question adds its own **prior**: how often such questions have
#    duplicates. What everybody asks has one, a street address hardly.

# %% [markdown]
# `BagEncoder` is all that: two sums of vectors, one for words and one for letters. It knows nothing of the
# order of words. `SubwordLSTM` reads the words in order with an LSTM, as in 05. The third rival has no
# encoder at all: `fit_sparse_pairs` puts a logistic curve on |x1 - x2| and its like (this notebook's head),
# where x1 and x2 are TF-IDF vectors, with one weight for each piece.
#
# `python -m benchmarks.quality.duplicates` trains them on the excerpt with three seeds and stores how they
# do on its test pairs. *Predict: with so few pairs, does order help? Does an encoder?*

# %%
words = ngrams.split_words("Which headphones?")
print(ngrams.word_pieces(words))
print(ngrams.letter_pieces(words)[:9], "...")
print("numbers:", ngrams.ngram_tokens(["Which headphones?"])[0][:6], "...")
few = load_results("duplicates")["excerpt"]
print(f"{few['train_pairs']:,} training pairs, {few['test_pairs']:,} test pairs; "
      f"always \"different\" is right in {few['majority']:.3f}")
for name, entry in few["tfidf"].items():
    print(f"{'TF-IDF, ' + name:22}AUC {entry['auc']:.3f}           accuracy {entry['accuracy']:.3f}")
for name, title in (("lstm", "LSTMs over pieces"), ("bags", "two bags"),
                    ("sparse", "|x1 - x2|, no encoder"), ("mixed", "bags + |x1 - x2|")):
    auc, right, wall = (few[name][of] for of in ("auc", "accuracy", "training_seconds"))
    print(f"{title:22}AUC {auc['mean']:.3f} +- {auc['std']:.3f}  accuracy {right['mean']:.3f} +- "
          f"{right['std']:.3f}  ({wall['mean']:.0f} s of training)")

# %% [markdown]
# First come the pieces of two words and a question mark. The letter in front tells the kinds apart: word,
# pair of neighbours (b, for bigram), run of characters. "headphone" shares nearly all of the last kind.
#
# All of them beat TF-IDF: its characters reach an AUC of 0.768, two bags 0.850. Order does not help with so
# few pairs: the LSTMs stay at 0.830. And of the three rivals the one with no encoder wins, at 0.864, after
# seconds of training.

# %% [markdown]
# Why does it win? It weighs every piece by itself, where an encoder must squeeze 2 x 32,768 = 65,536 of
# them into 2 x 96 + 1 = 193 numbers. It also lets a piece say *how alike* the rest must be, where a prior
# only says how likely a duplicate is.
#
# Bags and |x1 - x2| err on different pairs, so the sum of their logits does better than either: an AUC of
# 0.867, an accuracy of 0.780. What the rival without an encoder cannot do is search. It has no vectors to
# compare, only pairs to judge, and a forum of a million questions has a million pairs for each new one.

# %% [markdown]
# The DeepLearning.AI course's pretrained model is right in 0.726 of its own test pairs. That course trains
# on the 111,486 duplicates among 300,000 pairs, a fifth of them kept for validation; the other pairs are
# unused. Our test pairs are others: a share of 0.646 of the pairs is different here, of 0.623 there. So
# neither beats the other.
#
# The priors have a price: they know what people asked on Quora until 2017, and elsewhere they may be wrong.
# (Seconds of training are those of two cores, with nothing else running.)

# %% [markdown]
# ## A failure on purpose: no absolute value
#
# Leave out two strokes: $w \cdot (h_1 - h_2) + b$. The code runs, the gradients arrive. *Predict: what will
# the loss do?*

# %%
class SignedHead(SimilarityHead):
    def __call__(self, h1, h2):
        return self.dense(h1 - h2)[:, 0]


rngs = nnx.Rngs(SEED)
signed = SimilarityNetwork(ImageEncoder(channels=(16, 32, 64), rngs=rngs), SignedHead(64, rngs=rngs))
signed_history = fit(signed, loss, batches, epochs=1, optimizer=optimizer, progress=False)

# %% tags=["trained"]
figure, axes = plt.subplots(figsize=(6.4, 3))
axes.plot(history["loss"][:STEPS], color=plots.COLOURS["ink"], label="|h1 - h2|")
axes.plot(signed_history["loss"], "--", color=plots.COLOURS["accent"], label="h1 - h2")
axes.axhline(np.log(2), color="grey", ls=":", label="ln 2", zorder=3)
axes.set(xlabel="step", ylabel="loss", ylim=(0, 1))
axes.legend(ncols=3)
plots.show(figure, alt="With the absolute value the loss falls from ln 2; without it the loss stays at ln 2.")
h1, h2 = encode(signed.encoder, x1), encode(signed.encoder, x2)
there, back = np.asarray(signed.head(h1, h2)), np.asarray(signed.head(h2, h1))
print("last ten losses:", f"{np.mean(signed_history['loss'][-10:]):.3f}",
      "with the absolute value:", f"{np.mean(history['loss'][STEPS - 10:STEPS]):.3f}")
print(f"logit there plus logit back, minus twice the bias: {abs(there + back - 2 * float(signed.head.dense.bias[0])).max():.4f}")

# %% [markdown]
# Without the absolute value the loss stays at 0.693, which is ln 2. With it, the same 60 steps led to
# 0.441. The second line says why: the two logits mirror each other about the bias, so what (a, b) gains,
# (b, a) loses. Since both orders have the same right answer, every lean helps one and harms the other by at
# least as much. The best that is left is no lean at all: one half for every pair, ln 2.
#
# More steps would not help: the argument is about the formula. No error is raised and every weight gets a
# gradient. Only the curve, flat at ln 2, gives it away, so check that your own loss leaves ln 2.

# %% [markdown]
# ## Exercises
#
# **pairwise.1 The head.** For embeddings `h1`, `h2` `[b, dim]`, a `weight` `[dim]` and a number `bias`,
# return the *probabilities* that the pairs are the same, shape `[b]`.

# %%
def my_head(h1, h2, weight, bias):
    ...


check("pairwise.1", my_head)

# %% [markdown]
# <details><summary>Solution to pairwise.1</summary>
#
# ```python
# def my_head(h1, h2, weight, bias):
#     logits = np.abs(h1 - h2) @ weight + bias
#     return 1 / (1 + np.exp(-logits))
# ```
#
# </details>
#
# **pairwise.2 Cross-entropy.** For `logits` `[b]` and `is_same` `[b]` of 1 and 0 return the loss of each
# pair, $-\ln$ of the probability of the right answer, shape `[b]`. Logits of a thousand occur, of
# either sign, and the result has to stay exact: a different pair with such a logit costs a thousand.
# For a different pair the loss is $\ln(1 + e^t)$, and `np.logaddexp(0, t)` is that.

# %%
def my_cross_entropy(logits, is_same):
    ...


check("pairwise.2", my_cross_entropy)

# %% [markdown]
# <details><summary>Solution to pairwise.2</summary>
#
# ```python
# def my_cross_entropy(logits, is_same):
#     towards_wrong = np.where(is_same == 1, -logits, logits)
#     return np.logaddexp(0, towards_wrong)
# ```
#
# For a same pair $-\ln \sigma(t) = \ln(1 + e^{-t})$: the same with the sign turned.
#
# </details>
#
# **pairwise.3 One-shot, with a way out.** `logits` `[q, n]` compares each query with n supports. Return for
# each query the support with the highest probability (the sigmoid of the logit), or -1 where even that
# probability is below `least`; shape `[q]`.

# %%
def name_or_refuse(logits, least):
    ...


check("pairwise.3", name_or_refuse)

# %% [markdown]
# <details><summary>Solution to pairwise.3</summary>
#
# ```python
# def name_or_refuse(logits, least):
#     p = 1 / (1 + np.exp(-logits))
#     return np.where(p.max(axis=1) < least, -1, p.argmax(axis=1))
# ```
#
# </details>
#
# **pairwise.4 Another share.** A network trained on balanced pairs gives the probabilities `p`. In use only
# `share` of the pairs are same. Return the corrected probabilities: the odds p / (1 - p) are multiplied by
# share / (1 - share).

# %%
def at_share(p, share):
    ...


check("pairwise.4", at_share)

# %% [markdown]
# <details><summary>Solution to pairwise.4</summary>
#
# ```python
# def at_share(p, share):
#     odds = p / (1 - p) * share / (1 - share)
#     return odds / (1 + odds)
# ```
#
# With one same pair in a hundred, a network that says 0.9 means 0.9 / (0.9 + 99 x 0.1) = 0.083.
#
# </details>
#
# **pairwise.5 A sigmoid on a distance (hard).** Back to the reader at the top, whose head is a sigmoid on a
# distance: $p(\text{different}) = \sigma(w\,d - b)$. Be generous: the encoder is perfect. All drawings of a
# letter have one unit vector, any two letters are at right angles, and half of the pairs are same. *Guess
# before you calculate: how low is the mean cross-entropy?*
# - `plain`: with w = 1 and b = 0, as the reader has it,
# - `shifted`: with w = 1 and the best b,
# - `weight`: which w brings this loss down to 0.01, with the best b for that w?

# %%
LOSS = 0.01  # what `weight` is to reach
head = {"plain": ..., "shifted": ..., "weight": ...}

check("pairwise.5", head)

# %% [markdown]
# <details><summary>Solution to pairwise.5</summary>
#
# There are two distances: 0 for same pairs, √2 for different ones. Without b, a same pair has logit 0 and
# pays ln 2 for ever. The best b gives both kinds the same lead, half of w√2, and a pair with a lead t
# pays $\ln(1 + e^{-t})$.
#
# ```python
# apart = np.sqrt(2)
# head = {
#     "plain": (np.log(2) + np.log(1 + np.exp(-apart))) / 2,
#     "shifted": np.log(1 + np.exp(-apart / 2)),
#     "weight": -np.log(np.exp(0.01) - 1) / (apart / 2),
# }
# ```
#
# A perfect encoder, and the loss is hardly better than guessing. Without b every answer is "different". So
# the head needs both of its own numbers, and a weight of several units: that is what the head's own rate
# was for.
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** Why does the head take the absolute value of the difference, and not the difference
# itself?
#
# <details><summary>A model answer</summary>
#
# The answer must not depend on which picture comes first. With the plain difference what (a, b) gains (b,
# a) loses, so over both orders nothing can be learned, and the loss stays where guessing puts it.
#
# </details>
#
# **Estimate.** A thousand queries meet a million stored pictures. What has to be computed for each pair
# by cosine, and what by the head? What is computed only once per picture?
#
# <details><summary>A model answer</summary>
#
# Either way each picture passes the encoder once. A cosine is then one entry of a matrix product, and an
# index can skip most of them. The head has to be evaluated for every single pair, a billion times, and no
# index helps. So let the cosine find a hundred, and the head decide among them.
#
# </details>
#
# **Derive.** The head computes $w \cdot |h_1 - h_2| + b$. Fill in for a picture beside itself: logit =
# $(\;?\;)$ and probability = $(\;?\;)$. What must b be for a good network?
#
# <details><summary>A model answer</summary>
#
# The logit is b, the probability is the sigmoid of b. So b is well above 0: a picture is surely itself,
# and every difference takes something off from there.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** Yes: the head starts from its bias, all but sure of "same" for a picture beside itself,
# and its mostly negative weights take something off for each difference. Its probabilities hold as long as
# half of the pairs are the same.

# %% [markdown]
# - On scripts kept back, 0.920 of balanced pairs are called right. In ten groups, probability and share of
#   same pairs differ by 0.016 on average.
# - |h1 - h2| → dense → sigmoid is the same for both orders. Without the absolute value the loss stays at
#   ln 2.
# - The gradient of the shared layers is the sum of two, one through each tower.
# - Balanced pairs are made, not found. At another share of same pairs, multiply the odds.
# - The head beats the cosine of its own encoder, but loses to the same encoder trained with the loss of
#   notebook 06. It compares pair by pair: no index, no matrix product.

# %% [markdown]
# Limits: three seeds for accuracy, one for the calibration. Pairs were drawn at random; a search for hard
# pairs was not tried. The letters are printed.
#
# ### References
#
# - Koch, Zemel and Salakhutdinov 2015, *Siamese neural networks for one-shot image recognition*,
#   sections 3.1 and 3.2: the head; the cross-entropy, and a learning rate for each layer.
#   [cs.cmu.edu](https://www.cs.cmu.edu/~rsalakhu/papers/oneshot1.pdf)
# - S. Wang, *Few-shot learning*, lecture 2: pairwise similarity, and where its gradients go.
#   [github.com/wangshusen/DeepLearning](https://github.com/wangshusen/DeepLearning)
# - Guo et al. 2017, *On calibration of modern neural networks*: the reliability picture and the expected
#   calibration error. [arxiv.org/abs/1706.04599](https://arxiv.org/abs/1706.04599)
#
# [Start](00_start_here.ipynb) · Previous: [08 Contrastive pairs](08_contrastive_pairs.ipynb) ·
# Next: [10 Which loss?](10_which_loss.ipynb)
