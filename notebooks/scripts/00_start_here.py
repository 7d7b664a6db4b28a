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
# # 00 Start here
#
# A face recogniser for about four hundred people worked, until somebody new arrived. Training
# everything again took too long, so its maker
# [asked in 2021](https://github.com/juan-csv/face_recognition_occlusion/issues/8) how to add one person
# and leave the rest alone. You are about to do that with a drawing.
#
# **Can a network recognise what it has seen only once, with no retraining?**
#
# After this notebook you can
# - show a network one example of something new, and have it recognised,
# - say what a Siamese network is, and find your way through the course,
# - check your environment and fix what is wrong, save your work and bring it back,
# - read the JAX and Flax code of all later notebooks.
#
# Before this: Python, and what a derivative is. Time: about 50 minutes to study, a few seconds to
# run.
#
# Next: [01 Architecture](01_architecture.ipynb)

# %% [markdown]
# ## Your first minute
#
# Run the next cell with Shift+Enter.
#
# 1. On the pad, draw a sign that nobody has seen: your initials, a rune, a house. The list shows which of
#    23 Hebrew letters it resembles most. The network has never met any of these letters either.
# 2. Type a name and press *enrol*.
# 3. Press *clear*, and draw your sign again, a little differently. *Predict: which row will be first?*

# %%
from siamese_lib.explorers import one_shot_explorer

one_shot_explorer()

# %% [markdown]
# Your sign comes first, from one example, and nothing was trained. If another row won, the two drawings
# differed more than the network can forgive: enrol the second one under the same name too, and try again.
#
# What just happened? **One network** turned each drawing into a **vector** of 64 numbers. Enrolling stored
# one vector under a name. Recognising meant finding the stored vector with the highest **cosine** to the
# new one; the list is sorted by that cosine.
#
# That is a Siamese network: one network used twice, like the twins that gave it its name, and a comparison
# of its two answers. It compares rather than classifies, so it can judge things it has never seen. They may
# be two photos of a stranger's face, two signatures, two clips of a voice, a new wording of an old
# question, or a person walking from one camera to the next.

# %% [markdown]
# ## The course
#
# This map stands at the top of every notebook, and marks where you are.

# %%
import matplotlib.pyplot as plt

from siamese_lib import environment, plots
from siamese_lib.checks import check, course_map, course_progress, guess, save_work

plots.style()
course_map("start")

# %% [markdown]
# | notebook | its question | minutes |
# | --- | --- | --- |
# | 00 Start here | does it run, and how much JAX must I know? | 50 |
# | [01 Architecture](01_architecture.ipynb) | how can one network compare two inputs? | 80 |
# | [02 The cosine cost](02_cosine_cost.ipynb) | how can one number say who belongs together? | 65 |
# | [03 Triplets](03_triplets.ipynb) | which triplets teach something, and why does training collapse? | 90 |
# | [04 The modified triplet loss](04_modified_triplet_loss.ipynb) | how does a batch deliver its own negatives? | 75 |
# | [05 Training and testing](05_training_and_testing.ipynb) | does it find duplicate questions that it has never seen? | 95 |
# | [06 One-shot testing](06_one_shot_testing.ipynb) | can it recognise a letter from one example? | 80 |
# | [07 Strengths and limits](07_strengths_and_limits.ipynb) | what are such networks good and bad at? | 70 |
# | [08 Contrastive pairs](08_contrastive_pairs.ipynb) | do two photographs show one person, when the network has met neither? | 90 |
# | [09 Pairwise similarity](09_pairwise_similarity.ipynb) | can it learn the comparison itself, and give a probability? | 95 |
# | [10 Which loss?](10_which_loss.ipynb) | which loss and which miner should you take? | 80 |
# | [11 Break it](11_break_it.ipynb) | which of ten things went wrong, and how can you tell? | 95 |
# | [12 Scaling out](12_scaling_out.ipynb) | what changes when the training moves from one core to many devices? | 80 |
# | [13 Signatures](13_signatures.ipynb) | is this signature genuine, when neither writer nor forger was met? | 85 |
#
# [Notation](notation.md) says what the letters and words mean, and which notebook defines each of them.
#
# Read a section, predict, run its cell with Shift+Enter, then read on. Every exercise has a check that
# answers at once. The labs, in the folder `labs`, ask for more, and give points. This is what you have
# passed so far:

# %%
for topic, passed, exercises in course_progress():
    marks = "x" * passed + "." * (exercises - passed)
    print(f"{topic:12} {marks:7} {passed} of {exercises} exercises")

# %% [markdown]
# An x is a passed exercise. Come back and run this cell again at any time: the checks of all notebooks
# and labs write to one small file, `.progress.json`, next to this notebook.
#
# ## Does it run here?
#
# The next cell prints the backend, the devices and the versions, and then what to do about anything
# that is wrong.

# %% tags=["volatile"]
environment.report()

# %% [markdown]
# "All is well." at the end means what it says. The backend `cpu` is all this course needs. A missing
# package, a GPU that is not used or too little memory each get one sentence with the remedy. If
# even the first cell failed with `ModuleNotFoundError`, the notebook is running in another environment:
# start it with `make lab`, or as the README's pip lines say.
#
# ## Save your work
#
# On your own machine JupyterLab saves to disk (Ctrl+S). **Binder forgets everything** after ten
# idle minutes. Save your notebooks, set `SAVE = True` and run the cell: it packs the notebooks that
# you have changed, the labs and your progress into one file. Right-click `my_work.zip` in the file
# browser on the left and choose Download. Next time, upload it next to this notebook and run one line
# in a cell: `from siamese_lib.checks import restore_work; restore_work()`. On Colab, *File > Save a copy
# in Drive* keeps a notebook, and `my_work.zip` your progress.

# %%
SAVE = False
if SAVE:
    save_work()

# %% [markdown]
# ## Set a notebook back
#
# - Outputs only: menu *Kernel > Restart Kernel and Run All Cells*.
# - The whole notebook as it came: *File > New > Terminal*, then
#   `git checkout -- :/notebooks/03_triplets.ipynb` (with the name of yours). If you have a zip file and no
#   git, unpack the notebook again. On Binder, open the link again.
# - The x marks: `from siamese_lib.checks import forget`, then `forget("triplets")` for one notebook,
#   or `forget()` for all.
#
# ## JAX in ten minutes
#
# JAX is numpy with three additions: gradients, compilation and automatic batching.
#
# ### Arrays
#
# `jax.numpy` works like numpy, with one difference that may surprise you: arrays never change. *Predict:
# what does the cell print for `x` at the end?*

# %%
import jax
import jax.numpy as jnp

x = jnp.array([1.0, 2.0, 3.0])
y = x.at[0].set(10.0)  # numpy would write x[0] = 10
print("x", x, " y", y)
print("sum of squares", jnp.sum(x**2))

# %% [markdown]
# `x` is still [1. 2. 3.]; `y` is a changed copy. The three additions are possible because functions
# change nothing.
#
# ### Gradients
#
# `jax.grad(f)` is a new function: the derivative of `f`, which must return one number. For
# $f(w) = \sum_i w_i^2$ calculus says $\partial f / \partial w_i = 2 w_i$. *Predict the gradient at
# x.*

# %%
def sum_of_squares(w):
    return jnp.sum(w**2)


gradient = jax.grad(sum_of_squares)(x)
by_hand = 2 * x
assert jnp.allclose(gradient, by_hand)
print("gradient", gradient)

# %% [markdown]
# [2. 4. 6.], as calculus says. Nobody wrote a formula down: JAX follows the computation and
# applies the chain rule to every step, and it does so through a whole network too.
#
# ### Training is a walk against the gradient
#
# Subtract a small part of the gradient from the parameters, again and again. Here one number `w` has to
# make $3 w = 6$ true.

# %%
guess("Where does w end?")

# %%
def loss(w):
    return (w * 3.0 - 6.0) ** 2


w, losses = 0.0, []
for _ in range(15):
    losses.append(loss(w))
    w = w - 0.02 * jax.grad(loss)(w)
print(f"w = {w:.3f}, loss {losses[0]:.1f} -> {losses[-1]:.4f}")

# %% [markdown]
# The fifteen losses as a curve:

# %%
figure, axes = plt.subplots(figsize=(5.5, 3))
axes.plot(losses, "o-", color=plots.COLOURS["ink"])
axes.set(xlabel="step", ylabel="loss")
plots.show(figure, alt="The loss falls from 36 towards 0 within about eight steps.")

# %% [markdown]
# w ends at 1.998; exactly right would be 2. Every training run of this course is this loop with more
# parameters.
#
# ### Compilation
#
# `jax.jit(f)` compiles `f` at its first call and runs the compiled form afterwards. During that first
# call Python runs the function once, with placeholders in place of numbers.

# %%
guess('How often will the line with "tracing" appear?')

# %%
@jax.jit
def compiled(w):
    print("tracing with", w.shape)
    return jnp.sum(w**2)


results = [float(compiled(jnp.ones(3))), float(compiled(jnp.zeros(3))), float(compiled(jnp.ones(5)))]
print(results)

# %% [markdown]
# Twice: once for each *shape*, (3,) and (5,). The second call with three numbers used the compiled
# form. That is why the first step of a training run takes a second or two and the others hardly any
# time, and why you keep the number of different shapes small.
#
# ### Batches
#
# `jax.vmap(f)` turns a function of one example into a function of a batch. The loop, the batch written
# by hand and `vmap` agree.

# %%
def length(v):
    return jnp.sqrt(jnp.sum(v**2))


batch = jnp.array([[3.0, 4.0], [6.0, 8.0], [0.0, 1.0]])
by_loop = jnp.array([length(v) for v in batch])
by_axis = jnp.sqrt(jnp.sum(batch**2, axis=-1))
assert jnp.allclose(by_loop, by_axis) and jnp.allclose(by_loop, jax.vmap(length)(batch))
print("lengths", by_axis)

# %% [markdown]
# The lengths are 5, 10 and 1, in all three ways. `axis=-1` means "within each row". This little argument
# decides whether a Siamese network works: notebook 04 shows what happens without it.
#
# ### Random numbers
#
# JAX draws random numbers from a *key* that you pass on, so you can repeat a run exactly.

# %%
key = jax.random.key(0)
print(jax.random.normal(key, 3), "and again", jax.random.normal(key, 3))

# %% [markdown]
# The same key gives the same numbers. Each notebook fixes its seeds, so yours prints what ours
# printed, up to rounding.
#
# ## Flax NNX: layers that own their parameters
#
# A network is a Python object whose parameters are arrays. `nnx.Linear(3, 2)` maps three numbers to
# two: it computes $xW + b$ with $W$ of shape 3 x 2.

# %%
guess("How many parameters does nnx.Linear(3, 2) have?")

# %%
from flax import nnx

layer = nnx.Linear(3, 2, rngs=nnx.Rngs(0))
count = sum(leaf.size for leaf in jax.tree.leaves(nnx.state(layer, nnx.Param)))
by_hand = x @ layer.kernel[...] + layer.bias[...]
assert jnp.allclose(layer(x), by_hand)
print("parameters", count, " output shape", layer(jnp.ones((5, 3))).shape)

# %% [markdown]
# 3 x 2 weights and 2 biases make 8. A batch of 5 rows goes in, and 5 rows of two numbers come out.
#
# A model of several layers is a class that holds them. `nnx.grad` gives the gradient for all
# parameters at once, and `optax` supplies the rule for each step:

# %%
import optax

inputs = jax.random.normal(key, (64, 3))
targets = inputs @ jnp.array([[1.0, 0.0], [0.0, 2.0], [0.5, 0.5]])
optimizer = nnx.Optimizer(layer, optax.adam(0.05), wrt=nnx.Param)


@nnx.jit
def step(layer, optimizer):
    value, gradients = nnx.value_and_grad(lambda m: jnp.mean((m(inputs) - targets) ** 2))(layer)
    optimizer.update(layer, gradients)
    return value


errors = [float(step(layer, optimizer)) for _ in range(300)]
print(f"error {errors[0]:.2f} -> {errors[-1]:.6f}")

# %% [markdown]
# The error falls from 4.00 to 0.000000: the layer has found the matrix. `siamese_lib.training.fit`
# is this loop with batches, a progress bar and a history.
#
# ## A failure on purpose
#
# Inside `jit` there are no numbers yet, so Python cannot decide an `if` on them. Sooner or later you
# will meet this message; here it is, caught.

# %%
@jax.jit
def absolute(v):
    if v < 0:
        return -v
    return v


try:
    absolute(-1.0)
except jax.errors.TracerBoolConversionError as error:
    print(type(error).__name__, "- use jnp.where:", jax.jit(lambda v: jnp.where(v < 0, -v, v))(-1.0))

# %% [markdown]
# `jnp.where(condition, a, b)` computes both and picks one. The losses of this course are written this way.
#
# ## Exercises
#
# Replace the dots, run the cell, and the check answers. If you leave an exercise as it is, the check says
# "not yet".
#
# **start.1 A gradient.** Return the gradient of $f(w) = \sum_i w_i^4$ at `w`. Let JAX do it.

# %%
def gradient_of_fourth_powers(w):
    ...


check("start.1", gradient_of_fourth_powers)

# %% [markdown]
# <details><summary>Solution to start.1</summary>
#
# ```python
# def gradient_of_fourth_powers(w):
#     return jax.grad(lambda v: jnp.sum(v**4))(w)
# ```
#
# </details>
#
# **start.2 Lengths of rows.** For `x` of shape `[batch, dim]` return the length of each row, shape
# `[batch]`.

# %%
def row_lengths(x):
    ...


check("start.2", row_lengths)

# %% [markdown]
# <details><summary>Solution to start.2</summary>
#
# ```python
# def row_lengths(x):
#     return jnp.sqrt(jnp.sum(x**2, axis=-1))
# ```
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** Your sign was recognised after one example. A friend says: "So the network was trained on
# it." What do you answer?
#
# <details><summary>A model answer</summary>
#
# No weight changed. The training was over long before, on other drawings. Enrolling stored one vector
# under a name, and recognising compared the new vector with the stored ones.
#
# </details>
#
# **Choose.** A classifier with one output per person knows four hundred people, and a new one arrives.
# What has to be done? And what with the pad?
#
# <details><summary>A model answer</summary>
#
# The classifier needs a new output, pictures of everybody, and training again. The pad needs one more stored vector, which takes one pass through the network. The price is that nothing was learned about the new
# person in particular.
#
# </details>
#
# **Find the bug.** A function for JAX writes `x[0] = 10` and stops with an error. What do you write, and
# what is the error good for?
#
# <details><summary>A model answer</summary>
#
# `x = x.at[0].set(10)`, which makes a changed copy. Arrays that never change are the reason why JAX may
# trace a function once, compile it and differentiate it: nothing can happen behind its back.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** Yes: the network turned your drawing into a vector, enrolling stored that vector
# under a name, and recognising is finding the nearest stored vector; no weight changed.
#
# - The map above is the course; each x is an exercise you have passed.
# - "All is well." means that this machine is ready.
# - You need four words of JAX: `grad` for gradients, `jit` for speed, `vmap` for batches, and a key for
#   random numbers. You need one of Flax: a module owns its parameters.
#
# Limits: this primer leaves out sharding over several devices (notebook 12 has it), custom derivatives
# and most of Flax. Otherwise this course needs nothing more.
#
# ### References
#
# - JAX documentation, *Quickstart*. [docs.jax.dev](https://docs.jax.dev/en/latest/quickstart.html)
# - Flax documentation, *NNX basics*. [flax.readthedocs.io](https://flax.readthedocs.io/en/latest/nnx_basics.html)
#
# Next: [01 Architecture](01_architecture.ipynb)
