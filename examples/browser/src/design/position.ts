import type { Right } from './verdict';

/** Where a training stands at some moment. */
export interface Position {
  readonly t: number;
  readonly learningRate: number;
}

/** The learning rate that the update at t trains with: one that is set once an epoch is the epoch's first. */
export function positionAt({ schedule, to, training }: Right, share: number): Position {
  const t = Math.min(Math.max(share, 0), 1) * to;
  const perEpoch = to / training.epochs;
  const set = schedule.config.updateFreq === 'epoch' ? Math.floor(t / perEpoch) * perEpoch : t;
  return { t, learningRate: schedule(set) };
}

/** A position in words. */
export function described(right: Right, { t, learningRate }: Position): string {
  const { schedule, to, training } = right;
  const { cycle, phase, T_cur, T_i } = schedule.cycleAt(t);
  const epoch = (t / to) * training.epochs;
  const batch = Math.floor((epoch % 1) * training.batches);
  const where = `t ${short(t)}: epoch ${Math.floor(epoch)}, batch ${batch}`;
  const inCycle = phase === 'anneal' ? `T_cur ${short(T_cur)} of ${short(T_i)}` : phase;
  return `${where} · learning rate ${rate(learningRate)} · cycle ${cycle}, ${inCycle}`;
}

export const short = (value: number) => String(Number(value.toPrecision(4)));

export const rate = (value: number) => String(Number(value.toPrecision(3)));
