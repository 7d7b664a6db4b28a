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
# # 12 Scaling out
#
# You ask for a batch of 256 on four GPUs; nothing complains. Then you print the similarity matrix's shape:
# each row met a quarter of the others. Somebody did, and [asked in
# 2020](https://github.com/TengdaHan/DPC/issues/17) whether that was meant.
#
# **What changes when the training moves from one core to many devices?**
#
# After this notebook you can
# - do a data-parallel step by hand, and say when it is exact,
# - show why a batch cut in four has another loss, and what must travel,
# - split a batch over a mesh, draw who holds what,
# - count the bytes of a step, and estimate their cost,
# - start several processes, and survive the loss of one.
#
# Before this: [04 The modified triplet loss](04_modified_triplet_loss.ipynb). Time: about 80 minutes to
# study, about one and a half to run.
#
# [Start](00_start_here.ipynb) · Previous: [11 Break it](11_break_it.ipynb) ·
# Next: [13 Signatures](13_signatures.ipynb)

# %% [markdown]
# JAX decides what its devices are when it first computes, so the next lines come before everything else.
# They ask for four *simulated* devices on your processor. If you have several GPUs, delete both lines that
# start with `jax.config`.

# %%
import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 4)

import os, re, subprocess, sys, tempfile  # noqa: E401
from pathlib import Path

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from jax.sharding import NamedSharding, PartitionSpec

from siamese_lib import datasets, plots
from siamese_lib.checks import check, course_map, guess
from siamese_lib.datasets import balanced_batches, load_results
from siamese_lib.encoders import ImageEncoder
from siamese_lib.energy import euclidean_distance
from siamese_lib.losses import contrastive_loss, modified_triplet_loss
from siamese_lib.training import fit, sharding

plots.style()
DEVICES = jax.device_count()
print(DEVICES, "devices:", jax.devices())
course_map("scaling")

# %% [markdown]
# Four devices that share the cores you have: nothing will be faster here. What a simulated device does have
# is arrays of its own: what one holds is not there for another until somebody sends it. So you can learn
# who holds what, and what must be sent, without any hardware. We take a batch of 256 letters, each drawn
# twice, at half the size to be quick:

# %%
ROWS = 256  # of the whole batch
train = datasets.load_glyphs("train")
images = train.images[:, ::2, ::2]


def batches(epoch):
    for row in balanced_batches(train.label, classes=ROWS, per_class=2, steps=8, seed=(0, epoch)):
        yield images[row[::2]], images[row[1::2]]


def new_network():
    return ImageEncoder(image_size=14, channels=(32, 64, 64), rngs=nnx.Rngs(0))


anchor, positive = next(batches(0))
parameters = sum(leaf.size for leaf in jax.tree.leaves(nnx.state(new_network(), nnx.Param)))
print(f"anchors {anchor.shape}, positives {positive.shape}, {parameters:,} parameters")

# %% [markdown]
# ## Four workers, one gradient
#
# Give each of four workers the same weights and a quarter of the rows. Each takes the gradient of its own
# mean loss. If the loss of a row depends on that row alone, the mean over the batch is the mean of the four
# means, and the same holds for the gradients:
#
# $$\nabla \frac1{256} \sum_{i=1}^{256} \ell_i = \frac14 \sum_{k=1}^{4} \nabla \frac1{64} \sum_{i \in \text{quarter } k} \ell_i$$
#
# The contrastive loss of [08](08_contrastive_pairs.ipynb) is such a loss: one pair, one term. No library
# yet, only lists.

# %%
guess("How large is the difference between the two gradients?", "none but rounding", "a hundredth of it", "a tenth")

# %%
is_same = (np.arange(ROWS) % 2).astype(int)  # every other pair gets a stranger for its second picture
second = np.where(is_same[:, None, None] == 1, positive, np.roll(positive, 1, axis=0))


@nnx.jit
def gradient_of(network, x1, x2, same):
    def mean_loss(m):
        return contrastive_loss(euclidean_distance(m(x1), m(x2)), same).mean()

    return jax.tree.leaves(nnx.grad(mean_loss)(network))


network = new_network()
whole = gradient_of(network, anchor, second, is_same)
workers = [gradient_of(network, *(np.split(x, 4)[k] for x in (anchor, second, is_same))) for k in range(4)]
average = [sum(leaves) / 4 for leaves in zip(*workers, strict=True)]
largest = max(float(abs(leaf).max()) for leaf in whole)
apart = max(float(abs(a - b).max()) for a, b in zip(average, whole, strict=True))
print(f"largest entry of the gradient {largest:.3f}, largest difference {apart:.0e}")

# %% [markdown]
# The largest difference is 9e-09, where the largest entry is 0.020: equal, up to rounding. The workers had
# to send each other one thing, their gradients, and then everybody takes the same step with the same
# weights.
#
# ## Where it breaks, on purpose
#
# The modified triplet loss takes the negatives of a row from the batch. Cut the batch, and each worker
# looks for negatives among its own rows only. (We train for eight steps first: to an untrained network all
# letters look alike.)

# %%
guess(
    "Is the mean of the four losses higher or lower than the loss of all 256 rows?",
    "higher", "lower", "the same"
)

# %% tags=["trained"]
def loss(network, anchor, positive):
    return modified_triplet_loss(network(anchor), network(positive), margin=0.4)


fit(network, loss, batches, epochs=1, optimizer=optax.adam(3e-3), progress=False)
h1, h2 = np.asarray(network(anchor)), np.asarray(network(positive))


def hardest_negative(h1, h2):
    return (h1 @ h2.T - 3 * np.eye(len(h1))).max(axis=1).mean()


quarters = list(zip(np.split(h1, 4), np.split(h2, 4), strict=True))
losses = [modified_triplet_loss(a, p, margin=0.4) for a, p in quarters]
print(f"one loss of 256 rows    {modified_triplet_loss(h1, h2, margin=0.4):.4f}, each row has {ROWS - 1} negatives, "
      f"the hardest at cosine {hardest_negative(h1, h2):.3f}")
print(f"mean of four of 64 rows {np.mean(losses):.4f}, each row has  {ROWS // 4 - 1} negatives, "
      f"the hardest at cosine {np.mean([hardest_negative(a, p) for a, p in quarters]):.3f}")

# %% [markdown]
# In a picture, each cell is one entry of the table of similarities, coloured where its worker sees it:

# %% jupyter={"source_hidden": true}
from matplotlib.colors import ListedColormap

figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.7), sharey=True)
owner = np.repeat(np.arange(4), 64)
their_colours = ListedColormap(["white", *plots.CLASSES[:4]])
seen = np.where(owner[:, None] == owner, owner[:, None] + 1, 0), np.repeat(owner[:, None] + 1, ROWS, axis=1)
for axes, table, title in zip(panels, seen, ("each alone", "with the positives of all"), strict=True):
    axes.imshow(table, cmap=their_colours, vmin=0, vmax=4, interpolation="nearest")
    axes.plot((0, ROWS - 1), (0, ROWS - 1), color="black", lw=1)
    axes.set(title=title, xlabel="positive", xticks=(0, 64, 128, 192), yticks=(0, 64, 128, 192))
panels[0].set_ylabel("anchor")
plots.show(figure, alt="Left: four workers see only the four blocks on the diagonal. Right: each sees its 64 whole rows.")

# %% [markdown]
# Left, three quarters of the table are white: nobody looks there. The diagonal holds the positives.
#
# The loss is lower: 0.4201 in place of 0.4439. Nothing has crashed and the loss even looks better. But a row now meets
# 63 others where it met 255, and the hardest of 63 is easier. You paid for a batch of 256 rows and train
# with batches of 64 rows. It gets worse with every device you add.
#
# What is missing? A row needs the *positives* of all rows, its own anchor, and nothing else of the others.
# So before the loss each worker sends its 64 positives to all (an **all-gather**), and then compares its
# own rows with all columns.

# %% tags=["trained"]
def losses_of_rows(h1, all_h2, first):
    """L1 + L2 of some rows, the first of which is row `first` of the batch."""
    S = h1 @ all_h2.T
    own = first + np.arange(len(S))
    to_positive = S[np.arange(len(S)), own][:, None]
    is_own = own[:, None] == np.arange(len(all_h2))
    mean = (S.sum(axis=1, keepdims=True) - to_positive) / (len(all_h2) - 1)
    closest = np.where(~is_own & (to_positive >= S), S, -np.inf).max(axis=1, keepdims=True)
    return np.maximum(mean - to_positive + 0.4, 0) + np.maximum(closest - to_positive + 0.4, 0)


gathered = np.concatenate(np.split(h2, 4))  # what every worker receives: the positives of all
parts = [losses_of_rows(rows, gathered, first=64 * k).mean() for k, rows in enumerate(np.split(h1, 4))]
together = float(modified_triplet_loss(h1, h2, margin=0.4))
assert abs(np.mean(parts) - together) < 1e-5
print(f"mean of four workers who know all positives {np.mean(parts):.4f}")

# %% [markdown]
# 0.4439 again: asserted against the library's loss of the whole batch. What travels is 256 rows of 64
# numbers, the embeddings; no picture leaves its worker.
#
# ## A mesh
#
# In JAX you do not write workers. You say how the devices are arranged and which axis of an array is split
# over them; the compiler divides the work and puts in the exchanges. The arrangement is a **mesh**: here a
# row of four devices, whose one axis we call `batch`. A `PartitionSpec("batch")` splits the first axis of
# an array over it, and an empty one copies the array to every device.

# %%
mesh = jax.make_mesh((DEVICES,), ("batch",))
split, copied = NamedSharding(mesh, PartitionSpec("batch")), NamedSharding(mesh, PartitionSpec())
on_devices = jax.device_put(anchor, split)
weights = jax.device_put(network.head.kernel[...], copied)
for shard in on_devices.addressable_shards:
    rows = shard.index[0]
    print(f"device {shard.device.id} holds rows {rows.start} to {rows.stop - 1}, {shard.data.nbytes:,} bytes")

# %% [markdown]
# Each device holds 64 rows, and no row is held twice. *Predict what the same picture looks like for the
# weights.*

# %%
def draw(axes, array, name):
    for shard in array.addressable_shards:
        start, stop, _ = shard.index[0].indices(len(array))
        colour = plots.CLASSES[shard.device.id % len(plots.CLASSES)]
        axes.bar(shard.device.id, stop - start, bottom=start, width=0.8, color=colour, alpha=0.85)
        axes.text(shard.device.id, (start + stop) / 2, f"{start} to\n{stop - 1}", ha="center", va="center",
                  fontsize=9, bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})
    axes.set(title=name, xlabel="device", ylim=(len(array), 0), xticks=range(DEVICES))


figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.6))
draw(left, on_devices, "a batch, split")
left.set_ylabel("row of the batch")
draw(right, weights, "last layer's weights, copied")
right.set_ylabel("row of the weights")
plots.show(figure, alt="The batch's 256 rows lie in four steps of 64, one a device; each device holds all weights.")

# %% [markdown]
# The batch is a staircase, the weights are four full columns. That is all there is to **data parallelism**:
# the batch is split, the weights are copied. (JAX has a picture of its own,
# `jax.debug.visualize_array_sharding(on_devices)`.)
#
# ## The library
#
# `fit(..., mesh=mesh)` places batch and weights like this and changes nothing else: same loss, same
# batches, same optimiser. The loss sees the whole batch; within the modified triplet loss each device does
# its own rows and gathers the positives, as you did above. *Predict: how far apart are the losses of eight
# steps on 1, 2 and 4 devices?*

# %% tags=["trained"]
def run(devices, optimizer):
    some = jax.make_mesh((devices,), ("batch",), devices=jax.devices()[:devices])
    return np.array(fit(new_network(), loss, batches, epochs=1, optimizer=optimizer, mesh=some, progress=False)["loss"])


momentum = optax.sgd(0.1, momentum=0.9)
alone, pair, all_four = (run(devices, momentum) for devices in (1, 2, DEVICES))
for step, values in enumerate(zip(alone, pair, all_four, strict=True)):
    print(f"step {step}:", *(f"{value:.4f}" for value in values))
print(f"largest difference to one device: 2 devices {abs(pair - alone).max():.0e}, all {abs(all_four - alone).max():.0e}")

# %% [markdown]
# The largest difference is 6e-08: the sums are added up in another order, no more. On another processor
# it may be far larger in the last steps: where two negatives are nearly tied, rounding decides which of
# them is the closest, and from there the runs part.
#
# The optimiser here was momentum. Does that matter?

# %%
guess("Does it matter whether the optimizer is momentum or Adam?", "yes", "no")

# %% tags=["trained"]
adam = optax.adam(3e-3)
print(f"Adam, 2 devices, largest difference to one device {abs(run(2, adam) - run(1, adam)).max():.0e}")

# %% [markdown]
# Yes. With Adam the largest difference on two devices is 3e-03, tens of thousands of times as much, with
# the same loss and the same batches. A likely reason: Adam divides each entry of the gradient by its own
# size. An entry that should be 0, and is a billionth by rounding, moves as far as all others, in a
# direction that rounding chose. So compare devices over a few plain steps, and long runs by their metric,
# not by their losses.
#
# ## What is exchanged
#
# The compiler's own text says what it put in: three kinds of exchange. *Predict: which one carries most, in
# our network and a batch of 256 rows with 64 numbers each?*

# %%
def compiled_step(mesh, loss):
    mesh, network = sharding.automatic(mesh), new_network()
    sharding.copy_to(mesh, network)
    graph, state = nnx.split(network)
    step = jax.jit(lambda state, a, p: jax.value_and_grad(lambda s: loss(nnx.merge(graph, s), a, p))(state))
    with jax.set_mesh(mesh):
        return step.lower(state, *sharding.split_over(mesh, (anchor, positive))).compile().as_text()


def result_bytes(text):
    """{exchange: bytes of its result on one device}; every number here is a float32."""
    found = {}
    for shapes, name in re.findall(r" = (.*?) (all-gather|reduce-scatter|all-reduce)(?:-start)?\(", text):
        sizes = re.findall(r"f32\[([\d,]*)\]", shapes)
        found[name] = found.get(name, 0) + 4 * sum(int(np.prod([int(n) for n in size.split(",") if n])) for size in sizes)
    return found


for name, size in result_bytes(compiled_step(mesh, loss)).items():
    print(f"{name:15} result {size:8,} bytes")

# %% [markdown]
# The gradients carry most, as you may have guessed. But count them: 481,796 bytes are 481,796 / 4 = 120,449
# numbers: the loss, and *twice* the (120,449 - 1) / 2 = 60,224 parameters. A Siamese network uses its
# weights twice in a step, once for each side, and this compiler adds up the gradients of each use over the
# devices separately.
#
# So use the weights once: send both sides through as one batch, with the two pictures of a pair next to
# each other, so that both lie on the same device.

# %%
def loss_at_once(network, anchor, positive):
    both = jnp.stack([anchor, positive], axis=1).reshape(-1, 14, 14)  # anchor 0, positive 0, anchor 1, ...
    h = network(both).reshape(len(anchor), 2, -1)
    return modified_triplet_loss(h[:, 0], h[:, 1], margin=0.4)


assert abs(loss_at_once(network, anchor, positive) - loss(network, anchor, positive)) < 1e-5
result = result_bytes(compiled_step(mesh, loss_at_once))
for name, size in result.items():
    print(f"{name:15} result {size:8,} bytes")

# %% [markdown]
# 240,900 bytes: half, for the same loss (asserted).
#
# The result of an exchange is not what travels. With $d$ devices in a ring, each passing on one part at a
# time, a device receives
#
# - **all-gather** of $n$ bytes: all parts but its own, $n (d-1)/d$;
# - **reduce-scatter**, which sums $n$ bytes and leaves each device one part: just as much, $n (d-1)/d$;
# - **all-reduce** of $n$ bytes, the first two in turn: $2 n (d-1)/d$.
#
# The gradients are all-reduced once a step. The positives are gathered on the way forward; on the way back
# everyone's share of their gradients is summed and scattered. Beside the gradients, one more number is
# summed: the loss.

# %%
def received(devices, rows, dim, parameters):
    """Bytes that one device receives in a step: (gradients and loss, embeddings)."""
    share = (devices - 1) / devices
    return 2 * share * 4 * (parameters + 1), 2 * share * 4 * rows * dim


share = (DEVICES - 1) / DEVICES
measured = 2 * share * result["all-reduce"], share * (result["all-gather"] + DEVICES * result["reduce-scatter"])
by_formula = received(DEVICES, ROWS, 64, parameters)
for name, a, b in zip(("gradients", "embeddings"), measured, by_formula, strict=True):
    print(f"{name:10} measured {a:9,.0f} bytes, by formula {b:9,.0f}")

# %% [markdown]
# Equal to the byte: 361,350 for the gradients and 98,304 for the embeddings. The first depends on the
# model, and hardly on the number of devices; the second depends on the rows of the *whole* batch. Remember
# that for later.
#
# ## What a device must hold
#
# The table of similarities has rows x rows entries. *Predict its size for a batch of 65,536 rows.* The
# library never holds it: it looks at a block of rows at a time, keeps the column it chose for each row, and
# throws the block away. `benchmarks/speed/sharded_loss.py` asked the compiler how much loss and gradient
# hold in that way (128 numbers a row):

# %%
stored = load_results("sharded_loss")
table = stored["rows"] ** 2 * 4
print(f"the whole table of {stored['rows']:,} rows: {table / 1e9:.1f} GB")
for case in stored["compiled"]:
    if case["block_size"] == 1024:
        print(f"devices {case['devices']}: {case['temporaries_mib']:5.0f} MiB of work space each, "
              f"{case['received_mib']:4.1f} MiB received a step")

# %%
figure, axes = plt.subplots(figsize=(6.6, 3.4))
devices = np.array([1, 2, 4, 8])
axes.plot(devices, table / devices / 2**20, "s--", color=plots.COLOURS["grey"], label="the table, a share each")
for block, role in ((1024, "ink"), (512, "accent")):
    cases = [case["temporaries_mib"] for case in stored["compiled"] if case["block_size"] == block]
    axes.plot(devices, cases, "o-", color=plots.COLOURS[role], label=f"in blocks of {block} rows")
axes.set_xscale("log", base=2)
axes.set_yscale("log")
axes.set(xlabel="devices", ylabel="MiB on one device", ylim=(40, 2e5), xticks=devices, xticklabels=devices)
axes.legend(loc="upper right")
plots.show(figure, alt="On one to eight devices the blockwise loss needs far less memory than a share of the table.")

# %% [markdown]
# 17.2 GB for the table: more than a TPU v5e holds in all (16 GB). In blocks of 1,024 rows one device needs
# 802 MiB and eight need 128 MiB each. That is about a sixth and not an eighth, since each also holds all
# gathered positives (32 MiB).
#
# The price is the last column: on eight devices, 56 MiB received a step. It does not depend on the block
# size, only on rows and devices. (Measured on simulated devices; the compiler of another device may lay out
# memory differently.)

# %% [markdown]
# ## Will it scale?
#
# **Weak scaling**: each device keeps the same number of rows, and you add devices. In an ideal world a step
# takes as long as before and the rows per second grow with the devices. Two things spoil it: bytes that
# travel, and, with this loss, rows that meet more negatives. Both can be worked out.
#
# Published numbers, per chip (sources at the end). Links are quoted for both directions together; a device
# receives at half of that.
#
# | | bfloat16 peak | link, both directions | joins |
# | --- | --- | --- | --- |
# | TPU v5e | 197 TFLOP/s | 400 GB/s between chips | 256 chips |
# | NVIDIA H100 SXM | 989 TFLOP/s | 900 GB/s NVLink | 8 in a server |
# | the same, Ethernet | 989 TFLOP/s | 100 Gbit/s each way | any |
#
# One **assumption**: a device reaches a share of 0.3 of its peak. Nobody published that for our network; a
# convolution of so few channels may well reach less. The peak is also that of bfloat16, while our step is
# in float32: our network would take longer than this says.

# %%
PER_DEVICE = 256  # rows on each device: change it
REACHED = 0.3  # assumed share of the peak
MACHINES = {  # peak FLOP/s, bytes/s received, most devices
    "TPU v5e": (197e12, 400e9 / 2, 256),
    "H100, NVLink": (989e12, 900e9 / 2, 8),
    "H100, Ethernet": (989e12, 100e9 / 8, 256),
}
FORWARD = 2 * (14**2 * 9 * 32 + 7**2 * 9 * 32 * 64 + 3**2 * 9 * 64 * 64 + 64 * 64)  # FLOP a picture


def step_times(machine, devices, heavier=1, dim=64):
    """Seconds of (network, table, gradients, embeddings) in a step on one device."""
    peak, link, _ = MACHINES[machine]
    rows = PER_DEVICE * devices
    network = 3 * 2 * PER_DEVICE * FORWARD * heavier  # forward, backward twice that; two pictures a row
    table = 2 * PER_DEVICE * rows * dim
    exchanged = received(devices, rows, dim, parameters * heavier)
    return np.array([network / (peak * REACHED), table / (peak * REACHED), *(size / link for size in exchanged)])


for machine, (_, _, most) in MACHINES.items():
    times = step_times(machine, most) * 1e6
    print(f"{machine:15} {most:3} devices, microseconds: network {times[0]:.0f}, table {times[1]:.0f}, "
          f"gradients {times[2]:.0f}, embeddings {times[3]:.0f}")

# %% [markdown]
# 256 devices with 256 rows each are one batch of 256 x 256 = 65,536. The gradients, which everyone thinks
# of first, take 2 microseconds on the TPU's links; the embeddings take 167, more than the network's 67.
# They grow with the devices, as each device must hear of everyone's rows. So does the table: each row meets
# 65,536 - 1 = 65,535 others. Over Ethernet the embeddings take 2,674 / 13 = 206 times as long as the
# network.
#
# **Efficiency** is the time of a step alone over its time among many.

# %%
guess("What helps more?", "four times the rows on each device", "a hundred times heavier encoder")

# %% jupyter={"source_hidden": true}
def efficiency(machine, devices, heavier=1):
    return step_times(machine, 1, heavier).sum() / step_times(machine, devices, heavier).sum()


figure, panels = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True)
for axes, heavier, title in zip(panels, (1, 100), ("this encoder", "100 times heavier"), strict=True):
    for (machine, (_, _, most)), role in zip(MACHINES.items(), ("accent", "ink", "grey"), strict=True):
        devices = 2 ** np.arange(int(np.log2(most)) + 1)
        axes.plot(devices, [efficiency(machine, d, heavier) for d in devices], "o-", markersize=4,
                  color=plots.COLOURS[role], label=machine)
    axes.set_xscale("log", base=2)
    axes.set(title=title, xlabel="devices", xticks=[1, 4, 16, 64, 256], xticklabels=[1, 4, 16, 64, 256], ylim=(0, 1.05))
panels[0].set_ylabel("efficiency (modelled)")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plots.show(figure, alt="Modelled efficiency falls with devices; with Ethernet at once, with a heavy encoder on TPU hardly.")

# %% [markdown]
# And with four times the rows on each of 256 devices:

# %%
for rows in (256, 1024):
    PER_DEVICE = rows
    print(f"TPU v5e, 256 devices, {rows:4} rows each: this encoder {efficiency('TPU v5e', 256):.2f}, "
          f"100 times heavier {efficiency('TPU v5e', 256, 100):.2f}")
PER_DEVICE = 256

# %% [markdown]
# The heavier encoder: 0.94 in place of 0.25. Four times the rows make it *worse*, 0.18. The usual advice,
# more rows on each device, is right where gradients are the burden: their bytes stay while the work grows.
# Here the burden is the embeddings, which grow with the rows just as the work does, and the table, which
# grows with the rows of a device times those of all.
#
# With an encoder as small as ours you do not need 256 devices; with one that does need them, the loss is
# cheap. And Ethernet is below one half from the second device on, in both pictures.

# %% [markdown]
# What this leaves out:
# - the start of each message (a ring of 256 passes on 2 x (256 - 1) = 510 parts one after another in an
#   all-reduce; if each took a microsecond to start, that alone would be more than all of the above on the
#   TPU),
# - that a device can compute while it receives,
# - that links are shared, or longer between servers,
# - reading the pictures, and the slowest of 256 devices.
#
# Some of this makes it better, some worse. Take the order of things from this model, not the second digit.
#
# ### Half the bits
#
# All of the above counts float32, four bytes a number. bfloat16 keeps the range of float32 and eight bits
# of its precision in two bytes: whatever is exchanged in it takes half the bytes and half the time. Weights
# and their sums usually stay in float32.

# %% [markdown]
# ## Nothing but the mesh
#
# On other hardware the training lines stay as they are. What changes is what `jax.devices()` finds:
#
# | where | start | mesh |
# | --- | --- | --- |
# | this machine, simulated | `jax.config.update("jax_num_cpu_devices", 4)` | `jax.make_mesh((4,), ("batch",))` |
# | a server with eight GPUs | `python train.py` | `jax.make_mesh((8,), ("batch",))` |
# | the same, one process per GPU | `python -m siamese_lib.training.launch --processes 8 train.py` | `jax.make_mesh((jax.device_count(),), ("batch",))` |
# | a TPU slice of one host | `python train.py` | the same |
# | a TPU pod, or several servers under Slurm | `python train.py` on every host | the same |
#
# With several processes the script calls `join()` first, which makes them find each other; `jax.devices()`
# then lists the devices of all, and every process runs the same lines on the same batches. Here is such a
# script, whole. It also takes the number of an epoch in which process 1 is to die.

# %%
SCRIPT = """
import os, signal, sys, time
from siamese_lib.training.launch import join
join()
import jax, numpy as np
from flax import nnx
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.training import fit

def batches(epoch):
    if [str(epoch), str(jax.process_index())] == [sys.argv[2], "1"]:
        while not os.path.isdir(f"{sys.argv[1]}/{epoch}"):  # the epoch before is still being written
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    return map(tuple, np.random.default_rng(epoch).normal(size=(4, 2, 64, 16)).astype(np.float32))

trained = []
history = fit(nnx.Linear(16, 8, rngs=nnx.Rngs(0)), lambda m, a, p: modified_triplet_loss(m(a), m(p)), batches,
              epochs=3, checkpoint=sys.argv[1], mesh=jax.make_mesh((jax.device_count(),), ("batch",)),
              progress=False, on_epoch=lambda history: trained.append(len(history["epoch_loss"])))
print(f"{jax.process_count()} processes, {jax.device_count()} devices, trained epochs {trained}, "
      f"loss {history['epoch_loss'][-1]:.3f}")
"""

# %% [markdown]
# We start it twice, with the same command except for the killing: two processes with two simulated devices
# each. *Predict what the second start prints for the epochs it trained.*

# %%
def launch(folder, dies_in):
    script = Path(folder) / "train.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "siamese_lib.training.launch", "--processes", "2",
               "--devices", "2", str(script), str(Path(folder) / "run"), str(dies_in)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout if done.returncode == 0 else done.stderr).splitlines()[-1]


if os.name == "posix":  # the launcher runs on Linux and macOS
    with tempfile.TemporaryDirectory() as folder:
        print("first: ", launch(folder, dies_in=1))
        print("second:", launch(folder, dies_in="never"))

# %% [markdown]
# The first start ends with the launcher's sentence: which process was ended, and by what. The launcher has
# ended process 0 as well, which would otherwise have waited for its partner for ever. The second start
# trained epochs 2 and 3 only: epoch 1 came from the checkpoint that `fit` had written. (The loss means
# nothing: the rows are random numbers.)
#
# In a terminal it is one line: `python -m siamese_lib.training.launch --processes 2 --devices 2 train.py
# run never`. On GPUs leave `--devices` out; process 0 takes the first one, process 1 the second.
#
# ## Exercises
#
# **scaling.1 Bytes of an all-reduce.** The gradients of `parameters` float32 numbers are all-reduced in a
# ring of `devices`. Return how many bytes one device receives.

# %%
def bytes_received(parameters, devices):
    ...


check("scaling.1", bytes_received)

# %% [markdown]
# <details><summary>Solution to scaling.1</summary>
#
# ```python
# def bytes_received(parameters, devices):
#     return 2 * 4 * parameters * (devices - 1) / devices
# ```
#
# </details>
#
# **scaling.2 How many devices?** A batch has `rows` rows and you have `available` devices. `fit` wants
# equal shares. Return the largest number of devices that you can use.

# %%
def devices_to_use(rows, available):
    ...


check("scaling.2", devices_to_use)

# %% [markdown]
# <details><summary>Solution to scaling.2</summary>
#
# ```python
# def devices_to_use(rows, available):
#     return max(d for d in range(1, available + 1) if rows % d == 0)
# ```
#
# </details>
#
# **scaling.3 Negatives of one device.** A batch of `batch` rows is dealt out in neighbouring blocks over
# `devices`, and nothing is gathered. Return the numbers of the rows that are negatives of row `row`, in
# order, as an array.

# %%
def negatives_of(row, batch, devices):
    ...


check("scaling.3", negatives_of)

# %% [markdown]
# <details><summary>Solution to scaling.3</summary>
#
# ```python
# def negatives_of(row, batch, devices):
#     size = batch // devices
#     block = np.arange(batch).reshape(devices, size)[row // size]
#     return block[block != row]
# ```
#
# </details>
#
# **scaling.4 The loss is right, the gradient is not (hard).** In PyTorch `all_gather` passes no gradient
# back. A common patch lets every worker [put its own rows back
# in](https://github.com/mlfoundations/open_clip/issues/616). Suppose each worker then takes the loss of its own
# anchors, as above: the mean over the workers is the loss of the whole batch, to the last digit. And the
# gradient? Look at L1 with every hinge above 0: a positive is pulled by its own anchor, and pushed by all
# other anchors alike.
#
# *Guess, then count:*
# - `workers`: with four workers of 64 rows, which share of the pushes on a positive arrives?
# - `pod`: and on 256 chips with 256 rows each?
# - `bytes`: JAX sends the missing ones, in a reduce-scatter of the positives' gradients. How many bytes
#   does one of the four workers receive? (A row has 64 float32 numbers.)

# %%
arrives = {"workers": ..., "pod": ..., "bytes": ...}

check("scaling.4", arrives)

# %% [markdown]
# <details><summary>Solution to scaling.4</summary>
#
# ```python
# arrives = {"workers": 63 / 255, "pod": 255 / 65_535, "bytes": 256 * 64 * 4 * 3 // 4}
# ```
#
# A push comes back only from anchors on the positive's own worker, and its own anchor is none of them. The
# pull arrives whole, since the own anchor lives there too. So every positive is pulled as ever and hardly
# pushed, more so with each device, while the loss is printed right. Compare the *gradient* with that of one
# device, as at the start of this notebook.
#
# </details>

# %% [markdown]
# ### Without code
#
# Answer for yourself first, best in writing; then unfold.
#
# **In words.** For a mean of squared errors the mean of the workers' losses is the loss of the whole
# batch. Why not for our loss?
#
# <details><summary>A model answer</summary>
#
# A squared error needs its own row only. Here every row needs the others as negatives, and a worker that
# sees a quarter of them finds easier ones. So the rows of all workers have to be gathered before the loss
# is taken.
#
# </details>
#
# **Estimate.** A batch of 256 rows has embeddings of 64 numbers, four bytes each. How many bytes hold all
# of them? Compare that with the gradients.
#
# <details><summary>A model answer</summary>
#
# 256 x 64 x 4 = 65,536 bytes, far less than the gradients of this encoder. With longer embeddings and
# larger batches it turns round.
#
# </details>
#
# **Find the bug.** Four workers draw their batches with the same random seed. The run is stable, and
# slower to learn than it should be. What has happened?
#
# <details><summary>A model answer</summary>
#
# All four draw the same rows. The batch has a quarter of the different rows that you paid for, and a row
# meets copies of itself among the negatives, all of them false ones. Give every worker its own part of
# one permutation.
#
# </details>

# %% [markdown]
# ## Recap
#
# **The answer.** Nothing but the mesh, if the positives of all devices are gathered before the loss: then
# four workers of 64 rows have the very loss of all 256. Without that exchange it runs, looks better, and
# trains on less.

# %% [markdown]
# - The same lines gave the same losses on one, two and four devices, apart from rounding and what it tips
#   over.
# - A loss with independent rows needs one exchange, the sum of the gradients; one with negatives from the
#   batch needs all positives too.
# - Gradients cost a device at most eight bytes a parameter (twice that where the sides go through the
#   network apart), embeddings at most eight for each number of the whole batch.
# - By arithmetic a small encoder on 256 TPU chips spends most of its step exchanging embeddings, a heavy
#   one hardly any.
# - After a kill, the same command goes on from the last checkpoint.

# %% [markdown]
# Limits: simulated devices show who holds what and what is sent, never how long it takes. The scaling is
# arithmetic on published peaks and one assumed share of them, not a measurement. Only the batch is split
# here; weights that do not fit on one device need to be split as well, which this library does not do.

# %% [markdown]
# ### References
#
# - JAX documentation, *Distributed arrays and automatic parallelization*: meshes, shardings and their
#   pictures.
#   [docs.jax.dev](https://docs.jax.dev/en/latest/notebooks/Distributed_arrays_and_automatic_parallelization.html)
# - Patarasuk and Yuan 2009, *Bandwidth optimal all-reduce algorithms for clusters of workstations*: the
#   ring. [doi.org/10.1016/j.jpdc.2008.09.002](https://doi.org/10.1016/j.jpdc.2008.09.002)
# - Google Cloud, *TPU v5e*: 197 TFLOP/s in bfloat16, 400 GB/s between chips in both directions, 256 chips
#   in a pod. [docs.cloud.google.com/tpu/docs/v5e](https://docs.cloud.google.com/tpu/docs/v5e)
# - NVIDIA, *H100 Tensor Core GPU*, data sheet: 1,979 TFLOP/s in bfloat16 with sparsity, which is twice the
#   dense rate taken here; NVLink 900 GB/s.
#   [nvidia.com/en-us/data-center/h100](https://www.nvidia.com/en-us/data-center/h100/)
# - Radford et al. 2021, *Learning transferable visual models from natural language supervision* (CLIP),
#   section 2.5: a batch of 32,768 pairs, the similarities shared among the GPUs.
#   [arxiv.org/abs/2103.00020](https://arxiv.org/abs/2103.00020)
#
# [Start](00_start_here.ipynb) · Previous: [11 Break it](11_break_it.ipynb) ·
# Next: [13 Signatures](13_signatures.ipynb)
