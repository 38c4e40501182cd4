/** The largest position and length, in units: up to here every integer is a double. */
export const MAX_POSITION = Number.MAX_SAFE_INTEGER;
/** The shortest cycle, in units: a shorter one could not be told from rounding. */
export const MIN_LENGTH = 1e-12;
/** With a T_mult below 1 each cycle is laid out by itself, so that there is a limit. */
export const MAX_SHRINKING_CYCLES = 100_000;
