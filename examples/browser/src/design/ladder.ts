/** The values that a slider and the arrow keys step through, in order. */
export type Ladder = readonly number[];

const DIGITS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/** Ten steps in each power of ten, as round as can be, from 10^first to 10^last. */
function decades(first: number, last: number): Ladder {
  const exponents = Array.from({ length: last - first }, (_, i) => first + i);
  const steps = exponents.flatMap((exponent) => DIGITS.map((digit) => Number(`${digit}e${exponent}`)));
  return [...steps, Number(`1e${last}`)];
}

const whole = (from: number, to: number): Ladder => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** By the names of the fields that have one. */
export const LADDERS: Readonly<Record<string, Ladder>> = {
  T_0: [0.25, 0.5, ...whole(1, 30), 40, 50, 60, 80, 100],
  T_mult: [1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4],
  eta_max: decades(-5, 1),
  eta_min: [0, ...decades(-8, 0)],
  epochs: [...whole(1, 64), 80, 100, 127, 150, 200, 255, 300],
};

/** The index of the step nearest to a value, by ratio if it can be. */
export function nearest(ladder: Ladder, value: number): number {
  const distances = ladder.map((step) =>
    step > 0 && value > 0 ? Math.abs(Math.log(step / value)) : Math.abs(step - value) * 1e9,
  );
  return distances.indexOf(Math.min(...distances));
}

/** The next step above a value, or below it: off the ladder it is the nearest on that side. */
export function stepFrom(ladder: Ladder, value: number, direction: 1 | -1): number {
  const above =
    direction === 1 ? ladder.find((step) => step > value) : ladder.findLast((step) => step < value);
  return above ?? value;
}
