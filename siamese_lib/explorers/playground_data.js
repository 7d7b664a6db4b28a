// The playground's data, its batches, and a run: what has been trained so far.

const turn = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];
const NOISE = 0.12;

// Each draws one example of a class k.
const PLANE = {
  moons: { classes: 2, each: 90, draw: (k, random) => {
    const [x, y] = turn(1, Math.PI * random());
    return k ? [0.5 - x, 0.25 - y] : [x - 0.5, y - 0.25];
  } },
  rings: { classes: 3, each: 60, draw: (k, random) => turn(0.35 + 0.5 * k, 2 * Math.PI * random()) },
  blobs: { classes: 6, each: 30, draw: (k) => turn(1.1, (k / 6) * 2 * Math.PI) },
};
export const DATA = [...Object.keys(PLANE), "letters"];

// Inputs row by row, dim numbers each, and the class of each row, classes one after the other.
export function makeData(name, seed, letters) {
  if (name === "letters") {
    const { pixels, classes, dim } = letters, inputs = Float64Array.from(pixels, (byte) => byte / 255);
    const each = inputs.length / dim / classes;
    return { name, dim, classes, inputs, labels: Array.from({ length: each * classes }, (_, i) => Math.floor(i / each)) };
  }
  const { classes, each, draw } = PLANE[name], random = generator(seed, 0), inputs = [], labels = [];
  for (let k = 0; k < classes; k++) {
    for (let i = 0; i < each; i++) {
      for (const value of draw(k, random)) inputs.push(value + NOISE * normal(random));
      labels.push(k);
    }
  }
  return { name, dim: 2, classes, inputs: Float64Array.from(inputs), labels };
}

function shuffled(items, random) {
  const cards = [...items];
  for (let k = cards.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    [cards[k], cards[other]] = [cards[other], cards[k]];
  }
  return cards;
}

// The rows of the batch of one step. Classes take turns in an order of their own, and the examples
// of a class differ. The triplet loss gets `batch` rows, the others `batch` pairs: first all left
// sides, then all right ones. Of the contrastive pairs every other one is genuine; for the losses
// on a whole batch all are, so with more pairs than classes some "negatives" are of the same class.
export function drawRows({ classes, labels }, { loss, batch }, random) {
  const order = shuffled(Array.from({ length: classes }, (_, k) => k), random);
  const decks = order.map(() => []);
  const take = (k) => {
    if (!decks[k].length) decks[k] = shuffled(labels.flatMap((label, i) => (label === k ? [i] : [])), random);
    return decks[k].pop();
  };
  const left = Array.from({ length: batch }, (_, i) => order[i % classes]);
  const rows = left.map(take);
  if (loss === "triplet") return { rows, labels: rows.map((row) => labels[row]) };
  const isSame = left.map((_, i) => (loss === "contrastive" ? Math.floor(i / classes) % 2 === 0 : true));
  const right = left.map((k, i) => {
    const other = isSame[i] ? k : (k + 1 + Math.floor(random() * (classes - 1))) % classes;
    const row = take(other);
    return row === rows[i] ? take(other) : row;
  });
  return { rows: [...rows, ...right], isSame, pairs: batch };
}

export function drawBatch(data, settings, step) {
  const random = generator(settings.seed, 2 + step), batch = drawRows(data, settings, random);
  const { dim, inputs } = data, count = batch.rows.length;
  const own = new Float64Array(count * dim);
  batch.rows.forEach((row, i) => own.set(inputs.subarray(row * dim, (row + 1) * dim), i * dim));
  const draws = settings.loss === "triplet" ? Float64Array.from({ length: count ** 2 }, random) : [];
  return { ...batch, inputs: own, draws };
}

// A curve of at most `most` points, however long it gets: points side by side are then averaged.
export function curve(most = 240) {
  let width = 1, sums = [], counts = [];
  return {
    add(value) {
      if (counts.length && counts.at(-1) < width) {
        sums[sums.length - 1] += value;
        counts[counts.length - 1] += 1;
        return;
      }
      sums.push(value);
      counts.push(1);
      if (sums.length <= most) return;
      const halve = (list) => Array.from({ length: Math.ceil(list.length / 2) }, (_, k) => list[2 * k] + (list[2 * k + 1] ?? 0));
      [sums, counts, width] = [halve(sums), halve(counts), 2 * width];
    },
    // [step, value] of each point, in the middle of the steps that it stands for.
    points: () => sums.map((sum, k) => [k * width + (counts[k] - 1) / 2, sum / counts[k]]),
  };
}

// A run from its first weights. `now` is the loss of the batch that comes next, with the weights as
// they are, so that the number after k steps is that of the weights after k steps.
export function newRun(settings, letters) {
  const data = makeData(settings.data, settings.seed, letters), shape = layersOf(data.dim);
  const run = {
    data, shape, weights: startWeights(shape, generator(settings.seed, 1)), moments: adamStart(shape.size),
    step: 0, losses: curve(), shares: curve(),
  };
  look(run, settings);
  return run;
}

export function look(run, settings) {
  run.now = evaluate(run.shape, run.weights, drawBatch(run.data, settings, run.step), settings);
}

export function advance(run, settings) {
  run.losses.add(run.now.loss);
  run.shares.add(run.now.share);
  adam(run.weights, run.now.gradient, run.moments, settings.rate);
  run.step += 1;
  look(run, settings);
}

export function embeddingsOf({ shape, weights }, inputs, loss) {
  const outputs = forward(shape, weights, inputs).at(-1);
  return isOnCircle(loss) ? unit(outputs) : outputs;
}

// What all points say: how far they spread (the root of the mean squared distance to their mean),
// and the share whose nearest other point is of their own class.
export function summary(x, labels) {
  const n = labels.length, mean = [0, 0];
  for (let i = 0; i < 2 * n; i++) mean[i % 2] += x[i] / n;
  let squares = 0, right = 0;
  for (let i = 0; i < n; i++) {
    squares += (x[2 * i] - mean[0]) ** 2 + (x[2 * i + 1] - mean[1]) ** 2;
    let best = -1, least = Infinity;
    for (let j = 0; j < n; j++) {
      const d = (x[2 * i] - x[2 * j]) ** 2 + (x[2 * i + 1] - x[2 * j + 1]) ** 2;
      if (j !== i && d < least) [best, least] = [j, d];
    }
    right += labels[best] === labels[i];
  }
  return { spread: Math.sqrt(squares / n), alike: right / n };
}

// The share of negatives that are of their anchor's own class, where every other row is a negative:
// classes take turns, so some have one row more than the rest.
export function falseNegatives(batch, classes) {
  const rows = Array.from({ length: classes }, (_, k) => Math.ceil((batch - k) / classes));
  return rows.reduce((sum, own) => sum + own * Math.max(own - 1, 0), 0) / (batch * (batch - 1));
}

// The class whose mean embedding is nearest to each embedding.
export function nearestClass(x, means) {
  return Array.from({ length: x.length / 2 }, (_, i) => {
    const apart = means.map(([mx, my]) => (x[2 * i] - mx) ** 2 + (x[2 * i + 1] - my) ** 2);
    return apart.indexOf(Math.min(...apart));
  });
}

export function classMeans(x, labels, classes) {
  const means = Array.from({ length: classes }, () => [0, 0, 0]);
  labels.forEach((k, i) => {
    means[k][0] += x[2 * i];
    means[k][1] += x[2 * i + 1];
    means[k][2] += 1;
  });
  return means.map(([sx, sy, count]) => [sx / count, sy / count]);
}
