import type { Draft } from './draft';
import { create } from './elements';
import { FIELDS } from './fields';
import { rate } from './position';
import type { Right } from './verdict';

/** Two schedules in a table: where they differ, and what comes of it. */
export function comparisonTable(a: Right, draftA: Draft, b: Right, draftB: Draft): HTMLElement {
  const differing = FIELDS.filter(({ name }) => (draftA[name] ?? '') !== (draftB[name] ?? ''));
  const keys = differing.map(({ name, byDefault }): Line => {
    const [inA, inB] = [draftA[name] ?? byDefault, draftB[name] ?? byDefault];
    return [name, inA || 'none', inB || 'none'];
  });
  const facts: Line[] = [
    ['restarts', restartsOf(a), restartsOf(b)],
    ['mean rate', rate(meanOf(a)), rate(meanOf(b))],
    ['last rate', rate(lastOf(a)), rate(lastOf(b))],
  ];
  return create(
    'table',
    {},
    create('caption', {}, differing.length === 0 ? 'A and B are the same' : 'Where A and B differ'),
    create('thead', {}, row(['', 'A', 'B'], true)),
    create('tbody', {}, ...[...keys, ...facts].map((line) => row(line, false))),
  );
}

type Line = readonly [string, string, string];

function row(texts: Line, isHead: boolean): HTMLElement {
  const cells = texts.map((text, i) => {
    if (isHead && text === '') return create('td');
    const cell = create(isHead || i === 0 ? 'th' : 'td', {}, text);
    if (cell.tagName === 'TH') cell.setAttribute('scope', isHead ? 'col' : 'row');
    return cell;
  });
  return create('tr', {}, ...cells);
}

const restartsOf = ({ schedule, to }: Right) => String(schedule.cycleAt(to * (1 - Number.EPSILON)).cycle);

const SAMPLES = 1000;

function meanOf({ schedule, to }: Right): number {
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) sum += schedule(((i + 0.5) / SAMPLES) * to);
  return sum / SAMPLES;
}

/** The learning rate of the last update. */
const lastOf = ({ schedule, to, training: { epochs, batches } }: Right) =>
  schedule(to - to / (epochs * batches));
