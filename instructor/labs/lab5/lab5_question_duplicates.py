# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 5 Assignment: question duplicates
#
# **Do two questions ask the same thing? Build, train and test a network that tells.**
#
# This is the whole way at once: batches, encoder, loss, training, decision. Every part may look as you
# like, as long as it keeps to its contract. At the end your network is asked about pairs that neither
# you nor it have ever seen, from families of questions that are not in your data, and **its measured
# quality is part of the grade**.
# [05 Training and testing](../05_training_and_testing.ipynb) walks through one solution; here the
# batches lose no pair, the loss looks both ways, and unknown words must not fool the model.
#
# | exercise | points | |
# | --- | --- | --- |
# | 5.1 Batches | 15 | 5 each pair once, 5 no meaning twice in a batch, 5 few batches, by chance |
# | 5.2 Encoder | 15 | 5 unit vectors, 6 padding and neighbours, 4 every weight learns |
# | 5.3 Loss | 15 | 8 full batches, 7 padding |
# | 5.4 Classify | 10 | 6 values, 4 at the edges |
# | 5.5 Train and predict | 45 | 5 a question and itself, 5 unknown and empty texts, 35 quality |
#
# Quality is the accuracy on 800 hidden pairs, half of them the same. They are about new things, asked
# about in ways that no file of yours holds. Same and different pairs have as many words in common. Most
# of the different ones name the same thing, and differ in which one (a rusty van, a second-hand van),
# in what is asked about it, or in both. The same ones say all of it in other words:
#
# | accuracy | 0.80 | 0.84 | 0.88 | 0.91 |
# | --- | --- | --- | --- | --- |
# | points | 0 | 12.25 | 26.25 | 35 |
#
# and in straight lines between; the other ten points of 5.5 count above 0.80, too. Guessing gives
# 0.5, counting words (TF-IDF) 0.54. When your lab is graded it runs from the top on one core with 3 GB
# of memory: the training must be done within two minutes there. Time: about three hours.

# %%
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from siamese_lib.checks import check
from siamese_lib.datasets import load_questions
from siamese_lib.text import build_tokenizer, duplicate_groups, encode_texts
from siamese_lib.training import encode, fit

# %% [markdown]
# ## The data
#
# `load_questions` gives pairs with labels. `duplicate_groups` joins them to meanings: two questions
# of one meaning ask the same. What the cell below makes is yours to use: `first[i]` and `second[i]`
# are the token numbers of the i-th duplicate pair, `meaning[i]` is its meaning. Token 0 is padding, 1
# an unknown word.

# %%
LENGTH = 24
train, validation = load_questions("train"), load_questions("validation")
texts, group = duplicate_groups(*train)
tokenizer = build_tokenizer(texts)


def tokens_of(texts):
    """Token numbers [n, LENGTH]; an empty text, or one with no known word, raises ValueError."""
    tokens = encode_texts(tokenizer, list(texts), max_length=LENGTH)
    return np.pad(tokens, ((0, 0), (0, LENGTH - tokens.shape[1])))


meaning_of = dict(zip(texts, group, strict=True))
same = [(a, b) for a, b, y in zip(*train, strict=True) if y == 1]
first, second = tokens_of([a for a, _ in same]), tokens_of([b for _, b in same])
meaning = np.array([meaning_of[a] for a, _ in same])
print(
    f"{len(same):,} duplicate pairs, {len(set(meaning)):,} meanings, "
    f"{tokenizer.get_vocab_size():,} words"
)

# %% [markdown]
# ## 5.1 Batches
#
# The loss takes every other pair of a batch for a negative, so no two pairs of a batch may share a
# meaning. And no pair may be lost: what does not fill a batch is filled up with -1, which later
# counts as padding. With n pairs, the size b, and $m_k$ pairs of meaning k, so many batches are
# enough:
#
# $$B = \max\left(\left\lceil \frac{n}{b} \right\rceil,\ \max_k m_k\right)$$
#
# *Predict: deal the pairs, sorted by meaning, one by one to B batches like cards. Can two of one
# meaning meet?*
#
# **5.1 (15 points).** `meaning` `[n]` int, `size`, a NumPy generator `rng` → a list of B arrays
# `[size]` int: places in `meaning`, or -1. All chance comes from `rng`.


# %% nbgrader={"grade": false, "grade_id": "ex-5-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def make_batches(meaning, size, rng):
    ### BEGIN SOLUTION
    number = np.unique(meaning, return_inverse=True)[1]
    count = max(-(-len(meaning) // size), np.bincount(number).max())
    order = rng.permutation(len(meaning))
    order = order[np.argsort(rng.permutation(number.max() + 1)[number[order]], kind="stable")]
    batches = []
    for k in range(count):
        rows = order[k::count]
        batches.append(np.concatenate([rows, np.full(size - len(rows), -1)]))
    return batches
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-5-1", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab5.1", make_batches)

# %% [markdown]
# ## 5.2 Encoder
#
# Any network that turns tokens into unit vectors:
#
# $$f: \{0, 1, \dots\}^{t} \to \mathbb{R}^{d}, \qquad |f(x)| = 1$$
#
# Its contract: more padding changes nothing, the rest of the batch changes nothing, different
# questions get different vectors, every weight gets a gradient, at most 1,000,000 weights. Think
# about the order of words: "a ticket from Rome" is not "a ticket to Rome". *Predict: can a mean of word
# vectors tell those apart?*
#
# **5.2 (15 points).** `QuestionEncoder(vocabulary_size, rngs=rngs)`, called with `tokens` `[b, t]` int,
# 0 = padding on the right → `[b, d]`.


# %% nbgrader={"grade": false, "grade_id": "ex-5-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
class QuestionEncoder(nnx.Module):
    def __init__(self, vocabulary_size, *, rngs):
        ### BEGIN SOLUTION
        self.embedding = nnx.Embed(vocabulary_size, 64, rngs=rngs)
        self.pairs = nnx.Conv(64, 96, (3,), rngs=rngs)
        self.out = nnx.Linear(64 + 96, 64, rngs=rngs)
        ### END SOLUTION

    def __call__(self, tokens):
        ### BEGIN SOLUTION
        is_real = (tokens != 0)[..., None]
        words = jnp.where(is_real, self.embedding(tokens), 0)
        # Neighbours of the last word are padding, zeros like those beyond the edge.
        near = jnp.where(is_real, jnp.tanh(self.pairs(words)), -1).max(axis=1)
        mean = words.sum(axis=1) / jnp.sqrt(is_real.sum(axis=1))
        x = self.out(jnp.concatenate([near, mean], axis=-1))
        return x / jnp.sqrt(jnp.maximum((x * x).sum(axis=-1, keepdims=True), 1e-12))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-5-2", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab5.2", QuestionEncoder)

# %% [markdown]
# ## 5.3 Loss
#
# With unit vectors, $S = V_1 V_2^\top$. Row i looks from a first question at all second ones; column
# i looks the other way. Take both. For real pairs, with the negatives $N_i$ = the other real pairs:
#
# $$L(S) = \frac{1}{n} \sum_{i \text{ real}} \Big[
# \max\big(\tfrac{1}{|N_i|}\textstyle\sum_{j \in N_i} S_{ij} - S_{ii} + \alpha,\, 0\big) +
# \max\big(\max_{j \in N_i} S_{ij} - S_{ii} + \alpha,\, 0\big) \Big]$$
#
# $$J = \frac{L(S) + L(S^\top)}{2}$$
#
# The negative of the second term is the *hardest*, also where it lies above the positive. Two real
# pairs at least. Write it with `jnp`: you train with it. *Predict: what is J when all vectors are the
# same?*
#
# **5.3 (15 points).** `first`, `second` `[b, d]` unit vectors, `is_real` `[b]` bool, `margin` → one
# number.


# %% nbgrader={"grade": false, "grade_id": "ex-5-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def batch_loss(first, second, is_real, margin):
    ### BEGIN SOLUTION
    similarity = first @ second.T
    use = is_real[:, None] & is_real[None, :] & ~jnp.eye(len(is_real), dtype=bool)

    def one_way(s):
        positive = jnp.diag(s)
        mean = jnp.where(use, s, 0).sum(axis=1) / jnp.maximum(use.sum(axis=1), 1)
        hardest = jnp.where(use, s, -2).max(axis=1)
        row = jax.nn.relu(mean - positive + margin) + jax.nn.relu(hardest - positive + margin)
        return jnp.where(is_real, row, 0).sum() / is_real.sum()

    return (one_way(similarity) + one_way(similarity.T)) / 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-5-3", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab5.3", batch_loss)

# %% [markdown]
# ## 5.4 Classify
#
# A forum may leave a doubtful pair to a person:
#
# $$\text{answer} = \begin{cases} 1 \text{ (same)} & s > \text{high} \\ 0 \text{ (different)} & s \le
# \text{low} \\ -1 \text{ (open)} & \text{else} \end{cases}$$
#
# with s the cosine of the two embeddings. *Predict: which low and high leave nothing open?*
#
# **5.4 (10 points).** `first`, `second` `[n, d]` of any length, `low` <= `high` → `[n]` int.


# %% nbgrader={"grade": false, "grade_id": "ex-5-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def classify(first, second, low, high):
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    similarity = (first * second).sum(axis=1) / lengths
    return np.where(similarity > high, 1, np.where(similarity <= low, 0, -1))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-5-4", "points": 10, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab5.4", classify)

# %% [markdown]
# ## 5.5 Train and predict
#
# Put it together. `train_model()` makes your encoder, trains it on `first`, `second` and `meaning`,
# chooses a threshold $t$ on the *validation* pairs, and returns both. `predict` answers for lists of
# texts:
#
# $$\text{same} \iff \cos(f(q_1), f(q_2)) > t$$
#
# `fit(model, loss, batches, epochs=..., optimizer=optax.adam(...), progress=False)` trains: `loss(model,
# *batch)` gives one number, and `batches(epoch)` the batches of an epoch, tuples of arrays. `encode(model,
# tokens, pad_token=0)` gives embeddings, and refuses a row of padding alone. Two traps: rows of -1 must
# not count in the loss, and a text with no known word (all of its `tokenizer.encode(text).ids` are 1),
# or an empty one, is the same as nothing: answer False there.
#
# *Predict: which accuracy will you reach on the validation pairs, and will the hidden ones be harder?*
#
# **5.5 (45 points).** `train_model()` → `(model, threshold)`; `predict(questions1, questions2)`, two
# lists of n texts → `[n]` bool.


# %% nbgrader={"grade": false, "grade_id": "ex-5-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def train_model():
    ### BEGIN SOLUTION
    model = QuestionEncoder(tokenizer.get_vocab_size(), rngs=nnx.Rngs(0))

    def loss(model, a, b, is_real):
        return batch_loss(model(a), model(b), is_real, 0.6)

    def batches(epoch):
        rng = np.random.default_rng(epoch)

        def some_unknown(tokens):  # one word in ten, so that no single word decides
            return np.where((rng.random(tokens.shape) < 0.1) & (tokens != 0), 1, tokens)

        for rows in make_batches(meaning, 128, rng):
            yield some_unknown(first[rows]), some_unknown(second[rows]), rows >= 0

    fit(model, loss, batches, epochs=6, optimizer=optax.adam(5e-3), progress=False)
    similarity = similarities(model, validation.question1, validation.question2)
    grid = np.linspace(0, 1, 201)
    accuracy = np.array([np.mean((similarity > t) == (validation.is_same == 1)) for t in grid])
    # Many thresholds do as well on things that the model knows; on new ones the highest of them is
    # wrong least often, for two questions about one new thing look alike to it.
    return model, grid[accuracy >= accuracy.max() - 0.005][-1]


def similarities(model, questions1, questions2):
    a, b = (encode(model, tokens_of(q), pad_token=0) for q in (questions1, questions2))
    return (a * b).sum(axis=1)


def is_known(text):
    return any(token > 1 for token in tokenizer.encode(text).ids[:LENGTH])
    ### END SOLUTION


trained = train_model()


def predict(questions1, questions2):
    ### BEGIN SOLUTION
    model, threshold = trained
    known = np.array(
        [is_known(a) and is_known(b) for a, b in zip(questions1, questions2, strict=True)]
    )
    said = np.zeros(len(known), bool)
    if known.any():
        pairs = [(a, b) for a, b, k in zip(questions1, questions2, known, strict=True) if k]
        said[known] = similarities(model, [a for a, _ in pairs], [b for _, b in pairs]) > threshold
    return said
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-5-5", "points": 45, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab5.5", predict)

# %% [markdown]
# ## Done?
#
# The check asks about 80 validation pairs, and grading about others, so leave yourself some room above
# 0.8. Before you hand in, restart the kernel and run all cells: grading runs your notebook from the
# top, training included. One is left, without points: [Lab 6 Quiz](lab6_quiz.ipynb).
