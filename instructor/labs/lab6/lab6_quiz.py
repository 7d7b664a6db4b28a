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
# Twenty-six questions on what goes wrong without an error message. Choose an answer and read why it is
# right or wrong; choose again as often as you like. There are no points, and nothing is sent
# anywhere. Each explanation names the notebook where the trap stands; all of them are listed below.
# Time: about 30 minutes.

# %%
from siamese_lib.checks.quiz import quiz

quiz()

# %% [markdown]
# ## Where to read on
#
# - Shared weights, the mean over padding: [01 Architecture](../01_architecture.ipynb)
# - Triplets that are too easy, collapse: [03 Triplets](../03_triplets.ipynb)
# - Normalisation, closest and hardest, sum and mean:
#   [04 The modified triplet loss](../04_modified_triplet_loss.ipynb)
# - Thresholds, majority, precision, false negatives:
#   [05 Training and testing](../05_training_and_testing.ipynb)
# - Who may be in the test, which label means same, the margin of a pair:
#   [08 Contrastive pairs](../08_contrastive_pairs.ipynb)
# - The absolute value, probabilities: [09 Pairwise similarity](../09_pairwise_similarity.ipynb)
# - What a low loss says, seed by seed: [10 Which loss?](../10_which_loss.ipynb)
# - NaN, a curve that rests high: [11 Break it](../11_break_it.ipynb)
# - Many devices: [12 Scaling out](../12_scaling_out.ipynb)
#
# Would you rather debug a run than answer questions? [Lab 7 Debug this run](lab7_debug_this_run.ipynb).
