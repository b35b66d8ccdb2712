// The regularised incomplete beta function and its inverse, for the parameters that counted trials give: from
// less than one up to billions. The few well-kept packages that have it bring a hundred others with them.

/** Decimals of a double: an iteration that changes less than this has ended. */
const PRECISION = 1e-15;

/**
 * I_x(a, b): the probability that a Beta(a, b) variable is at most `x`. For whole a and b it is the probability
 * of at least `a` successes in `a + b - 1` trials that each succeed with `x`.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  // The fraction converges fast only below the mean; above it the tail is the other way round.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** The `x` for which I_x(a, b) is `probability`, to the last digits of a double. */
export function inverseIncompleteBeta(probability: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  // Each step halves the range: 1 / 2^1074 is the smallest double, so the bound is never met.
  for (let step = 0; step < 1100; step++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high || high - low < high * PRECISION) break;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// The continued fraction of DLMF 8.17.22, by Lentz's method as in Numerical Recipes, 3rd edition, section 6.4. It
// takes some sqrt(max(a, b)) steps: 100,000 for 10 billion trials, less than a millisecond.
function fraction(x: number, a: number, b: number): number {
  const mostSteps = 1000 + 10 * Math.sqrt(Math.max(a, b));
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < mostSteps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return result;
}

// ln B(a, b) without the cancellation of three large log-gammas, which would cost 6 digits at a billion trials:
// the leading terms of Stirling's formula are joined before they are computed (as R's lbeta does).
function logBeta(a: number, b: number): number {
  const p = Math.min(a, b);
  const q = Math.max(a, b);
  const ratio = p / (p + q);
  if (q < 10) return logGamma(p) + logGamma(q) - logGamma(p + q);
  const tail = stirlingRest(q) - stirlingRest(p + q);
  if (p < 10) return logGamma(p) + tail + p - p * Math.log(p + q) + (q - 0.5) * Math.log1p(-ratio);
  const rest = stirlingRest(p) + tail;
  return (
    Math.log(2 * Math.PI) / 2 - Math.log(q) / 2 + rest + (p - 0.5) * Math.log(ratio) + q * Math.log1p(-ratio)
  );
}

function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + stirlingRest(x);
}

// What Stirling's formula leaves over, from 10 up: DLMF 5.11.1, exact to 16 digits with these terms.
function stirlingRest(x: number): number {
  const squared = 1 / (x * x);
  return (
    (1 / 12 -
      squared *
        (1 / 360 -
          squared * (1 / 1260 - squared * (1 / 1680 - squared * (1 / 1188 - squared * (691 / 360_360)))))) /
    x
  );
}
