// A child process whose output goes to a log file, that is stopped when it stands still, and that dies with its parent.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';

const windows = process.platform === 'win32';

/**
 * Runs a command to its end, its output appended to `log`. Rejects with a one-line reason: what the command itself
 * gave as its error, or that it made no progress (`size()` and the log unchanged) for `patience` milliseconds.
 */
export async function run(
  command,
  args,
  { cwd, env, log, patience = 120_000, size = () => 0, onStart, onTick },
) {
  mkdirSync(dirname(log), { recursive: true });
  const begin = sizeOf(log);
  const output = openSync(log, 'a');
  const options = { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] };
  // Its own process group, so that the compilers and downloaders that it starts can be stopped with it.
  const child = spawn(command, args, { ...options, detached: !windows, shell: windows });
  closeSync(output);
  const stopWithUs = forwardSignals(child);
  const watch = watchProgress(child, { patience, size: () => size() + sizeOf(log), onTick });
  try {
    const ended = ending(child);
    if (child.pid !== undefined) onStart?.(child.pid);
    const { code, signal } = await ended;
    if (watch.stalled) throw new Error(`${command} made no progress for ${patience / 1000} s`);
    if (code !== 0)
      throw new Error(
        reasonIn(textFrom(log, begin)) ?? `${command} ended with ${signal ?? `exit code ${code}`}`,
      );
  } finally {
    watch.end();
    stopWithUs.end();
  }
}

/** Whether a command can be started and ends well; its output is dropped. */
export function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 30_000, shell: windows }).status === 0;
}

/** The line of a log that says why: the last that names an error, without npm's wrapping. Undefined where none does. */
export function reasonIn(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const named = lines.filter((line) => /\b\w*error\b\s*:/i.test(line) && !/^npm (error|ERR!)/.test(line));
  return named.at(-1)?.replace(/^.*?\b\w*error\b\s*:\s*/i, '');
}

function ending(child) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Error(`${child.spawnfile} is not installed`) : error),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function watchProgress(child, { patience, size, onTick }) {
  const watch = { stalled: false, end: () => clearInterval(timer) };
  let last = { size: -1, time: Date.now() };
  const timer = setInterval(() => {
    onTick?.();
    const now = { size: size(), time: Date.now() };
    if (now.size !== last.size) last = now;
    else if (now.time - last.time > patience) {
      watch.stalled = true;
      stop(child, 'SIGKILL');
    }
  }, 500);
  return watch;
}

function forwardSignals(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => {
    stop(child, 'SIGKILL');
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.once(signal, forward);
  return {
    end() {
      for (const signal of signals) process.off(signal, forward);
    },
  };
}

function stop(child, signal) {
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It had ended already.
  }
}

function textFrom(file, begin) {
  return readFileSync(file).subarray(begin).toString();
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
