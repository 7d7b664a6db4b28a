// ImageEncoder's forward pass, one picture at a time, from the weights that siamese_lib stores.

const GROUPS = 8, EPSILON = 1e-6; // of nnx.GroupNorm

// The arrays of a safetensors file whose numbers have 16 bits: {name: {shape, values}}.
export function tensors(view) {
  const length = Number(view.getBigUint64(0, true));
  const bytes = new Uint8Array(view.buffer, view.byteOffset + 8, length);
  const header = JSON.parse(new TextDecoder().decode(bytes));
  delete header.__metadata__;
  return Object.fromEntries(Object.entries(header).map(([name, { dtype, shape, data_offsets }]) => {
    if (dtype !== "F16") throw new Error(`${name} is ${dtype}; the page reads F16`);
    const [start, end] = data_offsets, values = new Float32Array((end - start) / 2);
    for (let k = 0; k < values.length; k++) values[k] = half(view.getUint16(8 + length + start + 2 * k, true));
    return [name, { shape, values }];
  }));
}

// IEEE 754's half precision: a sign, 5 bits of exponent, 10 of fraction.
export function half(bits) {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

// 3 x 3, zeros around the picture. x is [side, side, ins], the kernel [3, 3, ins, outs].
function convolve(x, side, kernel, bias) {
  const [, , ins, outs] = kernel.shape, result = new Float32Array(side * side * outs);
  for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) {
    const here = result.subarray((row * side + column) * outs, (row * side + column + 1) * outs);
    here.set(bias.values);
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) {
      const y = row + dy, z = column + dx;
      if (y < 0 || z < 0 || y >= side || z >= side) continue;
      for (let i = 0; i < ins; i++) {
        const value = x[(y * side + z) * ins + i];
        if (!value) continue; // paper, and what a ReLU cut
        const first = ((3 * (dy + 1) + dx + 1) * ins + i) * outs;
        for (let o = 0; o < outs; o++) here[o] += value * kernel.values[first + o];
      }
    }
  }
  return result;
}

// Group norm and ReLU, in place: the channels of a group share mean and variance over the picture.
function normalise(x, scale, bias) {
  const outs = scale.values.length, size = outs / GROUPS, places = x.length / outs;
  for (let group = 0; group < GROUPS; group++) {
    const each = (use) => {
      for (let p = 0; p < places; p++) for (let o = group * size; o < (group + 1) * size; o++) use(p * outs + o, o);
    };
    let sum = 0, squares = 0;
    each((k) => { sum += x[k]; });
    const mean = sum / (places * size);
    each((k) => { squares += (x[k] - mean) ** 2; });
    const root = Math.sqrt(squares / (places * size) + EPSILON);
    each((k, o) => { x[k] = Math.max(((x[k] - mean) / root) * scale.values[o] + bias.values[o], 0); });
  }
}

// The largest of 2 x 2; an odd last row or column is cut off.
function pool(x, side, outs) {
  const small = side >> 1, result = new Float32Array(small * small * outs);
  for (let row = 0; row < small; row++) for (let column = 0; column < small; column++) {
    const at = (2 * row * side + 2 * column) * outs;
    for (let o = 0; o < outs; o++) {
      const k = at + o, below = k + side * outs;
      result[(row * small + column) * outs + o] = Math.max(x[k], x[k + outs], x[below], x[below + outs]);
    }
  }
  return result;
}

// The unit vector of one picture: side x side numbers, 0 = paper, 1 = ink.
export function embed(weights, picture) {
  let x = Float32Array.from(picture), side = Math.sqrt(x.length);
  for (let block = 0; weights[`convolutions.${block}.kernel`]; block++) {
    const of = (name) => weights[`${name.replace(".", `.${block}.`)}`];
    x = convolve(x, side, of("convolutions.kernel"), of("convolutions.bias"));
    normalise(x, of("norms.scale"), of("norms.bias"));
    x = pool(x, side, of("norms.scale").values.length);
    side >>= 1;
  }
  const { values } = weights["head.kernel"], vector = Float64Array.from(weights["head.bias"].values);
  x.forEach((value, k) => vector.forEach((_, o) => { vector[o] += value * values[k * vector.length + o]; }));
  return unit(vector);
}

export function unit(vector) {
  const length = Math.hypot(...vector);
  return Array.from(vector, (value) => (length ? value / length : 0));
}
