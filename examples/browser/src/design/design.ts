import type { Draft } from './draft';

/** All that a link holds: one schedule or two, and the training that they are meant for. */
export interface Design {
  readonly a: Draft;
  /** To compare with; undefined if there is none. */
  readonly b: Draft | undefined;
  readonly training: TrainingDraft;
  /** Whether the learning rate is drawn on a logarithmic axis. */
  readonly isLog: boolean;
}

/** The training, as it is written in its fields. */
export interface TrainingDraft {
  readonly epochs: string;
  /** Batches in an epoch. */
  readonly batches: string;
}

export type Which = 'a' | 'b';

/** What a page without a link begins with. */
export const FIRST: Design = {
  a: { T_0: '1', T_mult: '2', eta_max: '0.05', eta_min: '0.0001' },
  b: undefined,
  training: { epochs: '15', batches: '94' },
  isLog: false,
};
