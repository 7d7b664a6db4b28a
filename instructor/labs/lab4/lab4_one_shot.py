# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 4 One-shot classification
#
# **How do you test a network fairly on classes that it has seen once?**
#
# [06 One-shot testing](../06_one_shot_testing.ipynb) draws episodes and finds the nearest class. Here
# the rules are stricter:
# - whoever drew the support drew none of the queries, for **all** classes of an episode at once,
# - examples have weights, a clear one counts more than a scribble,
# - the model may refuse: -1 means "I do not know",
# - intervals come from the formula, and two models are compared on the same episodes.
#
# | exercise | points | |
# | --- | --- | --- |
# | 4.1 Sample an episode | 25 | 9 shapes and classes, 10 drawers, 6 chance |
# | 4.2 Weighted prototypes | 20 | 14 values, 6 all weights 0 |
# | 4.3 Classify or refuse | 20 | 8 nearest class, 8 refusals, 4 ties |
# | 4.4 Wilson interval | 15 | 10 values, 5 none or all right |
# | 4.5 Paired comparison | 20 | 5 difference, 15 interval |
#
# Replace the dots, run the cell, run the check below it. Where your answer is wrong, the check shows the
# case: what your function was given, and what it gave. Run it as often as you like.
# If a name "is not defined", after a restart of the kernel for instance, run the cells above again:
# *Run > Run All Above Selected Cell*.
# Grading asks your functions about other inputs than the check does. All arguments are NumPy arrays
# and numbers; never change them. Write the formulas yourself: SciPy's statistics are not there when
# your lab is graded. Time: about 75 minutes.

# %%
import numpy as np

from siamese_lib.checks import check

# %% [markdown]
# ## 4.1 Sample an episode
#
# In Omniglot's official runs one person draws all letters of the support and another person all
# queries. A network that knows a handwriting by its slant gains nothing there. Do the same. In the
# data each drawer drew each class exactly once; image i shows class `label[i]` by `drawer[i]`, in no
# particular order.
#
# An episode takes `n_way` different classes and `k_shot + n_query` different drawers, all by chance.
# The first `k_shot` drawers give the columns of the support, the others those of the query:
#
# $$\text{support}_{cj} = \text{the image of class } c \text{ by drawer } d_j$$
#
# $$\text{query}_{cj} = \text{the image of class } c \text{ by drawer } d_{k + j}$$
#
# All chance comes from the generator `rng` (`rng.permutation`, `rng.choice`). *Predict: how many
# drawers does an episode of five classes, one shot and one query each, need?*
#
# **4.1 (25 points).** `label`, `drawer` `[n]` int, three sizes, `rng` → `(support, query)`: places in
# `label`, whole numbers `[n_way, k_shot]` and `[n_way, n_query]`, a row for each class.


# %% nbgrader={"grade": false, "grade_id": "ex-4-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    ### BEGIN SOLUTION
    classes = rng.choice(np.unique(label), n_way, replace=False)
    drawers = rng.choice(np.unique(drawer), k_shot + n_query, replace=False)
    is_wanted = (label == classes[:, None, None]) & (drawer == drawers[None, :, None])
    images = is_wanted.argmax(axis=-1)
    return images[:, :k_shot], images[:, k_shot:]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-4-1", "points": 25, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab4.1", sample_episode)

# %% [markdown]
# ## 4.2 Weighted prototypes
#
# A prototype is the mean of a class's examples. First scale each embedding x to length 1, so that
# only its direction counts; then average with weights $w \ge 0$; then scale the mean to length 1:
#
# $$u_{cj} = \frac{x_{cj}}{|x_{cj}|}, \qquad
# m_c = \frac{\sum_j w_{cj}\, u_{cj}}{\sum_j w_{cj}}, \qquad p_c = \frac{m_c}{|m_c|}$$
#
# A class whose weights are all 0 gets equal weights. *Predict: does it matter whether the weights of
# a class add up to 1?*
#
# **4.2 (20 points).** `support` `[n_way, k_shot, dim]`, of any length; `weight` `[n_way, k_shot]` →
# `[n_way, dim]`.


# %% nbgrader={"grade": false, "grade_id": "ex-4-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def weighted_prototypes(support, weight):
    ### BEGIN SOLUTION
    unit = support / np.linalg.norm(support, axis=-1, keepdims=True)
    is_empty = weight.sum(axis=1, keepdims=True) == 0
    total = (unit * np.where(is_empty, 1.0, weight)[..., None]).sum(axis=1)
    return total / np.linalg.norm(total, axis=-1, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-4-2", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab4.2", weighted_prototypes)

# %% [markdown]
# ## 4.3 Classify or refuse
#
# A query goes to the class with the largest cosine, but only where that class leads clearly. With
# $s_1$ the largest and $s_2$ the second largest cosine:
#
# $$\text{answer} = \begin{cases} \arg\max_c \cos(q, p_c) & \text{where } s_1 - s_2 > \text{lead} \\
# -1 & \text{else} \end{cases}$$
#
# With a lead of 0 a tie is refused. *Predict: what does a lead of -1 refuse?*
#
# **4.3 (20 points).** `prototypes` `[n_way, dim]`, `query` `[q, dim]`, both of any length; `lead` →
# `[q]` int, rows of `prototypes` or -1.


# %% nbgrader={"grade": false, "grade_id": "ex-4-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def classify(prototypes, query, lead):
    ### BEGIN SOLUTION
    unit_p = prototypes / np.linalg.norm(prototypes, axis=1, keepdims=True)
    unit_q = query / np.linalg.norm(query, axis=1, keepdims=True)
    similarity = unit_q @ unit_p.T
    ranked = np.sort(similarity, axis=1)
    return np.where(ranked[:, -1] - ranked[:, -2] > lead, similarity.argmax(axis=1), -1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-4-3", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab4.3", classify)

# %% [markdown]
# ## 4.4 Wilson interval
#
# k right answers of n: how far may the true share be from p = k / n? Near 0 and 1 the usual
# $p \pm z\sqrt{p(1-p)/n}$ fails: where all are right it has no width. Wilson's interval (1927) holds there:
#
# $$\frac{p + \frac{z^2}{2n}}{1 + \frac{z^2}{n}} \ \pm\
# \frac{z}{1 + \frac{z^2}{n}} \sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}$$
#
# *Predict: all of twenty are right and z = 1.96. Is the lower end nearer to 0.84 or to 0.95?*
#
# **4.4 (15 points).** `right`, `n`, `z` → `(low, high)`.


# %% nbgrader={"grade": false, "grade_id": "ex-4-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def wilson(right, n, z):
    ### BEGIN SOLUTION
    p, scale = right / n, 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / scale
    half = z / scale * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return centre - half, centre + half
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-4-4", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab4.4", wilson)

# %% [markdown]
# ## 4.5 Paired comparison
#
# Two models answered the same episodes. Some episodes are hard for both, so their scores go up and
# down together, and two separate intervals overlap although one model is better nearly every time.
# Look at the differences $d_i = \text{second}_i - \text{first}_i$ instead:
#
# $$\bar d \pm 1.96\, \frac{s}{\sqrt n}, \qquad s^2 = \frac{1}{n - 1} \sum_i (d_i - \bar d)^2$$
#
# *Predict: the second model scores a tenth more on every single episode. How wide is the interval?*
#
# **4.5 (20 points).** `first`, `second` `[n]`, accuracies by episode → `(difference, low, high)`.


# %% nbgrader={"grade": false, "grade_id": "ex-4-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def compare(first, second):
    ### BEGIN SOLUTION
    gap = second - first
    half = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))
    return gap.mean(), gap.mean() - half, gap.mean() + half
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-4-5", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab4.5", compare)

# %% [markdown]
# ## Done?
#
# Every check that says "right" is remembered, and the map in
# [00 Start here](../00_start_here.ipynb) shows it. Before you hand in, restart the kernel and run all
# cells: grading runs your notebook from the top. Next:
# [Lab 5 Question duplicates](lab5_question_duplicates.ipynb).
