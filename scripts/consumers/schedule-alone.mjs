// Runs where TensorFlow.js is not installed.
import assert from 'node:assert/strict';
import { toText } from 'tfjs-cosine-annealing/plot';
import { cosineAnnealing } from 'tfjs-cosine-annealing/schedule';

const schedule = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
assert.equal(schedule(5), 0.05);
assert.match(toText({ schedule, to: 20 }), /▲/);
await assert.rejects(import('tfjs-cosine-annealing'), /@tensorflow\/tfjs-(core|layers)/);
