# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A tiny lab

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

from siamese_lib.checks import check


# %% nbgrader={"grade": false, "grade_id": "ex-97-1", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def weighted_mean(values, weights):
    ### BEGIN SOLUTION
    return (values * weights).sum() / weights.sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-97-1", "points": 10, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab97.1", weighted_mean)


# %% nbgrader={"grade": false, "grade_id": "ex-97-2", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def cosines(rows):
    ### BEGIN SOLUTION
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit @ unit.T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-97-2", "points": 5, "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("lab97.2", cosines)
