// What something costs, whatever else the machine does.

/** The result of a function, and the seconds of processor time that it took. */
export function measured<Result>(run: () => Result): { result: Result; seconds: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** How many times as long one takes as the other: of each the shortest of three runs, after one to warm up. */
export function timesAsLong(run: () => unknown, other: () => unknown): number {
  const secondsOf = (each: () => unknown) => {
    each();
    return Math.min(...[1, 2, 3].map(() => measured(each).seconds));
  };
  return secondsOf(run) / secondsOf(other);
}
