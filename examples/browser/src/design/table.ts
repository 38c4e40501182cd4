import { create } from './elements';
import { rate, short } from './position';
import type { Right } from './verdict';

const MAX_ROWS = 100;
const HEADS = ['cycle', 'start', 'length', 'end', 'first rate', 'last rate'];

/** The cycles of a training as a table, for those who don't see the chart. */
export function cycleTable(right: Right): HTMLElement {
  const { schedule, to } = right;
  const last = schedule.cycleAt(to * (1 - Number.EPSILON)).cycle;
  const count = Math.min(last + 1, MAX_ROWS);
  const rows = Array.from({ length: count }, (_, cycle) => {
    const start = schedule.cycleStart(cycle);
    const end = Math.min(endOf(right, cycle, last), to);
    return row('td', [
      String(cycle),
      short(start),
      short(end - start),
      short(end),
      rate(schedule(start)),
      rate(schedule(Math.max(start, end * (1 - Number.EPSILON)))),
    ]);
  });
  const caption = `Cycles of this training, in ${schedule.config.unit === 'epoch' ? 'epochs' : 'batches'}`;
  const more = last + 1 > count ? `; the first ${count} of ${(last + 1).toLocaleString('en')}` : '';
  return create(
    'table',
    {},
    create('caption', {}, caption + more),
    create('thead', {}, row('th', HEADS)),
    create('tbody', {}, ...rows),
  );
}

const endOf = ({ schedule, to }: Right, cycle: number, last: number) =>
  cycle === last ? to : schedule.cycleStart(cycle + 1);

function row(tag: 'th' | 'td', texts: readonly string[]): HTMLElement {
  const cells = texts.map((text) => {
    const cell = create(tag, {}, text);
    if (cell.tagName === 'TH') cell.setAttribute('scope', 'col');
    return cell;
  });
  return create('tr', {}, ...cells);
}
