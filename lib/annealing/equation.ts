/**
 * SGDR's equation 5 (Loshchilov & Hutter, arXiv 1608.03983): the learning rate T_cur units into a cosine of T_i units,
 *
 *   eta = eta_min + (eta_max - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2.
 *
 * `T_left` is T_i - T_cur. It is a parameter because a caller can know it more exactly than their difference.
 */
export function anneal({ eta_min, eta_max }: Rates, { T_cur, T_left, T_i }: CosineTime): number {
  if (T_cur <= 0) return eta_max;
  if (T_left <= 0) return eta_min;
  return Math.min(eta_max, eta_min + (eta_max - eta_min) * halfCosine(T_cur, T_left, T_i));
}

/** (1 + cos(pi * T_cur / T_i)) / 2; in the second half as sin^2, because 1 + cos cancels there. */
function halfCosine(T_cur: number, T_left: number, T_i: number): number {
  if (T_left >= T_cur) return (1 + Math.cos(Math.PI * (T_cur / T_i))) / 2;
  const sine = Math.sin((Math.PI / 2) * (T_left / T_i));
  return sine * sine;
}

/** The rise from `from` to eta_max, `elapsed` units into a warm-up of `length` units: a line, or half a cosine. */
export function warmUp({ from, eta_max, length, shape }: WarmupRise, elapsed: number): number {
  if (elapsed <= 0) return from;
  if (shape === 'linear') return Math.min(eta_max, from + (eta_max - from) * (elapsed / length));
  return anneal({ eta_min: from, eta_max }, { T_cur: length - elapsed, T_left: elapsed, T_i: length });
}

/**
 * How exact `anneal` is, with u = 2^-53: T_cur and T_left come from two subtractions each, T_i is rounded once, pi is
 * off by 0.35 u, and there are a quotient and a product; so the angle's relative error is below 5.4 u. Up to the middle
 * the half cosine changes by at most 1.6 times as much, beyond it by at most twice as much (2 x cot x <= 2). Sine and
 * cosine are within 1 ulp, so within 2 u, which squaring doubles; four more roundings follow. In all: 19 u, or 9.5 units
 * of 2^-52. A cycle's end is known to 2^-100 of itself, which counts only if T_left is below 2^-46 of the position. Exact
 * are eta_max at the start, eta_min at the end, and the half cosine's 1/2 in the middle.
 */
export const RELATIVE_ERROR = 19 * 2 ** -53;

/** The learning rates at the two ends of a cosine. */
export interface Rates {
  readonly eta_min: number;
  readonly eta_max: number;
}

/** A moment in a cosine, in units. */
export interface CosineTime {
  readonly T_cur: number;
  readonly T_left: number;
  readonly T_i: number;
}

/** A warm-up: the learning rates at its two ends, its length in units, > 0, and its shape. */
export interface WarmupRise {
  readonly from: number;
  readonly eta_max: number;
  readonly length: number;
  readonly shape: 'linear' | 'cosine';
}
