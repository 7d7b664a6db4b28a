// The playground's losses and miners, as siamese_lib.losses defines them. Each loss takes the
// embeddings of a batch, x, y, x, y, ..., and returns the mean loss, its gradient with respect to
// them, and the share of the batch's triplets, pairs or rows that are active.

// Which word the third menu offers where the loss takes one.
export const MINERS = {
  triplet: ["random", "semi-hard", "hardest"], modified: ["closest", "hardest"], contrastive: [], info_nce: [],
};
// The contrastive loss is made of Euclidean distances, so its embeddings may lie anywhere in the
// plane, as in Hadsell, Chopra and LeCun 2006. The others compare directions.
export const isOnCircle = (loss) => loss !== "contrastive";

const dot = (x, i, j) => x[2 * i] * x[2 * j] + x[2 * i + 1] * x[2 * j + 1];

function addTo(gradient, i, x, j, factor) {
  gradient[2 * i] += factor * x[2 * j];
  gradient[2 * i + 1] += factor * x[2 * j + 1];
}

// The allowed column with the largest value, the first among equals; -1 where none is allowed.
function most(count, isAllowed, value) {
  let best = -1;
  for (let j = 0; j < count; j++) {
    if (isAllowed(j) && (best < 0 || value(j) > value(best))) best = j;
  }
  return best;
}

// A triplet of row numbers for each row of unit vectors x, or null where none can be formed.
// draws [rows, rows] are random numbers: the largest of the allowed ones is chosen.
export function mine(miner, x, labels, draws, margin) {
  const n = labels.length;
  return Array.from(labels, (label, a) => {
    const isPositive = (j) => j !== a && labels[j] === label, isNegative = (j) => labels[j] !== label;
    const likeness = (j) => dot(x, a, j), draw = (j) => draws[a * n + j];
    const p = miner === "hardest" ? most(n, isPositive, (j) => -likeness(j)) : most(n, isPositive, draw);
    const isSemiHard = (j) => isNegative(j) && likeness(j) < likeness(p) && likeness(j) > likeness(p) - margin;
    const negative = {
      "random": () => most(n, isNegative, draw), "hardest": () => most(n, isNegative, likeness),
      "semi-hard": () => most(n, isSemiHard, likeness),
    }[miner];
    const q = p < 0 ? -1 : negative();
    return q < 0 ? null : [a, p, q];
  });
}

// mean_of_real(triplet_loss(...)): over the triplets that could be formed. The share of active ones
// is one of all rows, so that semi-hard negatives that are nowhere to be found lower it.
export function tripletLoss(x, { labels, draws }, { miner, margin }) {
  const found = mine(miner, x, labels, draws, margin).filter(Boolean), gradient = new Float64Array(x.length);
  let total = 0, active = 0;
  for (const [a, p, n] of found) {
    const loss = dot(x, a, n) - dot(x, a, p) + margin;
    if (loss <= 0) continue;
    const weight = 1 / found.length;
    total += loss * weight;
    active += 1;
    addTo(gradient, a, x, n, weight);
    addTo(gradient, a, x, p, -weight);
    addTo(gradient, p, x, a, -weight);
    addTo(gradient, n, x, a, weight);
  }
  return { loss: total, gradient, share: active / labels.length };
}

// Pair k is rows k and pairs + k. Y d^2 + (1 - Y) max(margin - d, 0)^2.
export function contrastiveLoss(x, { isSame }, { margin }) {
  const pairs = isSame.length, gradient = new Float64Array(x.length);
  let total = 0, active = 0;
  for (let k = 0; k < pairs; k++) {
    const i = 2 * k, j = 2 * (pairs + k), apart = [x[i] - x[j], x[i + 1] - x[j + 1]];
    const d = Math.hypot(...apart), short = isSame[k] ? -d : Math.max(margin - d, 0);
    total += short ** 2 / pairs;
    active += short !== 0;
    // Along the line between the two; at one and the same point there is no such line.
    for (const c of [0, 1]) {
      const pull = d === 0 ? 0 : (-2 * short * apart[c]) / d / pairs;
      gradient[i + c] += pull;
      gradient[j + c] -= pull;
    }
  }
  return { loss: total, gradient, share: active / pairs };
}

// Anchors are the first half of the rows, positives the second: S = anchor @ positive.T.
export function modifiedLoss(x, { pairs }, { miner, margin }) {
  const gradient = new Float64Array(x.length), weight = 1 / pairs;
  const s = (i, j) => dot(x, i, pairs + j);
  const add = (i, j, factor) => {
    addTo(gradient, i, x, pairs + j, factor);
    addTo(gradient, pairs + j, x, i, factor);
  };
  let total = 0, active = 0;
  for (let i = 0; i < pairs; i++) {
    const own = s(i, i);
    let sum = 0;
    for (let j = 0; j < pairs; j++) sum += j === i ? 0 : s(i, j);
    const l1 = sum / (pairs - 1) - own + margin;
    const isAllowed = (j) => j !== i && (miner === "hardest" || s(i, j) <= own);
    const chosen = most(pairs, isAllowed, (j) => s(i, j));
    const l2 = chosen < 0 ? 0 : s(i, chosen) - own + margin;
    if (l1 > 0) for (let j = 0; j < pairs; j++) add(i, j, j === i ? -weight : weight / (pairs - 1));
    if (l2 > 0) {
      add(i, chosen, weight);
      add(i, i, -weight);
    }
    total += (Math.max(l1, 0) + Math.max(l2, 0)) * weight;
    active += l1 > 0 || l2 > 0;
  }
  return { loss: total, gradient, share: active / pairs };
}

// -ln softmax(S / temperature) at each row's own column. It never is 0, so a row counts as active
// where some negative is at least as similar as the positive.
export function infoNceLoss(x, { pairs }, { temperature }) {
  const gradient = new Float64Array(x.length);
  let total = 0, active = 0;
  for (let i = 0; i < pairs; i++) {
    const logits = Array.from({ length: pairs }, (_, j) => dot(x, i, pairs + j) / temperature);
    const top = Math.max(...logits), powers = logits.map((value) => Math.exp(value - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    total += (top + Math.log(sum) - logits[i]) / pairs;
    active += logits.some((value, j) => j !== i && value >= logits[i]);
    for (let j = 0; j < pairs; j++) {
      const weight = (powers[j] / sum - (i === j)) / temperature / pairs;
      addTo(gradient, i, x, pairs + j, weight);
      addTo(gradient, pairs + j, x, i, weight);
    }
  }
  return { loss: total, gradient, share: active / pairs };
}

const LOSSES = { triplet: tripletLoss, contrastive: contrastiveLoss, modified: modifiedLoss, info_nce: infoNceLoss };

// Loss, share and the gradient of all weights for one batch; batch.inputs hold one row after another.
export function evaluate(shape, weights, batch, settings) {
  const values = forward(shape, weights, batch.inputs), outputs = values.at(-1);
  const embeddings = isOnCircle(settings.loss) ? unit(outputs) : outputs;
  const { loss, gradient, share } = LOSSES[settings.loss](embeddings, batch, settings);
  const slope = isOnCircle(settings.loss) ? unitBackward(outputs, embeddings, gradient) : gradient;
  return { loss, share, gradient: backward(shape, weights, values, slope) };
}

// Adam over given batches from given weights: the losses, the first gradient, the last weights.
export function train(start, batches, settings) {
  const shape = layersOf(settings.inputs), weights = Float64Array.from(start), state = adamStart(shape.size);
  const done = batches.map((batch) => {
    const { loss, share, gradient } = evaluate(shape, weights, batch, settings);
    adam(weights, gradient, state, settings.rate);
    return { loss, share, gradient };
  });
  return {
    losses: done.map(({ loss }) => loss), shares: done.map(({ share }) => share),
    gradients: done.map(({ gradient }) => [...gradient]), weights: [...weights],
  };
}
