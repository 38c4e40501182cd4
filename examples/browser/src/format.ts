/** Numbers as people read them: three or four digits that stand still while they change. */
export function rate(learningRate: number): string {
  if (learningRate === 0) return '0';
  return learningRate < 1e-3 ? learningRate.toExponential(2) : learningRate.toPrecision(3);
}

export const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

export const epochs = (t: number) => t.toFixed(2);

export const loss = (value: number) => value.toFixed(value < 1 ? 3 : 2);

/** A round number of an axis. */
export const tick = (value: number) => String(Number(value.toPrecision(3)));

export const percentTick = (share: number) => `${tick(share * 100)} %`;
