// What is printed, logged or thrown while something is done.
import type { Logger } from '../../lib/training/reporter';

/** A logger that keeps every line. */
export function recorder() {
  const lines: string[] = [];
  const take = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger: Logger = { info: take('info'), warn: take('warn'), debug: take('debug') };
  return { lines, logger, warnings: () => lines.filter((line) => line.startsWith('warn')) };
}

/** Everything that is printed while the work is done. */
export async function printedDuring(work: () => Promise<unknown>): Promise<string[]> {
  const printed: string[] = [];
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const originals = methods.map((method) => console[method]);
  for (const method of methods) console[method] = (text) => void printed.push(`${method}: ${text}`);
  for (const stream of streams) stream.write = (text: unknown) => printed.push(`written: ${text}`) > 0;
  try {
    await work();
  } finally {
    methods.forEach((method, i) => {
      console[method] = originals[i] as typeof console.log;
    });
    streams.forEach((stream, i) => {
      stream.write = writes[i] as typeof stream.write;
    });
  }
  return printed;
}

/** The error that the work is rejected with. */
export async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
