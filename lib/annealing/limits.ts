/** The largest position and length, in units: up to here every integer is a double. */
export const MAX_POSITION = Number.MAX_SAFE_INTEGER;
/** The shortest cycle, in units: a shorter one couldn't be told apart from rounding errors. */
export const MIN_LENGTH = 1e-12;
/** With a T_mult below 1 every cycle has an entry of its own in a table, so there is a limit. */
export const MAX_SHRINKING_CYCLES = 100_000;
