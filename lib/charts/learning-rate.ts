import type { Curve, Drawn, Mark } from './figure';

export const LEARNING_RATE = 'learning rate';

/** The figure of a learning rate with its restarts, which are labelled with the cycles that begin. */
export function drawnRate(xLabel: string, curve: Curve, restarts: readonly Mark[]): Drawn {
  return {
    xLabel,
    leftLabel: LEARNING_RATE,
    curves: [curve],
    marks: [{ name: 'restart (cycle)', isFaint: false, at: restarts }],
    xTicks: restarts.map(({ x }) => x),
    xScale: 'linear',
    yLimit: Infinity,
  };
}
