/** A value on an axis that has a label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A number as people write learning rates: 0.05, 1e-4. */
export function format(value: number, exponential = isExtreme(value)): string {
  if (value === 0 || !exponential) return String(value);
  return value.toExponential().replace('e+', 'e');
}

/** A number with four digits at most, but integers in full. */
export function rounded(value: number): string {
  return format(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** A tick at any value; undefined if its label would be wrong by more than a ten thousandth of the axis. */
export function exactTick(value: number, span: number): Tick | undefined {
  const label = rounded(value);
  return Math.abs(Number(label) - value) <= span * 1e-4 ? { value, label } : undefined;
}

/** Multiples of 1, 2 or 5 times a power of ten, from at or below `low` to at or above `high`: at most count + 2. */
export function linearTicks(low: number, high: number, count: number): Tick[] {
  const atLeast = (high - low) / count;
  const power = exponentOf(atLeast);
  // Decimal text instead of arithmetic: 3 * 0.1 would be 0.30000000000000004.
  const multiple = (i: number, m: number) => Number(`${i * m}e${power}`);
  const m = [1, 2, 5].find((n) => multiple(1, n) >= atLeast * (1 - 1e-9)) ?? 10;
  const step = multiple(1, m);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i, m));
  const greatest = Math.max(...values.map(Math.abs));
  // One style along an axis, so 2e-4, 1e-3, 1.2e-3 and never 2e-4, 0.001, 0.0012.
  const exponential = isExtreme(greatest) || (greatest < 0.01 && step < 1e-3);
  return values.map((value) => ({ value, label: format(value, exponential) }));
}

/** 1, 2 and 5 times the powers of ten around a range; if those are too many, powers of ten or every nth of them. */
export function logTicks(low: number, high: number, count: number): Tick[] {
  const bottom = exponentOf(low);
  const top = exponentOf(high) + (Number(`1e${exponentOf(high)}`) < high ? 1 : 0);
  const powers = Array.from({ length: top - bottom + 1 }, (_, i) => bottom + i);
  const all = powers.flatMap((power) => [1, 2, 5].map((m) => Number(`${m}e${power}`)));
  const fine = all.slice(
    all.filter((value) => value <= low).length - 1,
    all.findIndex((value) => value >= high) + 1,
  );
  const every = Math.max(1, Math.ceil(powers.length / (count + 1)));
  const coarse = powers.filter((power) => (top - power) % every === 0).map((power) => Number(`1e${power}`));
  return (fine.length <= count + 1 ? fine : coarse).map((value) => ({ value, label: format(value) }));
}

/** The exponent of a number's first digit; from its text, since log10 isn't exact everywhere. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}

function isExtreme(value: number): boolean {
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e7;
}
