// The playground's tower: seeded random numbers, layers with their gradients, Adam. Pure functions,
// apart from adam, which writes into the arrays that it is given; tests compare them with jax.

export const HIDDEN = 16, DIM = 2;

// Numbers from 0 to 1, the same ones for the same seed and stream in every browser: a xorshift
// generator, whose state is multiplied by an odd number before its upper bits are used.
export function generator(seed, stream) {
  let state = Math.imul(seed + 1, 0x9E3779B1) ^ Math.imul(stream + 1, 0x85EBCA6B) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2C1B3C6D) >>> 0) / 2 ** 32;
  };
  for (let k = 0; k < 16; k++) next(); // seeds that are one apart begin alike
  return next;
}

export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

// Where each layer's numbers lie in the one vector of all weights: its kernel [ins, outs], row by
// row, then its biases. The last layer has none: between distances a bias cancels, and Adam
// would make steps of the rounding errors that are left of its gradient.
export function layersOf(inputs) {
  const sizes = [inputs, HIDDEN, HIDDEN, DIM];
  let size = 0;
  const layers = sizes.slice(1).map((outs, k) => {
    const ins = sizes[k], isLast = k === sizes.length - 2;
    const layer = { ins, outs, isLast, kernel: size, bias: size + ins * outs };
    size = layer.bias + (isLast ? 0 : outs);
    return layer;
  });
  return { layers, size };
}

// LeCun's start: normal numbers with a variance of 1 / ins; biases of 0.
export function startWeights({ layers, size }, random) {
  const weights = new Float64Array(size);
  for (const { ins, outs, kernel } of layers) {
    for (let k = 0; k < ins * outs; k++) weights[kernel + k] = normal(random) / Math.sqrt(ins);
  }
  return weights;
}

// What every layer gives, the inputs first: [inputs, hidden, hidden, outputs], a row per input.
export function forward({ layers }, weights, inputs) {
  const rows = inputs.length / layers[0].ins, values = [inputs];
  for (const { ins, outs, isLast, kernel, bias } of layers) {
    const before = values.at(-1), after = new Float64Array(rows * outs);
    for (let row = 0; row < rows; row++) {
      for (let o = 0; o < outs; o++) {
        let sum = isLast ? 0 : weights[bias + o];
        for (let i = 0; i < ins; i++) sum += before[row * ins + i] * weights[kernel + i * outs + o];
        after[row * outs + o] = isLast ? sum : Math.tanh(sum);
      }
    }
    values.push(after);
  }
  return values;
}

// The gradient of the loss with respect to all weights, from that with respect to the outputs.
export function backward({ layers, size }, weights, values, outputs) {
  const gradient = new Float64Array(size);
  let after = outputs;
  for (let k = layers.length - 1; k >= 0; k--) {
    const { ins, outs, isLast, kernel, bias } = layers[k], inputs = values[k], own = values[k + 1];
    const before = new Float64Array(inputs.length);
    for (let row = 0; row < inputs.length / ins; row++) {
      for (let o = 0; o < outs; o++) {
        const at = row * outs + o, slope = after[at] * (isLast ? 1 : 1 - own[at] ** 2);
        if (!isLast) gradient[bias + o] += slope;
        for (let i = 0; i < ins; i++) {
          gradient[kernel + i * outs + o] += inputs[row * ins + i] * slope;
          before[row * ins + i] += weights[kernel + i * outs + o] * slope;
        }
      }
    }
    after = before;
  }
  return gradient;
}

// Each vector divided by its length; a zero vector stays zero.
export function unit(vectors) {
  const result = new Float64Array(vectors.length);
  for (let k = 0; k < vectors.length; k += DIM) {
    const length = Math.hypot(vectors[k], vectors[k + 1]) || 1;
    result[k] = vectors[k] / length;
    result[k + 1] = vectors[k + 1] / length;
  }
  return result;
}

// The gradient with respect to vectors, from that with respect to their directions: the part along
// a vector is lost, the rest is divided by its length.
export function unitBackward(vectors, directions, gradient) {
  const result = new Float64Array(vectors.length);
  for (let k = 0; k < vectors.length; k += DIM) {
    const length = Math.hypot(vectors[k], vectors[k + 1]);
    if (length === 0) continue;
    const along = gradient[k] * directions[k] + gradient[k + 1] * directions[k + 1];
    for (const c of [k, k + 1]) result[c] = (gradient[c] - along * directions[c]) / length;
  }
  return result;
}

export const adamStart = (size) => ({ mean: new Float64Array(size), square: new Float64Array(size), steps: 0 });

// One step of Adam as optax.adam(rate) takes it.
export function adam(weights, gradient, state, rate) {
  const b1 = 0.9, b2 = 0.999, eps = 1e-8;
  state.steps += 1;
  const unbias1 = 1 - b1 ** state.steps, unbias2 = 1 - b2 ** state.steps;
  for (let k = 0; k < weights.length; k++) {
    state.mean[k] = b1 * state.mean[k] + (1 - b1) * gradient[k];
    state.square[k] = b2 * state.square[k] + (1 - b2) * gradient[k] ** 2;
    weights[k] -= (rate * state.mean[k]) / unbias1 / (Math.sqrt(state.square[k] / unbias2) + eps);
  }
}
