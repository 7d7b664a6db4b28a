# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 3 Evaluating a Siamese model
#
# **What do a model's mistakes cost, and who may choose its threshold?**
#
# [05 Training and testing](../05_training_and_testing.ipynb) counts right and wrong answers. A forum
# counts something else: two different questions merged by mistake annoy two people, a missed
# duplicate only costs a click. In this lab
# - pairs have weights (how often they are asked), and the table puts *same* first,
# - the two kinds of errors have two costs, and the cost chooses the threshold,
# - ties count: a pair is called same where its similarity is **above** the threshold, never at it.
#
# | exercise | points | |
# | --- | --- | --- |
# | 3.1 Table of calls | 15 | 9 values, 6 pairs at the threshold |
# | 3.2 Scores | 15 | 10 values, 5 nothing to divide by |
# | 3.3 Cost | 15 | 10 values, 5 pairs at the threshold |
# | 3.4 Choice of the threshold | 20 | 10 values, 6 equal costs, 4 everything is the same |
# | 3.5 Honest cost | 15 | 7 threshold, 8 cost |
# | 3.6 ROC curve | 20 | 8 points, 6 points with equal similarities, 6 area |
#
# Replace the dots, run the cell, run the check below it. Where your answer is wrong, the check shows the
# case: what your function was given, and what it gave. Run it as often as you like.
# If a name "is not defined", after a restart of the kernel for instance, run the cells above again:
# *Run > Run All Above Selected Cell*.
# Grading asks your functions about other inputs than the check does. All arguments are NumPy arrays
# and numbers; never change them. `similarity` is a cosine, -1 to 1, and `is_same` 1 for same, 0 for
# different. Write the formulas yourself: scikit-learn is not there when your lab is graded. Time:
# about 75 minutes.

# %%
import numpy as np

from siamese_lib.checks import check

# %% [markdown]
# ## 3.1 Table of calls
#
# A popular pair counts more than a rare one, so each pair has a weight. Every cell of the table is a
# sum of weights. Rows are what the model *said*, columns what is *true*, and *same* comes first:
#
# | | truly same | truly different |
# | --- | --- | --- |
# | **said same** | TP | FP |
# | **said different** | FN | TN |
#
# $$\text{said same} \iff s > t$$
#
# (The function in `siamese_lib` has another layout: look twice when you compare.) *Predict: which two
# cells can a pair move between when the threshold rises?*
#
# **3.1 (15 points).** `similarity`, `is_same`, `weight` `[n]`, `threshold` → `[2, 2]`.


# %% nbgrader={"grade": false, "grade_id": "ex-3-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def table_at(similarity, is_same, weight, threshold):
    ### BEGIN SOLUTION
    said, truth = similarity > threshold, is_same == 1
    return np.array(
        [
            [weight[said & truth].sum(), weight[said & ~truth].sum()],
            [weight[~said & truth].sum(), weight[~said & ~truth].sum()],
        ]
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-1", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.1", table_at)

# %% [markdown]
# ## 3.2 Scores
#
# Four shares of the table, and n is the sum of all cells:
#
# $$\text{accuracy} = \frac{TP + TN}{n}, \quad \text{precision} = \frac{TP}{TP + FP}, \quad
# \text{recall} = \frac{TP}{TP + FN}, \quad
# \text{majority} = \frac{\max(TP + FN,\ FP + TN)}{n}$$
#
# The majority is the accuracy of a model that always gives the more frequent true answer. An accuracy
# means little until you have seen it. Where a share divides by 0, it is 0. *Predict: a model says
# "different" to everything. Which of the four are 0?*
#
# **3.2 (15 points).** `table` `[2, 2]` as in 3.1 → `[accuracy, precision, recall, majority]`.


# %% nbgrader={"grade": false, "grade_id": "ex-3-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def scores(table):
    ### BEGIN SOLUTION
    (tp, fp), (fn, tn) = table
    n = tp + fp + fn + tn

    def share(part, whole):
        return part / whole if whole > 0 else 0.0

    majority = max(tp + fn, fp + tn)
    return np.array([share(tp + tn, n), share(tp, tp + fp), share(tp, tp + fn), share(majority, n)])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-2", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.2", scores)

# %% [markdown]
# ## 3.3 Cost
#
# Merging two different questions costs `cost_merge`, missing a duplicate `cost_miss`, right answers
# cost nothing. The cost of a threshold t is the mean over all n pairs (no weights from here to 3.5):
#
# $$C(t) = \frac{1}{n}\left( c_\text{merge} \cdot \#\{s > t,\ \text{different}\} +
# c_\text{miss} \cdot \#\{s \le t,\ \text{same}\} \right)$$
#
# *Predict: which costs make C the share of errors?*
#
# **3.3 (15 points).** `similarity`, `is_same` `[n]`, `thresholds` `[m]`, two costs → `[m]`.


# %% nbgrader={"grade": false, "grade_id": "ex-3-3", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def cost_at(similarity, is_same, thresholds, cost_merge, cost_miss):
    ### BEGIN SOLUTION
    said, truth = similarity[None, :] > thresholds[:, None], is_same == 1
    return (cost_merge * (said & ~truth) + cost_miss * (~said & truth)).mean(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-3", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.3", cost_at)

# %% [markdown]
# ## 3.4 Choice of the threshold
#
# Between two neighbouring similarities nothing changes, so few thresholds need a try: each similarity
# that occurs, and -1, above which everything lies. (No similarity is -1 here.)
#
# $$t^* = \arg\min_{t\, \in\, \{s_1, \dots, s_n\} \cup \{-1\}} C(t)$$
#
# Among equal costs take the **largest** threshold: when in doubt, do not merge. *Predict: merging
# becomes ten times as expensive. Which way does the threshold go?*
#
# **3.4 (20 points).** `similarity`, `is_same` `[n]`, two costs → one threshold.


# %% nbgrader={"grade": false, "grade_id": "ex-3-4", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def choose_threshold(similarity, is_same, cost_merge, cost_miss):
    ### BEGIN SOLUTION
    candidates = np.sort(np.append(similarity, -1.0))[::-1]
    costs = cost_at(similarity, is_same, candidates, cost_merge, cost_miss)
    return candidates[np.argmax(costs <= costs.min() + 1e-9)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-4", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.4", choose_threshold)

# %% [markdown]
# ## 3.5 Honest cost
#
# A threshold that was chosen on the test pairs has seen the answers, and the cost measured there
# flatters. Choose on the validation pairs, then report on the test pairs:
#
# $$t^* = \arg\min C_\text{validation}(t), \qquad \text{report } C_\text{test}(t^*)$$
#
# *Predict: can the reported cost be below the smallest cost that any candidate has on the test
# pairs?*
#
# **3.5 (15 points).** `validation` and `test` are each `(similarity, is_same)`; two costs →
# `(threshold, cost on the test pairs)`. 7 points for the threshold, 8 for the cost.


# %% nbgrader={"grade": false, "grade_id": "ex-3-5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def honest_cost(validation, test, cost_merge, cost_miss):
    ### BEGIN SOLUTION
    threshold = choose_threshold(*validation, cost_merge, cost_miss)
    return threshold, cost_at(*test, np.array([threshold]), cost_merge, cost_miss)[0]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-5", "points": 15, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.5", honest_cost)

# %% [markdown]
# ## 3.6 ROC curve
#
# Let the threshold fall from above all similarities to below them. Each step calls more pairs same,
# the false ones and the true ones. With weights:
#
# $$x(t) = \frac{\sum_{\text{different},\, s > t} w}{\sum_{\text{different}} w}, \qquad
# y(t) = \frac{\sum_{\text{same},\, s > t} w}{\sum_{\text{same}} w}$$
#
# The first point is (0, 0), the last (1, 1), and between them stands one point for each distinct
# similarity: pairs with the same similarity enter **together**. The area under the straight lines
# between the points is
#
# $$A = \sum_k (x_{k+1} - x_k)\, \frac{y_k + y_{k+1}}{2}$$
#
# *Predict: all pairs have the same similarity. Which points are there, and what is the area?*
#
# **3.6 (20 points).** `similarity`, `is_same`, `weight` `[n]` → `(points, area)`: points
# `[distinct + 1, 2]`, each row (x, y); area one number.


# %% nbgrader={"grade": false, "grade_id": "ex-3-6", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def roc(similarity, is_same, weight):
    ### BEGIN SOLUTION
    thresholds = np.append(np.unique(similarity)[::-1], -np.inf)
    said = similarity[None, :] > thresholds[:, None]
    same = is_same == 1
    x = (said[:, ~same] * weight[~same]).sum(axis=1) / weight[~same].sum()
    y = (said[:, same] * weight[same]).sum(axis=1) / weight[same].sum()
    area = (np.diff(x) * (y[1:] + y[:-1]) / 2).sum()
    return np.stack([x, y], axis=1), area
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-3-6", "points": 20, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab3.6", roc)

# %% [markdown]
# ## Done?
#
# Every check that says "right" is remembered, and the map in
# [00 Start here](../00_start_here.ipynb) shows it. Before you hand in, restart the kernel and run all
# cells: grading runs your notebook from the top. Next: [Lab 4 One-shot classification](lab4_one_shot.ipynb).
