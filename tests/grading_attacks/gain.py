"""Attacks that take points from tests which run in the learner's own kernel.

Each is the source of cell ex-97-1; none holds a right answer. On stock nbgrader each earns points.
"""

AST_TRANSFORMER = """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
def weighted_mean(values, weights):
    return 0
"""

LYING_EQ = """
class Right(float):
    def __eq__(self, other):
        return True
def weighted_mean(values, weights):
    return Right(0)
"""

LYING_ARRAY = """
class Right(np.ndarray):
    def __array_function__(self, function, types, arguments, options):
        return True
    def __array_ufunc__(self, *arguments, **options):
        return np.ones(())
    def __array__(self, *arguments, **options):
        return np.zeros(3)
def weighted_mean(values, weights):
    return np.zeros(3).view(Right)
"""

PATCHED_NUMPY = """
np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
def weighted_mean(values, weights):
    return 0
"""

PATCHED_JAX = """
import jax.numpy as jnp
jnp.allclose = jnp.isclose = jnp.array_equal = lambda *a, **k: True
def cosines(rows):
    return rows
"""

PATCHED_CHECKS = """
import siamese_lib.checks
siamese_lib.checks.verdict = lambda *a, **k: (True, "right")
def weighted_mean(values, weights):
    return 0
"""

PATCHED_SHELL = """
class Fine:
    success, error_before_exec, error_in_exec, result, execution_count = True, None, None, None, 1
async def run_nothing(*arguments, **options):
    return Fine()
get_ipython().run_cell_async = run_nothing
"""

FORGED_SCORE = """
def forge(*_):
    kernel = get_ipython().kernel
    content = {"data": {"text/plain": "1.0"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(kernel.iopub_socket, "execute_result", content,
                        parent=kernel.get_parent(), ident=b"execute_result")
get_ipython().events.register("pre_run_cell", forge)
"""

CALLER_S_VARIABLES = """
import sys
def weighted_mean(values, weights):
    frame = sys._getframe(1)
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            if "expected" in space:
                return space["expected"]
        frame = frame.f_back
"""

CALLER_S_CONSTANTS = """
import sys
def weighted_mean(values, weights):
    frame = sys._getframe(1)
    while frame:
        for constant in frame.f_code.co_consts:
            if type(constant) is float and constant == 3.75:
                return constant
        frame = frame.f_back
"""

CELL_HISTORY = """
import re
def weighted_mean(values, weights):
    last = get_ipython().user_ns["In"][-1] + str(get_ipython().kernel.get_parent()["content"])
    return float(re.search(r"expected = ([0-9.]+)", last)[1])
"""

HARD_CODED = """
def weighted_mean(values, weights):
    return 3.75
"""

ARGUMENTS_OVERWRITTEN = """
def weighted_mean(values, weights):
    values[:], weights[:] = 3.75, 1
    import __main__
    __main__.expected = 0.0
    return 0.0
"""

SKLEARN = """
from sklearn.metrics.pairwise import cosine_similarity as cosines
"""

SCIPY = """
from scipy.spatial.distance import cdist
def cosines(rows):
    return 1 - cdist(rows, rows, "cosine")
"""

OPTAX = """
import optax
def cosines(rows):
    return optax.losses.cosine_similarity(rows[:, None], rows[None])
"""

OPTAX_SOURCE = """
import inspect, optax.losses
source = inspect.getsource(optax.losses.cosine_similarity)
def cosines(rows):
    return optax.cosine_similarity(rows[:, None], rows[None])
"""

OUR_LIBRARY = """
from siamese_lib.energy import pairwise_cosine
def cosines(rows):
    return pairwise_cosine(rows, rows)
"""

OUR_ENCODERS = """
from siamese_lib.encoders.images import l2_normalize
def cosines(rows):
    return l2_normalize(rows) @ l2_normalize(rows).T
"""

FLAX_INSIDE = """
from flax.nnx.nn.normalization import _l2_normalize
def cosines(rows):
    unit = _l2_normalize(rows, axis=-1)
    return unit @ unit.T
"""

OPTAX_PROJECTIONS = """
import jax, optax
def cosines(rows):
    unit = jax.vmap(optax.projections.projection_l2_sphere)(rows)
    return unit @ unit.T
"""

LIBRARIES = ("SKLEARN", "SCIPY", "OPTAX", "OPTAX_SOURCE", "OUR_LIBRARY", "OUR_ENCODERS")
LIBRARIES += ("FLAX_INSIDE", "OPTAX_PROJECTIONS")
ATTACKS, LIBRARY_ANSWERS = {}, {}  # the second are right answers, but nobody's own
for _name, _source in dict(globals()).items():
    if _name.isupper() and isinstance(_source, str):
        (LIBRARY_ANSWERS if _name in LIBRARIES else ATTACKS)[_name.lower()] = _source
