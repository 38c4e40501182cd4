// One set-up at a time: neither the download cache nor node-gyp's build folder can be shared.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT = 5_000;
const ABANDONED = 60_000;

/**
 * Runs `action` while no other process holds the lock of this directory. `action` is given `hold(pid)`, which names a
 * child that keeps the lock even if this process is killed, and `waited`, whether another set-up came first.
 */
export async function withLock(directory, { onWait }, action) {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'setup.lock');
  const waited = await acquire(file, onWait);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  // A process number may be used again by something else; a heartbeat can't.
  const heartbeat = setInterval(() => touch(file), HEARTBEAT).unref();
  try {
    return await action({ waited, hold: (pid) => writeFileSync(file, ticket([process.pid, pid])) });
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

async function acquire(file, onWait) {
  let waited = false;
  while (!create(file)) {
    if (removeAbandoned(file)) continue;
    if (!waited) onWait();
    waited = true;
    await sleep(300);
  }
  return waited;
}

function create(file) {
  try {
    writeFileSync(file, ticket([process.pid]), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away a lock whose processes are all gone, and says whether it did. */
function removeAbandoned(file) {
  const seen = read(file);
  if (seen === undefined || !isAbandoned(seen)) return false;
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    // Somebody else may have taken over between the look and the move: then it is theirs.
    if (read(aside)?.text !== seen.text) renameSync(aside, file);
    else rmSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return true;
}

function isAbandoned({ text, age }) {
  if (age > ABANDONED) return true;
  const pids = text.split(' ').slice(1).map(Number);
  return pids.length > 0 && !pids.some(isAlive);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function read(file) {
  try {
    return { text: readFileSync(file, 'utf8'), age: Date.now() - statSync(file).mtimeMs };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function ticket(pids) {
  return [Date.now(), ...pids].join(' ');
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken away by hand; the next beat will not miss it either.
  }
}
