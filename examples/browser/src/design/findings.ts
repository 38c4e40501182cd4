import type { Cure, Notice } from 'tfjs-cosine-annealing/schedule';
import { create } from './elements';
import { countOfRestarts, restartsIn } from './points';
import { short } from './position';
import type { Right, Verdict } from './verdict';

/** What is changed in the fields by a click on a cure. */
export type Fields = Readonly<Record<string, unknown>>;

/** What the plan says of a training, each with buttons that do what it advises. */
export function findings({ right, problems }: Verdict, cure: (fields: Fields) => void): HTMLElement[] {
  if (!right) {
    const names = [...problems.keys()].filter((name) => name !== '').join(', ');
    return [
      create('li', { className: 'wrong' }, `Not drawn yet: see ${names || 'the message'} in the form.`),
    ];
  }
  if (right.plan.notices.length === 0) {
    return [create('li', { className: 'fine' }, sentenceOf(right))];
  }
  return right.plan.notices.map((notice) =>
    create(
      'li',
      { className: 'notice' },
      capital(notice.message),
      create('div', { className: 'actions' }, ...buttonsOf(notice, cure)),
    ),
  );
}

/** What there is to say of a training with which nothing is wrong. */
function sentenceOf(right: Right): string {
  const { plan, schedule } = right;
  const { unit } = schedule.config;
  const positions = `${unit} ${plan.restarts.map(({ t }) => short(t)).join(', ')}`;
  const last = plan.restarts.at(-1);
  // A plan lists the first few.
  const areMore = last !== undefined && last.cycle < restartsIn(right);
  const jumps = areMore
    ? `${countOfRestarts(right)} warm restarts, the first at ${positions}`
    : last
      ? `warm restarts at ${positions}`
      : 'no warm restart';
  const end =
    plan.lastCycleEnd === undefined ? '' : `; the last cycle ends at ${unit} ${short(plan.lastCycleEnd)}`;
  return `${capital(jumps + end)} Nothing to warn about.`;
}

function buttonsOf({ cures }: Notice, cure: (fields: Fields) => void): HTMLElement[] {
  return cures.map((change) => {
    const fields = fieldsOf(change);
    const label = Object.entries(fields).map(([name, value]) => `${name} ${value ?? 'empty'}`);
    const button = create('button', { type: 'button', className: 'cure' }, label.join(', '));
    button.addEventListener('click', () => cure(fields));
    return button;
  });
}

const fieldsOf = (change: Cure): Fields => ('epochs' in change ? { epochs: change.epochs } : change.config);

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
