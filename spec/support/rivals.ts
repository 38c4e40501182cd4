/**
 * The warm restarts at which other libraries give the end of the old cycle and not the start of the new one, found with
 * their own formulas in the arithmetic that they use. Keras's growing cycles are left out: they restart too early
 * beyond some million steps, but at which of them depends on TensorFlow's float32 logarithm.
 */
import { cosineAnnealing } from '../../lib/config/config';
import { fromKeras } from '../../lib/presets/keras';
import { fromPyTorch } from '../../lib/presets/pytorch';
import { fromTimm } from '../../lib/presets/timm';
import { fromTransformers } from '../../lib/presets/transformers';
import { exact, logarithm, nearest } from './oracle';

/** How many of a family's restarts a library misses. */
export interface MissedRestarts {
  readonly library: string;
  readonly call: string;
  readonly missed: number;
  readonly of: number;
  /** The first of them. */
  readonly first: string;
}

/** A step where a restart is due, and the learning rates there: 1 at the start of a cycle, 0 at its end. */
interface Restart {
  readonly where: string;
  readonly theirs: number;
  readonly ours: number;
}

interface Family {
  readonly library: string;
  readonly call: string;
  readonly restarts: () => Iterable<Restart>;
}

const families: readonly Family[] = [
  {
    library: 'PyTorch',
    call: '`CosineAnnealingWarmRestarts(T_0, T_mult=3).step(epoch)`',
    restarts: () => growingCycles('T_0', 3, pytorch, (T_0) => fromPyTorch({ T_0, T_mult: 3, base_lr: 1 })),
  },
  {
    library: 'PyTorch',
    call: '`CosineAnnealingWarmRestarts(T_0, T_mult=10).step(epoch)`',
    restarts: () => growingCycles('T_0', 10, pytorch, (T_0) => fromPyTorch({ T_0, T_mult: 10, base_lr: 1 })),
  },
  {
    library: 'timm',
    call: '`CosineLRScheduler(t_initial, cycle_mul=1.5)`',
    restarts: () =>
      growingCycles('t_initial', 1.5, timm, (t_initial) =>
        fromTimm({ t_initial, cycle_mul: 1.5, cycle_limit: 100, base_lr: 1 }),
      ),
  },
  {
    library: 'timm',
    call: '`CosineLRScheduler(t_initial, cycle_mul=3)`',
    restarts: () =>
      growingCycles('t_initial', 3, timm, (t_initial) =>
        fromTimm({ t_initial, cycle_mul: 3, cycle_limit: 100, base_lr: 1 }),
      ),
  },
  {
    library: 'transformers',
    call: '`get_cosine_with_hard_restarts_schedule_with_warmup(num_cycles)`',
    restarts: hardRestarts,
  },
  {
    library: 'Keras',
    call: '`CosineDecayRestarts(1563, t_mul=1.0)`, steps 2^24 to 2^25',
    restarts: float32Restarts,
  },
];

let rows: readonly MissedRestarts[] | undefined;

/** A row per family, and one for this package over all of them. */
export function missedRestarts(): readonly MissedRestarts[] {
  rows ??= countMissed();
  return rows;
}

function countMissed(): MissedRestarts[] {
  const counted = families.map(({ library, call, restarts }) => ({ library, call, due: [...restarts()] }));
  const all = counted.flatMap(({ due }) => due);
  return [
    ...counted.map(({ library, call, due }) => rowOf(library, call, due, ({ theirs }) => theirs < 0.5)),
    rowOf('this package', 'all of the above', all, ({ ours }) => ours !== 1),
  ];
}

function rowOf(
  library: string,
  call: string,
  due: Restart[],
  isMissed: (restart: Restart) => boolean,
): MissedRestarts {
  const missed = due.filter(isMissed);
  return { library, call, missed: missed.length, of: due.length, first: missed[0]?.where ?? 'none' };
}

const cosine = (T_cur: number, T_i: number) => (1 + Math.cos((Math.PI * T_cur) / T_i)) / 2;

/** First cycles of 1 to 1000 steps, and their first eight restarts: those on whole steps, up to step 10^7. */
function* growingCycles(
  name: string,
  m: number,
  rate: (t: number, T_0: number, m: number) => number,
  configOf: (T_0: number) => Parameters<typeof cosineAnnealing>[0],
): Iterable<Restart> {
  for (let T_0 = 1; T_0 <= 1000; T_0++) {
    const lr = cosineAnnealing(configOf(T_0));
    let step = 0;
    for (let n = 0; n < 8; n++) {
      step += T_0 * m ** n;
      if (!Number.isInteger(step) || step > 1e7) continue;
      yield { where: `${name} = ${T_0}, step ${step}`, theirs: rate(step, T_0, m), ours: lr(step) };
    }
  }
}

/** torch/optim/lr_scheduler.py, CosineAnnealingWarmRestarts.step. */
function pytorch(epoch: number, T_0: number, T_mult: number): number {
  const n = Math.trunc(pythonLog((epoch / T_0) * (T_mult - 1) + 1, T_mult));
  return cosine(epoch - (T_0 * (T_mult ** n - 1)) / (T_mult - 1), T_0 * T_mult ** n);
}

/** timm/scheduler/cosine_lr.py, CosineLRScheduler._get_lr. */
function timm(t: number, t_initial: number, cycle_mul: number): number {
  const i = Math.floor(pythonLog(1 - (t / t_initial) * (1 - cycle_mul), cycle_mul));
  return cosine(t - ((1 - cycle_mul ** i) / (1 - cycle_mul)) * t_initial, cycle_mul ** i * t_initial);
}

/** transformers/optimization.py: 2 to 100 cycles, of six lengths. */
function* hardRestarts(): Iterable<Restart> {
  for (const length of [10, 20, 50, 100, 200, 1000]) {
    for (let num_cycles = 2; num_cycles <= 100; num_cycles++) {
      const num_training_steps = length * num_cycles;
      const lr = cosineAnnealing(
        fromTransformers({ num_warmup_steps: 0, num_training_steps, num_cycles, base_lr: 1 }),
      );
      for (let step = length; step < num_training_steps; step += length) {
        const progress = step / num_training_steps;
        const where = `num_training_steps = ${num_training_steps}, num_cycles = ${num_cycles}, step ${step}`;
        yield { where, theirs: cosine((num_cycles * progress) % 1, 1), ours: lr(step) };
      }
    }
  }
}

/** keras/src/optimizers/schedules/learning_rate_schedule.py: an epoch of CIFAR-10 in batches of 32 is 1563 steps. */
function* float32Restarts(): Iterable<Restart> {
  const first_decay_steps = 1563;
  const config = { initial_learning_rate: 1, first_decay_steps, t_mul: 1 };
  const lr = cosineAnnealing(fromKeras({ class_name: 'CosineDecayRestarts', config }));
  const { fround } = Math;
  const firstCycle = Math.ceil(2 ** 24 / first_decay_steps);
  for (let step = firstCycle * first_decay_steps; step <= 2 ** 25; step += first_decay_steps) {
    const completed = fround(fround(step) / first_decay_steps);
    yield {
      where: `step ${step}`,
      theirs: cosine(fround(completed - Math.floor(completed)), 1),
      ours: lr(step),
    };
  }
}

/** Python's math.log(x, base). Its C library rounds logarithms correctly in all but rare cases, JavaScript's need not. */
const pythonLog = (x: number, base: number) => roundedLog(x) / roundedLog(base);

const logarithms = new Map<number, number>();

function roundedLog(x: number): number {
  let log = logarithms.get(x);
  if (log === undefined) {
    log = nearest(logarithm(exact(x)));
    logarithms.set(x, log);
  }
  return log;
}
