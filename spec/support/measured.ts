// What something costs, whatever else the machine does.

/** The result of a function, and the seconds of processor time that it took. */
export function measured<Result>(run: () => Result): { result: Result; seconds: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}
