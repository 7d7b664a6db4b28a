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
# # 01 Architecture
#
# You read in a paper that the gradient is "additive across the twin networks due to the tied
# weights", and you stop: tied how? Why not simply use one network twice? Or do the twins become
# identical by training? Somebody [asked just
# that](https://datascience.stackexchange.com/questions/75559/why-does-siamese-neural-networks-use-tied-weights-and-how-do-they-work).
#
# **How can two inputs be compared by a network that has never seen either?**
#
# After this notebook you can
# - draw a Siamese network: one encoder, two embeddings, one energy,
# - show that both inputs train the same weights, and what goes wrong with two sets,
# - compare two energy functions, and say when they rank pairs alike,
# - follow the shapes through a CNN and an LSTM tower,
# - count their parameters by hand.
#
# Before this: [00 Start here](00_start_here.ipynb). Time: about 80 minutes to study, half a minute
# to run.
#
# [Start](00_start_here.ipynb) · Previous: [00 Start here](00_start_here.ipynb) ·
# Next: [02 The cosine cost](02_cosine_cost.ipynb)

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx

from siamese_lib import plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SiameseNetwork
from siamese_lib.energy import cosine_distance, euclidean_distance, l2_normalize, pairwise_cosine
from siamese_lib.text import build_tokenizer, encode_texts

plots.style()
rng = np.random.default_rng(0)
course_map("architecture")

# %% [markdown]
# ## A different question
#
# A classifier answers "which of these forty people is it?" It has one output for each person. When
# another person arrives, it needs a new output and new training. A Siamese network answers another
# question: "are these two the same?" That question makes sense for two faces that nobody has seen
# before.

# %% [markdown]
# Why "Siamese"? After Siamese twins, two bodies that are joined. Bromley et al. were the first to give
# a network this name, in 1993: two halves that are alike, joined at their outputs, to compare signatures.
# (Baldi and Chauvin compared fingerprints with such a pair in the same year.)
#
# [S. Ravichandiran's *Hands-On Meta Learning with Python*](https://github.com/sudharsan13296/Hands-On-Meta-Learning-With-Python)
# is a book that comes with notebooks. As uses it lists faces, signatures, the search for similar questions
# and the tracking of objects, and it builds a network for short clips of barking dogs. In this course you train
# one on pairs of questions and one on letters.
#
# The parts are few. An **encoder** (also called a tower) turns an input into a vector, its
# **embedding**. The same encoder serves both inputs. An **energy function** compares the two
# embeddings.

# %% jupyter={"source_hidden": true}
def box(axes, x, y, text, colour, width=1.9):
    axes.add_patch(plt.Rectangle((x - width / 2, y - 0.4), width, 0.8, fc=colour, ec="black", alpha=0.35))
    axes.text(x, y, text, ha="center", va="center", fontsize=10)


def arrow(axes, start, end, **look):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "lw": 1.6, "color": "black", **look})


figure, axes = plt.subplots(figsize=(8.4, 3.3))
for y, question, k in ((2.2, "How old are you?", 1), (0, "What is your age?", 2)):
    box(axes, 1.2, y, f"input {k}\n{question}", "#BBBBBB", width=2.4)
    box(axes, 4.4, y, "encoder\nweights W", plots.COLOURS["accent"])
    box(axes, 7.0, y, f"embedding\n$h_{k}$", "#BBBBBB", width=1.5)
    arrow(axes, (2.4, y), (3.45, y))
    arrow(axes, (5.35, y), (6.25, y))
    arrow(axes, (7.75, y), (8.75, 1.1 + 0.25 * np.sign(y - 1)))
box(axes, 9.75, 1.1, "energy\n$E(h_1, h_2)$", "white")
arrow(axes, (4.4, 0.4), (4.4, 1.8), arrowstyle="<|-|>", ls="--", color=plots.COLOURS["accent"])
axes.text(4.55, 1.1, "same weights", va="center", fontsize=10)
axes.text(9.75, 0.35, "low: alike\nhigh: different", ha="center", va="center", fontsize=10)
axes.set(xlim=(-0.1, 10.8), ylim=(-0.6, 2.8))
axes.axis("off")
plots.show(figure, alt="Two questions pass through the same encoder; an energy compares both embeddings.")

# %% [markdown]
# The figure shows the encoder twice, but in memory it exists once: it is a function that is called two times.
# Nothing in it belongs to one particular input. That is the first half of the answer to our
# question: the network stores no inputs, it stores a way to turn *any* input into a point.
#
# ## One network, used twice
#
# Take the smallest encoder there is: one matrix $W$ with $h = Wx$, three numbers in, two out. As the
# energy we take half of the squared distance, $E = \frac{1}{2}|h_1 - h_2|^2$, because its derivative is
# short.

# %%
guess("A step downhill moves h1", "towards h2", "away from h2", "not at all")

# %%
weights = jnp.array([[1.0, 0.5, -0.5], [0.0, -1.0, 0.5]])
x1, x2 = jnp.array([1.0, 2.0, 0.0]), jnp.array([0.0, 1.0, 1.0])


def half_squared(h1, h2):
    return 0.5 * jnp.sum((h1 - h2) ** 2)


at_h1, at_h2 = jax.grad(half_squared, argnums=(0, 1))(weights @ x1, weights @ x2)
print("gradient at h1", at_h1)
print("gradient at h2", at_h2)

# %% [markdown]
# The two gradients are mirror images: equal in size, opposite in sign. Against the gradient is
# downhill, so $h_1$ moves towards $h_2$ and $h_2$ towards $h_1$.
#
# Now to the weights. To see what each branch contributes, write the network with two separate
# copies of $W$, a left and a right one, and differentiate with respect to each. Then use one matrix for both.
# *Predict: how does the gradient of the shared matrix follow from the other two?*

# %%
def two_copies(left, right, x1, x2):
    return half_squared(left @ x1, right @ x2)


def one_network(shared, x1, x2):
    return two_copies(shared, shared, x1, x2)


from_left, from_right = jax.grad(two_copies, argnums=(0, 1))(weights, weights, x1, x2)
of_shared = jax.grad(one_network)(weights, x1, x2)
assert np.allclose(from_left + from_right, of_shared)
print(f"top middle: {from_left[0, 1]:.1f} from branch 1, {from_right[0, 1]:.1f} from branch 2")
print("largest difference between the sum and the shared gradient:",
      jnp.abs(from_left + from_right - of_shared).max())

# %%
figure, row = plt.subplots(1, 3, figsize=(8.6, 2.5))
names = ("from branch 1", "+ from branch 2", "= shared weights")
for axes, name, matrix in zip(row, names, (from_left, from_right, of_shared), strict=True):
    axes.imshow(matrix, cmap="PuOr_r", vmin=-7, vmax=7)
    for i, j in np.ndindex(2, 3):
        ink = "white" if abs(matrix[i, j]) > 4.9 else "black"
        axes.text(j, i, f"{matrix[i, j] + 0.0:.1f}", ha="center", va="center", color=ink)
    axes.grid(False)
    axes.set(title=name, xticks=range(3), yticks=range(2), xlabel="column of W", ylabel="row of W")
plots.show(figure, alt="Three small tables of gradients: the first two add up to the third, entry by entry.")

# %% [markdown]
# Both branches send a gradient to the same matrix, and the matrix receives the **sum**: in the top
# middle, 4 - 2 = 2. Two weights can be drawn as a plane, and each gradient as an arrow in it. Here are the
# first two of the top row. The arrow of branch 2 starts where that of branch 1 ends.

# %%
print("branch 1", from_left[0, :2], " branch 2", from_right[0, :2], " shared", of_shared[0, :2])
figure = plots.gradient_sum(from_left[0, :2], from_right[0, :2], weights=("W[0, 0]", "W[0, 1]"))
plots.show(figure, alt="Two arrows head to tail, from branch 1 and from branch 2; a third from start to end is their sum.")

# %% [markdown]
# Read aloud: branch 1 sends 2 and 4, branch 2 sends 0 and -2, so the one matrix receives 2 and 2. Neither
# branch gets its own way.
#
# This is the chain rule for a variable that is used twice. For our tiny network you can write it out,
# with $d = h_1 - h_2$:
#
# $$\frac{\partial E}{\partial W_{ij}} = \underbrace{d_i\, x_{1,j}}_{\text{branch 1}}
# \; \underbrace{-\, d_i\, x_{2,j}}_{\text{branch 2}} = d_i\,(x_{1,j} - x_{2,j})$$
#
# A plain loop checks the formula. Then we swap the two inputs. *Predict: which of the three
# tables change?*

# %%
d = weights @ x1 - weights @ x2
by_loop = np.zeros((2, 3))
for i in range(2):
    for j in range(3):
        by_loop[i, j] = d[i] * x1[j] - d[i] * x2[j]
assert np.allclose(by_loop, of_shared)

left_swapped, right_swapped = jax.grad(two_copies, argnums=(0, 1))(weights, weights, x2, x1)
print("left now equals the old right:", np.allclose(left_swapped, from_right))
print("right now equals the old left:", np.allclose(right_swapped, from_left))
print("shared gradient unchanged:    ", np.allclose(left_swapped + right_swapped, of_shared))

# %% [markdown]
# Swapping the inputs mirrors the two branches and leaves the sum as it was. A network that shares
# its weights cannot tell which input came first, and it learns the same from (A, B) as from (B, A).
#
# ## A failure on purpose: two towers with weights of their own
#
# What if the two copies really are separate, and each follows its own gradient? They start out
# equal. We need some inputs: four shapes, drawn with numpy so that nothing has to be downloaded. `draw`
# places a shape with its centre moved by `dx` and `dy`.

# %%
side = np.linspace(-1, 1, 28)
columns, rows = np.meshgrid(side, side)
SHAPES = ("disc", "ring", "square", "cross")


def draw(shape, dx=0.0, dy=0.0):
    u, v = np.abs(columns - dx), np.abs(rows - dy)
    radius = np.hypot(u, v)
    ink = {
        "disc": radius < 0.5,
        "ring": np.abs(radius - 0.5) < 0.13,
        "square": np.maximum(u, v) < 0.45,
        "cross": (np.minimum(u, v) < 0.13) & (np.maximum(u, v) < 0.6),
    }
    return ink[shape].astype(np.float32)


centred = np.stack([draw(shape) for shape in SHAPES])
moved = np.stack([draw(shape, dx=0.25, dy=0.15) for shape in SHAPES])
figure = plots.image_grid(np.concatenate([centred, moved]), titles=SHAPES * 2, columns=4)
plots.show(figure, alt="Four drawn shapes: disc, ring, square, cross; below, the same moved right and down.")

# %% [markdown]
# Each tower is again one matrix, from all pixels to two numbers. The training is the
# usual one for pairs: pull two pictures of the same shape together, and push different shapes apart until
# their distance is 1 (this is the *contrastive loss*). `branch1` sees the first picture of each pair,
# `branch2` the second.

# %%
def pair_loss(branch1, branch2, x1, x2, is_same):
    distance = euclidean_distance(x1 @ branch1, x2 @ branch2)
    return jnp.mean(jnp.where(is_same, distance**2, jnp.maximum(1 - distance, 0) ** 2))


def random_pairs(rng, count=32):
    first = rng.integers(0, 4, count)
    is_same = rng.random(count) < 0.5
    second = np.where(is_same, first, (first + rng.integers(1, 4, count)) % 4)
    pictures = [np.stack([draw(SHAPES[k], *rng.uniform(-0.2, 0.2, 2)).ravel() for k in kinds])
                for kinds in (first, second)]  # fmt: skip
    return *pictures, is_same


step = jax.jit(jax.value_and_grad(pair_loss, argnums=(0, 1)))

# %% [markdown]
# We train twice, from the same start and on the same pairs: once with one shared matrix, which gets
# the sum of both gradients, and once with two. At every step we ask a simple question: how far is a
# picture *from itself*, when one copy of it goes through each tower? *Predict both curves.*

# %% tags=["trained"]
def train(*, shared, steps=150):
    rng = np.random.default_rng(0)
    left = right = rng.normal(size=(784, 2)) * 0.02
    to_itself = []
    for _ in range(steps):
        flat = centred.reshape(4, -1)
        to_itself.append(float(euclidean_distance(flat @ left, flat @ right).mean()))
        loss, (g1, g2) = step(left, right, *random_pairs(rng))
        if shared:
            left = right = left - 0.002 * (g1 + g2)
        else:
            left, right = left - 0.002 * g1, right - 0.002 * g2
    return left, right, to_itself


runs = {name: train(shared=name == "shared") for name in ("shared", "separate")}
for name, (_, _, to_itself) in runs.items():
    print(f"{name:9s} distance of a picture to itself: start {to_itself[0]:.2f}, "
          f"largest {max(to_itself):.2f}, end {to_itself[-1]:.2f}")
left, right, _ = runs["separate"]
ring, cross = centred[1].ravel(), centred[3].ravel()
print(f"separate: E(ring, cross) = {euclidean_distance(ring @ left, cross @ right):.2f}, "
      f"E(cross, ring) = {euclidean_distance(cross @ left, ring @ right):.2f}")

# %%
figure, (curve, plane) = plt.subplots(1, 2, figsize=(8.8, 3.8))
for name, dashes in (("shared", "--"), ("separate", "-")):
    curve.plot(runs[name][2], dashes, color=plots.COLOURS["ink"], label=f"{name} weights")
curve.set(xlabel="step", ylabel="distance to itself", title="E(x, x) while training", ylim=(-0.03, 0.8))
curve.legend(loc="upper right")
for k, shape in enumerate(SHAPES):
    ends = np.stack([centred[k].ravel() @ left, centred[k].ravel() @ right])
    plane.plot(*ends.T, color=plots.CLASSES[k], lw=1.5)
    plane.plot(*ends[0], "o", *ends[1], "^", color=plots.CLASSES[k], ms=9)
    below = -14 if shape == "square" else 6
    plane.annotate(shape, ends[1], (4, below), textcoords="offset points")
plane.margins(0.2)
plane.set(xlabel="first number", ylabel="second number", title="Separate: left tower ●, right tower ▲")
plots.show(figure, alt="Left: the distance to itself stays 0 with shared weights, not with separate. Right: each shape has two places.")

# %% [markdown]
# With shared weights a picture is at distance 0.00 from itself at every step. Both towers are one
# function, so it cannot be otherwise.
#
# With separate weights the towers drift apart at once. At worst a picture is 0.56 away from itself, while
# the loss asks for 1 between pictures of *different* shapes. The pairs pull the
# towers together again, but after the 150 steps a distance of 0.14 is left.

# %% [markdown]
# On the right every shape has two places (the two axes have different scales). The order of the inputs
# matters too: E(ring, cross) is 0.48, and E(cross, ring) is 0.41. No error was raised. If a network of yours
# says that a thing differs from itself, look for a second set of weights.
#
# ## Energy: one number from two embeddings
#
# The energy says how alike two embeddings are. Two energies are in common use, and like
# Ravichandiran we call both of them *energy functions*:
#
# $$E_\text{euclidean}(a, b) = \sqrt{\textstyle\sum_i (a_i - b_i)^2} \qquad
# E_\text{cosine}(a, b) = 1 - \frac{a \cdot b}{|a|\,|b|}$$
#
# Both are distances: low means alike. (Many texts use the cosine itself, where *high* means alike.
# In `siamese_lib` the name says which: `..._distance` or `..._similarity`.) First as plain loops.
# *Predict: which of the three pairs is the closest for each energy?*

# %%
def euclidean_loop(a, b):
    total = 0.0
    for a_i, b_i in zip(a, b, strict=True):
        total += (a_i - b_i) ** 2
    return total**0.5


def cosine_loop(a, b):
    product = length_a = length_b = 0.0
    for a_i, b_i in zip(a, b, strict=True):
        product, length_a, length_b = product + a_i * b_i, length_a + a_i**2, length_b + b_i**2
    return 1 - product / (length_a**0.5 * length_b**0.5)


pairs = {"same direction": ([1, 0], [3, 0]), "37 degrees": ([1, 0], [0.8, 0.6]),
         "right angle": ([1, 0], [0, 1])}  # fmt: skip
print(f"{'':16s}euclidean  cosine")
for name, (a, b) in pairs.items():
    print(f"{name:16s}{euclidean_loop(a, b):9.2f}{cosine_loop(a, b):8.2f}")

# %% [markdown]
# They disagree about the first pair. The Euclidean energy finds it the farthest of all (2.00), and
# the pair at 37 degrees the closest. The cosine finds no distance at all between its two vectors (0.00),
# because only their lengths differ. So the energy is a choice: does the length of an embedding carry
# meaning, or not?
#
# Now the same for 1,000 pairs without a loop, and then with `siamese_lib`.

# %%
a, b = rng.normal(size=(2, 1000, 8))
straight = np.sqrt(((a - b) ** 2).sum(axis=-1))
turned = 1 - (a * b).sum(axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
loops = np.array([(euclidean_loop(*ab), cosine_loop(*ab)) for ab in zip(a, b, strict=True)])
assert np.allclose(loops, np.stack([straight, turned], axis=-1))
assert np.allclose(straight, euclidean_distance(a, b), atol=1e-5)
assert np.allclose(turned, cosine_distance(a, b), atol=1e-5)
print(f"mean euclidean {straight.mean():.2f}, mean cosine distance {turned.mean():.2f}")

# %% [markdown]
# ## The picture of the two energies
#
# The towers in this collection end with **L2 normalisation**: every embedding is divided by its
# length, so that it lies on the unit circle (or sphere). For vectors of length 1, expand the square:
#
# $$|a - b|^2 = |a|^2 + |b|^2 - 2\,a \cdot b = 2 - 2\cos(a, b)$$
#
# *Predict: what does that do to the disagreement about the ranking?* We draw one energy against the
# other, before and after, and count how often the two agree on which of two random pairs is closer.

# %%
def same_order(first, second):
    return np.mean((first[:500] < first[500:]) == (second[:500] < second[500:]))


unit_a, unit_b = l2_normalize(a), l2_normalize(b)
straight_unit = np.asarray(euclidean_distance(unit_a, unit_b))
assert np.allclose(straight_unit**2, 2 * turned, atol=1e-5)
print("share of comparisons with the same answer")
print(f"  any length  {same_order(straight, turned):.3f}")
print(f"  unit length {same_order(straight_unit, turned):.3f}")

# %%
figure, (before, after) = plt.subplots(1, 2, figsize=(8.4, 3.6), sharex=True)
before.scatter(turned, straight, s=6, color=plots.COLOURS["accent"], alpha=0.5)
before.set(xlabel="cosine distance", ylabel="euclidean distance", title="Vectors of any length")
after.scatter(turned, straight_unit, s=6, color=plots.COLOURS["accent"], alpha=0.5)
line = np.linspace(0, 2, 100)
after.plot(line, np.sqrt(2 * line), color="black", lw=1, label="$\\sqrt{2 - 2\\cos}$")
after.set(xlabel="cosine distance", ylabel="euclidean distance", title="The same, scaled to length 1")
after.legend(loc="lower right")
plots.show(figure, alt="Left: a wide cloud of points. Right: the same pairs at unit length lie on one rising curve.")

# %% [markdown]
# For vectors of any length the two agree in a share of 0.732 of the comparisons (0.5 would be chance). At
# length 1 the cloud collapses onto one rising curve, and they agree in all of them. After L2
# normalisation the choice of energy no longer changes a ranking, only the scale.
#
# ### Try it
#
# Change the line that makes `a` and `b`, and run the notebook from there. *What do you expect?*
# - Multiply `b` by ten in a line below it: the right picture does not move, the left one does.
# - Replace the eight dimensions by five hundred: the cosine distances crowd around 1, since two
#   random directions in many dimensions are nearly always close to a right angle.

# %% [markdown]
# ## A tower for pictures: the CNN
#
# `ImageEncoder` has three blocks. Each one slides filters of three by three pixels over the picture
# (convolution), rescales the result (group norm), sets negative values to 0 (ReLU), and keeps the
# largest of every two by two (max pooling), which halves the sides. A dense layer turns what is left
# into an embedding, which L2 normalisation makes a unit vector.
#
# We apply the layers one at a time and watch the shape. *Predict: the sides of the input are halved three
# times; which sides do you get?*

# %%
tower = ImageEncoder(rngs=nnx.Rngs(0))
x = jnp.asarray(np.concatenate([centred, moved]))[..., None]
print("input             ", x.shape)
for k, (convolution, norm) in enumerate(zip(tower.convolutions, tower.norms, strict=True), 1):
    x = nnx.max_pool(nnx.relu(norm(convolution(x))), (2, 2), strides=(2, 2))
    print(f"after block {k}     ", x.shape)
x = x.reshape(len(x), -1)
print("flattened         ", x.shape)
embedding = l2_normalize(tower.head(x))
print("embedding         ", embedding.shape)
assert np.allclose(embedding, tower(np.concatenate([centred, moved])), atol=1e-5)

# %% [markdown]
# The shapes read [pictures, height, width, channels]. From 28 at the input the sides go, block after
# block, to 14, 7 and 3: half of seven is rounded down. Space shrinks while the number of channels grows,
# until 576 numbers remain for each of the 8 pictures.
#
# Group norm works on each picture alone. The more common batch norm, while training, lets an embedding
# depend on whatever else is in the batch: the same picture then has many embeddings.
#
# This tower has never seen a picture: its weights are random. It can compare all the same.

# %%
guess("Which is the moved disc closer to?", "the disc", "the moved square")

# %%
picked = embedding[np.array([0, 4, 2, 6])]
names = ("disc", "disc\nmoved", "square", "square\nmoved")
figure = plots.similarity_matrix(pairwise_cosine(picked, picked), rows=names, columns=names,
                                 title="Cosine similarity, untrained CNN")  # fmt: skip
to_square, to_itself = pairwise_cosine(picked, picked)[0, np.array([2, 1])]
print(f"disc: cosine to the square {to_square:.2f}, to itself moved aside {to_itself:.2f}")
plots.show(figure, alt="A table of cosines: shapes at the same place are more alike than the same shape moved.")

# %% [markdown]
# The cosine of the disc to the square in the same place is 0.94. To the disc moved aside it is only 0.82.
# A random network compares *where the ink is*. That is a comparison, but not the one we want.
#
# So the second half of the answer has two parts: the energy compares points, whatever they came from, and what
# counts as alike must come from training. [06](06_one_shot_testing.ipynb) trains such a
# tower.
#
# ## A tower for questions: embedding and LSTM
#
# A question arrives as words. The tokenizer gives every word a number; 0 is kept for padding, since
# all rows of an array must have the same length.

# %%
questions = ["How old are you?", "What is your age?", "Where are you from?",
             "How do I learn to play the piano?"]  # fmt: skip
tokenizer = build_tokenizer(questions)
tokens = encode_texts(tokenizer, questions)
print(tokens)
print("words in the vocabulary:", tokenizer.get_vocab_size())

# %% [markdown]
# The vocabulary of 20 includes padding and "unknown word". The question mark is a token of its own,
# so the fourth question has 9 tokens, and the others are filled up to 9. `QuestionEncoder` then works
# in four steps:
# - an **embedding** table has one row of numbers for each word;
# - an **LSTM** (Hochreiter and Schmidhuber 1997) reads the rows from left to right and keeps a running
#   memory, so that its state after a word depends on all words before it;
# - the **mean** of these states is taken over time;
# - **L2 normalisation** makes it a unit vector.
#
# The field uses one word for two things: the embedding *table* is the tower's first layer, *the*
# embedding is what comes out at its end. *Predict the four shapes, with 16 numbers for each word and 12 in
# the LSTM.*

# %%
encoder = QuestionEncoder(tokenizer.get_vocab_size(), embedding_dim=16, hidden_dim=12, rngs=nnx.Rngs(0))
words = encoder.embedding(tokens)
states = encoder.lstm(words)
by_loop = []
for state_row, token_row in zip(np.asarray(states), tokens, strict=True):
    real = [state for state, token in zip(state_row, token_row, strict=True) if token != 0]
    mean = sum(real) / len(real)
    by_loop.append(mean / np.linalg.norm(mean))
print("tokens   ", tokens.shape, "\nembedding", words.shape, "\nLSTM     ", states.shape)
print("result   ", np.shape(by_loop))

# %% [markdown]
# The loop leaves out positions where the token is 0. Without a loop, a mask does the same: 1 at real
# tokens, 0 at padding. Multiply, add up, and divide by the number of *real* tokens:
#
# $$\bar{h} = \frac{\sum_t m_t h_t}{\sum_t m_t}$$

# %%
is_real = (tokens != 0)[..., None]
means = (states * is_real).sum(axis=1) / is_real.sum(axis=1)
assert np.allclose(by_loop, l2_normalize(means), atol=1e-5)
assert np.allclose(by_loop, encoder(tokens), atol=1e-5)
print("tokens that count in each question:", is_real.sum(axis=1).ravel())

# %% [markdown]
# Does that care matter? We take "How old are you?" and add more and more padding, once with the encoder,
# once with a mean over all positions.

# %%
guess("With the wrong mean, the vector", "shrinks", "turns", "shrinks and turns")

# %%
question = tokens[:1, :5]
alone = encoder(question)
extra = np.arange(28)
padded = np.pad(question, ((0, 0), (0, 27)))
states = np.asarray(encoder.lstm(encoder.embedding(padded)))
over_all = np.stack([states[0, : 5 + count].mean(axis=0) for count in extra])
careless = np.asarray(pairwise_cosine(over_all, alone))[:, 0]
tested = [1, 9, 27]
careful = [float(pairwise_cosine(encoder(padded[:, : 5 + count]), alone)[0, 0]) for count in tested]
for count in (3, 27):
    print(f"cosine after {count:2d} paddings, over all positions: {careless[count]:6.3f}")
print("over real tokens:", np.round(careful, 3))

# %% [markdown]
# The same over every number of padding tokens:

# %%
figure, axes = plt.subplots(figsize=(6.4, 3.2))
axes.plot(tested, careful, "o-", color=plots.COLOURS["ink"], label="mean over real tokens")
axes.plot(extra, careless, color=plots.COLOURS["accent"], label="mean over all positions")
axes.set(xlabel="padding tokens added", ylabel="cosine to the unpadded question", ylim=(-1.05, 1.1))
axes.legend(loc="lower left")
plots.show(figure, alt="Over real tokens the cosine stays at 1; over all positions it falls as padding grows.")

# %% [markdown]
# With the mask the cosine stays 1 whatever the padding. Without it, three padding tokens already turn
# the embedding to about a right angle (0.037). With 27 of them the question points away from itself
# (-0.506). The LSTM goes on reading the padding, its state there has a direction of its own, and the mean
# turns towards it.
#
# L2 normalisation repairs a wrong length, never a wrong direction. So the length of the *longest* question
# in a batch would change the embeddings of all others. That is why every mean in this collection is over
# real tokens.

# %% [markdown]
# ## Counting parameters
#
# An embedding table holds one number for each word and dimension. An LSTM has four gates; each one
# looks at the word and at its own last state, and has a bias:
#
# $$\underbrace{V \cdot e}_{\text{embedding}} + \underbrace{4\,(e + h + 1)\,h}_{\text{LSTM}}$$
#
# The model of the DeepLearning.AI course that this collection answers has 36,224 words, $e = 128$ and
# $h = 128$ (in its TensorFlow edition). We do the sum by hand, then build the model and count.

# %%
guess("Which part holds most of the parameters?", "the embedding", "the LSTM", "the dense layer")

# %%
def count(model):
    return sum(values.size for values in jax.tree.leaves(nnx.state(model, nnx.Param)))


table, lstm = 36_224 * 128, 4 * (128 + 128 + 1) * 128
their_model = QuestionEncoder(36_224, embedding_dim=128, hidden_dim=128, rngs=nnx.Rngs(0))
assert count(their_model) == table + lstm
print(f"embedding {table:,} + LSTM {lstm:,} = {count(their_model):,}")
print(f"share of the embedding: {table / count(their_model):.1%}")

# %% [markdown]
# There are 4,768,256 parameters, as the DeepLearning.AI course prints, and a share of 0.97 of them is the
# word table. The mean and the normalisation have none.
#
# The CNN by hand: for each channel out, a convolution has three by three weights for each channel in, and
# one bias. A group norm has two numbers per channel. The dense layer takes 576 numbers and a bias.

# %%
guess("A Siamese network of two towers has", "twice the parameters", "as many as one tower")

# %%
channels = (1, 32, 64, 64)
blocks = [(9 * c_in + 1) * c_out + 2 * c_out for c_in, c_out in zip(channels[:-1], channels[1:], strict=True)]
head = (3 * 3 * 64 + 1) * 64
assert sum(blocks) + head == count(tower)
print("CNN: blocks", blocks, "dense", head, "in all", count(tower))
print(f"Siamese, one encoder used twice {count(SiameseNetwork(their_model)):,}")
print(f"two towers of their own         {count(nnx.List([their_model, nnx.clone(their_model)])):,}")

# %% [markdown]
# Used twice, stored once: 4,768,256, where two towers would need 9,536,512. Sharing halves the
# weights, and every pair trains all of them from both sides.
#
# Last, the mirrored gradients again, this time in the real LSTM tower: two clones of the encoder
# against one `SiameseNetwork`, on two pairs of questions.

# %%
def energy_of_copies(left, right, tokens1, tokens2):
    return cosine_distance(left(tokens1), right(tokens2)).mean()


def energy_of_network(network, tokens1, tokens2):
    return cosine_distance(*network(tokens1, tokens2)).mean()


copies = (nnx.clone(encoder), nnx.clone(encoder))
g_left, g_right = nnx.jit(nnx.grad(energy_of_copies, argnums=(0, 1)))(*copies, tokens[:2], tokens[2:])
g_shared = nnx.jit(nnx.grad(energy_of_network))(SiameseNetwork(encoder), tokens[:2], tokens[2:])
added = jax.tree.map(jnp.add, g_left, g_right)
for one, other in zip(jax.tree.leaves(added), jax.tree.leaves(g_shared), strict=True):
    assert np.allclose(one, other, atol=1e-6)
    print(f"{str(one.shape):10s} sum of both branches equals the shared gradient")

# %% [markdown]
# The word table, the bias and the LSTM matrix all agree. From here on you write `SiameseNetwork`, and
# JAX adds the branches for you.
#
# ## Exercises
#
# Replace the dots, run the cell, then the check. An unfilled exercise says "not yet" and does no
# harm.
#
# **architecture.1 Euclidean energy of rows.** For `a` and `b` of shape `[batch, dim]` return the distance
# between the two vectors of each row, shape `[batch]`: $\sqrt{\sum_j (a_{ij} - b_{ij})^2}$.

# %%
def row_energies(a, b):
    ...


check("architecture.1", row_energies)

# %% [markdown]
# <details><summary>Solution to architecture.1</summary>
#
# ```python
# def row_energies(a, b):
#     return np.sqrt(((a - b) ** 2).sum(axis=-1))
# ```
#
# </details>
#
# **architecture.2 The mean over real tokens.** `states` is `[batch, time, dim]`, `tokens` is `[batch, time]`
# with 0 for padding. Return the mean state over real tokens, `[batch, dim]`, not normalised.

# %%
def mean_over_real(states, tokens):
    ...


check("architecture.2", mean_over_real)

# %% [markdown]
# <details><summary>Solution to architecture.2</summary>
#
# ```python
# def mean_over_real(states, tokens):
#     is_real = (tokens != 0)[..., None]
#     return (states * is_real).sum(axis=1) / is_real.sum(axis=1)
# ```
#
# </details>
#
# **architecture.3 Count the parameters.** Return the number of parameters of an embedding table and an LSTM,
# for any sizes.

# %%
def count_parameters(vocabulary_size, embedding_dim, hidden_dim):
    ...


check("architecture.3", count_parameters)

# %% [markdown]
# <details><summary>Solution to architecture.3</summary>
#
# ```python
# def count_parameters(vocabulary_size, embedding_dim, hidden_dim):
#     table = vocabulary_size * embedding_dim
#     lstm = 4 * (embedding_dim + hidden_dim + 1) * hidden_dim
#     return table + lstm
# ```
#
# </details>
#
# **architecture.4 Every pair at once.** For `a` of shape `[n, dim]` and `b` of shape `[m, dim]` return the
# matrix `[n, m]` whose entry $(i, j)$ is $\cos(a_i, b_j)$. Notebook 04 is built on this matrix.

# %%
def all_similarities(a, b):
    ...


check("architecture.4", all_similarities)

# %% [markdown]
# <details><summary>Solution to architecture.4</summary>
#
# ```python
# def all_similarities(a, b):
#     unit_a = a / np.linalg.norm(a, axis=-1, keepdims=True)
#     unit_b = b / np.linalg.norm(b, axis=-1, keepdims=True)
#     return unit_a @ unit_b.T
# ```
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** Two towers start with the very same weights, and then each is trained for itself. Why is
# that not a Siamese network?
#
# <details><summary>A model answer</summary>
#
# Each tower sees other inputs, gets other gradients, and after the first step the two differ. From then
# on one picture has two embeddings, and is no longer at distance 0 from itself. Sharing is not a good
# start, it is a constraint that holds at every step.
#
# </details>
#
# **Find the bug.** `h1 = ImageEncoder(rngs=nnx.Rngs(0))(x1)` and `h2 =
# ImageEncoder(rngs=nnx.Rngs(1))(x2)`. No error is raised. What is wrong, and which single number shows
# it?
#
# <details><summary>A model answer</summary>
#
# These are two encoders with two sets of weights. Give both the same picture: the distance should be 0,
# and is not. Make one encoder and call it twice.
#
# </details>
#
# **Derive.** One weight w, two numbers: $h_1 = w x_1$ and $h_2 = w x_2$, and the energy $E = (h_1 -
# h_2)^2$. Fill in the missing factor: $dE/dw = 2\,(h_1 - h_2) \cdot (\;?\;)$. Which part of it came
# through which branch?
#
# <details><summary>A model answer</summary>
#
# $(x_1 - x_2)$. The part with $x_1$ came through the first branch, the part with $-x_2$ through the
# second: the shared weight gets their sum.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** By one encoder used twice, never by two: both inputs become points, both branches
# add their gradients to the same weights, and two towers left to themselves drift apart.
#
# - A Siamese network is one encoder used twice and an energy. It can compare inputs it has never
#   seen: it places any input as a point, and the energy compares points.
# - The shared weights receive the sum of both gradients, so swapping inputs changes nothing. With two
#   sets of weights a picture is no longer at distance 0 from itself.
# - Euclidean and cosine energy can rank pairs differently, but never for unit vectors:
#   there $|a-b|^2 = 2-2\cos$.
# - CNN tower: blocks that shrink the sides, then a dense layer. LSTM tower: embedding, LSTM, mean
#   over real tokens, L2. Padding must not change an embedding.
# - The DeepLearning.AI course's tower has 4,768,256 parameters, stored once.

# %% [markdown]
# Limits: all towers here except the drifting ones are untrained, so their energies mean little yet.
# Sharing is right where both inputs are of one kind. A photograph and its caption need two
# different towers, and then nothing but training holds them together. What you need next is a
# number that says what a good embedding is: the cost.

# %% [markdown]
# ### References
#
# - DeepLearning.AI, *Natural Language Processing with Sequence Models*, the Siamese week: the
#   slide "Model Architecture"; the sizes in its assignment, TensorFlow edition. [coursera.org/learn/sequence-models-in-nlp](https://www.coursera.org/learn/sequence-models-in-nlp)
# - Bromley et al. 1993, *Signature verification using a "Siamese" time delay neural network*: two
#   identical halves joined at their outputs (abstract).
#   [papers.nips.cc](https://papers.nips.cc/paper/1993/hash/288cc0ff022877bd3df94bc9360b9c5d-Abstract.html)
# - Baldi and Chauvin 1993, *Neural networks for fingerprint recognition*.
#   [doi.org/10.1162/neco.1993.5.3.402](https://doi.org/10.1162/neco.1993.5.3.402)
# - S. Wang, *Few-shot learning*, lecture 2: the name, after the twins.
#   [github.com/wangshusen/DeepLearning](https://github.com/wangshusen/DeepLearning)

# %% [markdown]
# - S. Ravichandiran, *Hands-On Meta Learning with Python*, notebooks 2.1, 2.4 and 2.5: uses and
#   energy functions, faces, sounds.
#   [github.com/sudharsan13296](https://github.com/sudharsan13296/Hands-On-Meta-Learning-With-Python)
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*; the forget gate came later (Gers,
#   Schmidhuber and Cummins 2000). [doi.org/10.1162/neco.1997.9.8.1735](https://doi.org/10.1162/neco.1997.9.8.1735)
# - Vinyals et al. 2016, *Matching networks for one shot learning*, section 4.1: the small CNN, there
#   with four blocks and batch norm.
#   [arxiv.org/abs/1606.04080](https://arxiv.org/abs/1606.04080)
#
# [Start](00_start_here.ipynb) · Previous: [00 Start here](00_start_here.ipynb) ·
# Next: [02 The cosine cost](02_cosine_cost.ipynb)
