# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 6 Quiz
#
# **Would you notice the trap?**
#
# Eighteen questions on what goes wrong without an error message. Choose an answer and read why it is
# right or wrong; choose again as often as you like. There are no points, and nothing is stored or
# sent. The traps are those of the notebooks
# [02 Cosine cost](../02_cosine_cost.ipynb) to [06 One-shot testing](../06_one_shot_testing.ipynb).
# Time: about 20 minutes.

# %%
from siamese_lib.checks.quiz import quiz

quiz()

# %% [markdown]
# ## Where to read on
#
# - Normalisation, closest and hardest, sum and mean:
#   [04 The modified triplet loss](../04_modified_triplet_loss.ipynb)
# - Shared weights, slopes at zero: [01 Architecture](../01_architecture.ipynb)
# - Triplets that are too easy, collapse: [03 Triplets](../03_triplets.ipynb)
# - Thresholds, majority, precision: [05 Training and testing](../05_training_and_testing.ipynb)
# - Who may be in the test: [06 One-shot testing](../06_one_shot_testing.ipynb)
