// The support set: its pictures, whose they are, and how similar each class is to a drawing.

const SIDE = 28; // pixels of a picture

// The similarity of each class to one drawing: the mean cosine to its examples, as `rank` has it.
export function similarities(support, owner, query, classes) {
  const sums = new Float64Array(classes), counts = new Float64Array(classes);
  support.forEach((vector, k) => {
    sums[owner[k]] += vector.reduce((sum, value, i) => sum + value * query[i], 0);
    counts[owner[k]] += 1;
  });
  return Array.from(sums, (sum, k) => sum / counts[k]);
}

// The classes by falling similarity, at most `count` of them: [place in the list, similarity].
export function ranking(similarity, count) {
  return similarity.map((s, k) => [k, s]).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, count);
}

// The support set with one more example of the class of that name, which may be a new one.
// owner[k] is the class of picture k; the learner enrolled the last `enrolled` names.
export function enrolIn({ names, owner, support, enrolled }, name, picture) {
  const found = names.indexOf(name), isNew = found < 0;
  return {
    names: isNew ? [...names, name] : names, owner: [...owner, isNew ? names.length : found],
    support: [...support, picture], enrolled: enrolled + (isNew ? 1 : 0),
  };
}

// What is said once a drawing is enrolled under a name, which is among the names or new to them.
export function enrolledAs(name, names) {
  return names.includes(name) ? `One more drawing of ${name}: its cosine is now the mean over all of them.`
    : `${name} is enrolled, from this one drawing. Press clear, then draw it again.`;
}

// The support set without what the learner enrolled under that name; what it began with stays.
export function forgetIn({ names, owner, support, enrolled }, name) {
  const place = names.indexOf(name), first = names.length - enrolled;
  const stays = owner.map((k, picture) => k !== place || picture < first);
  const isGone = place >= first;
  return {
    names: names.filter((_, k) => !(isGone && k === place)),
    owner: owner.filter((_, k) => stays[k]).map((k) => (isGone && k > place ? k - 1 : k)),
    support: support.filter((_, k) => stays[k]), enrolled: enrolled - (isGone ? 1 : 0),
  };
}
