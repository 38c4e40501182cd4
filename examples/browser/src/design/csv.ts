import type { Right } from './verdict';

/** A spreadsheet has about so many rows. */
export const MAX_ROWS = 1_000_000;

/** A line for each update of a training: the learning rate that it trains with. */
export function csvOf({ schedule, to, training: { epochs, batches } }: Right): string {
  const lines = ['step,epoch,batch,t,learning_rate,cycle'];
  const isOncePerEpoch = schedule.config.updateFreq === 'epoch';
  const unitsPerEpoch = to / epochs;
  const rows = Math.min(epochs * batches, MAX_ROWS);
  for (let step = 0; step < rows; step++) {
    const [epoch, batch] = [Math.floor(step / batches), step % batches];
    const t = (epoch + (isOncePerEpoch ? 0 : batch / batches)) * unitsPerEpoch;
    lines.push([step, epoch, batch, t, schedule(t), schedule.cycleAt(t).cycle].join(','));
  }
  return `${lines.join('\n')}\n`;
}
