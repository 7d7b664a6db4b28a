"""3 x 3 convolution with a gradient that is written for a CPU's caches."""

import jax
import jax.numpy as jnp

# So many pixels are read at a time for the kernel's gradient: they and their gradient stay in the
# cache.
_PIXELS = 3200


@jax.custom_vjp
def convolve(images: jax.Array, kernel: jax.Array) -> jax.Array:
    """Each output pixel is a weighted sum over the 3 x 3 pixels around it; zeros lie outside.

    The result and its gradient are those of jax.lax.conv_general_dilated. On a CPU the kernel's
    gradient is summed over a few pictures at a time, which fit into the caches. jax.grad and
    jax.vjp work; jax.jvp does not.

    Shapes: images [batch, height, width, in_dim], kernel [3, 3, in_dim, out_dim] float
    -> [batch, height, width, out_dim].
    """
    return _convolve(images, kernel)


def _convolve(images, kernel):
    layout = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(images, kernel, (1, 1), "SAME", dimension_numbers=layout)


def _forward(images, kernel):
    return _convolve(images, kernel), (images, kernel)


def _backward(saved, gradient):
    images, kernel = saved
    # Seen from the input, the windows run the other way: rows and columns are reversed, and the
    # channels swapped.
    turned = jnp.flip(kernel, (0, 1)).swapaxes(2, 3)
    return _convolve(gradient, turned), _on_each_device(_kernel_gradient)(images, gradient)


convolve.defvjp(_forward, _backward)


def _on_each_device(kernel_gradient):
    """Each device of the current mesh does its own pictures: a loop over all would fetch them."""
    mesh = jax.sharding.get_abstract_mesh()
    if mesh.empty or mesh.size == 1:
        return kernel_gradient
    names = mesh.axis_names

    def summed(images, gradient):
        return jax.lax.psum(kernel_gradient(images, gradient), names)

    rows, everywhere = jax.sharding.PartitionSpec(names), jax.sharding.PartitionSpec()
    return jax.shard_map(summed, in_specs=rows, out_specs=everywhere, check_vma=False)


def _kernel_gradient(images, gradient):
    return jax.lax.platform_dependent(
        images, gradient, cpu=_by_parts, default=_plain_kernel_gradient
    )


def _plain_kernel_gradient(images, gradient):
    shape = jax.ShapeDtypeStruct((3, 3, images.shape[-1], gradient.shape[-1]), images.dtype)
    (kernel,) = jax.linear_transpose(lambda kernel: _convolve(images, kernel), shape)(gradient)
    return kernel


def _by_parts(images, gradient):
    """Sum over pixels of (their 3 x 3 surroundings) x (their gradient), a few pictures per step."""
    batch, height, width, _ = images.shape
    most = max(1, _PIXELS // (height * width))
    at_once = max(n for n in range(1, min(batch, most) + 1) if batch % n == 0)

    def add(total, part):
        return total + _part_gradient(*part), None

    parts = [x.reshape(-1, at_once, *x.shape[1:]) for x in (images, gradient)]
    start = jnp.zeros((3, 3, images.shape[-1], gradient.shape[-1]), images.dtype)
    return jax.lax.scan(add, start, parts)[0]


def _part_gradient(images, gradient):
    """The same sum for some pictures, as three matrix products: one for each row of the kernel."""
    _, height, width, in_dim = images.shape
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    beside = jnp.concatenate([padded[:, :, j : j + width] for j in range(3)], axis=-1)
    flat = gradient.reshape(-1, gradient.shape[-1])
    rows = [beside[:, i : i + height].reshape(-1, 3 * in_dim).T @ flat for i in range(3)]
    return jnp.stack(rows).reshape(3, 3, in_dim, -1)
