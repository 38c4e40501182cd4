import { expect } from 'chai';
import { toSVG, toText } from '../../lib/charts/chart';
import { drawnSchedule } from '../../lib/charts/schedule-source';
import { cosineAnnealing } from '../../lib/config/config';
import { plotIn, plotOf, pointsIn, rowsOf, strokeIn } from '../support/charts';
import { errorOf } from '../support/refused';

const sgdr = cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1, eta_min: 1e-4 });
const toZero = cosineAnnealing({ T_0: 1, eta_max: 0.05 });

const marksOf = (source: Parameters<typeof drawnSchedule>[0]) =>
  drawnSchedule(source).marks.flatMap(({ at }) => at.map(({ x, label }) => [x, label]));
const pointsOf = (source: Parameters<typeof drawnSchedule>[0]) => {
  const [curve] = drawnSchedule(source).curves;
  return Array.from(curve?.x ?? [], (x, i) => [x, curve?.y[i]]);
};

describe('a schedule that is set at every batch', () => {
  it('is drawn through both sides of every restart', () => {
    const points = pointsOf({ schedule: sgdr, to: 100 });
    for (const restart of [10, 30, 70])
      expect(points.filter(([x]) => x === restart)).to.deep.equal([
        [restart, sgdr(restart * (1 - Number.EPSILON))],
        [restart, 0.1],
      ]);
  });

  it('is drawn through both sides of 4000 restarts at most, every nth of more', () => {
    // Every third of 8999 restarts, and 4000 positions.
    expect(pointsOf({ schedule: toZero, to: 9000 })).to.have.length(2 * 3000 + 4000);
  });

  it('is drawn through 4000 evenly spaced positions, both ends included', () => {
    const xs = (from: number, to: number) => pointsOf({ schedule: sgdr, from, to }).map(([x]) => x);
    expect(xs(1, 4)).to.have.length(4000);
    expect([0, 1333, 3999].map((i) => xs(1, 4)[i])).to.deep.equal([1, 2, 4]);
    expect(0.3 + (0.9 - 0.3)).to.not.equal(0.9);
    expect(xs(0.3, 0.9).at(-1)).to.equal(0.9);
  });

  it('jumps in the SVG exactly at its mark', () => {
    const svg = toSVG({ schedule: sgdr, to: 30 });
    const mark = Number(/M([\d.]+) [\d.]+V/.exec(svg)?.[1]);
    const { top, bottom } = plotIn(svg);
    const points = pointsIn(strokeIn(svg)).filter(({ x }) => x === mark);
    expect(points.at(-1)?.y).to.equal(top);
    // eta_min is a thousandth of eta_max above the foot of the axis
    expect(points.at(-2)?.y).to.be.closeTo(bottom - (bottom - top) * 1e-3, 0.01);
  });

  it('has a vertical edge in text above the mark of each restart', () => {
    const chart = toText({ schedule: sgdr, to: 150 });
    const marks = rowsOf(chart).at(-2) ?? '';
    for (const number of ['1', '2', '3']) {
      const column = marks.indexOf(`▲${number}`) - (rowsOf(chart).at(-4) ?? '').indexOf('└') - 1;
      for (const row of plotOf(chart))
        expect(row.charAt(column).trim(), `${number}: ${row}`).to.not.equal('');
    }
  });

  it('ends before its range does: a restart just there is not drawn', () => {
    expect(marksOf({ schedule: sgdr, to: 30 })).to.deep.equal([[10, '1']]);
    expect(pointsOf({ schedule: sgdr, to: 30 }).at(-1)).to.deep.equal([30, sgdr(30 * (1 - Number.EPSILON))]);
    expect(marksOf({ schedule: sgdr, from: 10, to: 30.5 })).to.deep.equal([
      [10, '1'],
      [30, '2'],
    ]);
  });

  it('begins where its range does, in the middle of a cycle or at a restart', () => {
    expect(pointsOf({ schedule: sgdr, from: 15, to: 40 })[0]).to.deep.equal([15, sgdr(15)]);
    expect(marksOf({ schedule: sgdr, from: 15, to: 40 })).to.deep.equal([[30, '2']]);
    expect(pointsOf({ schedule: toZero, from: 1, to: 2 })[0]).to.deep.equal([1, 0.05]);
    expect(marksOf({ schedule: toZero, from: 1, to: 2 })).to.deep.equal([[1, '1']]);
  });

  it('marks 20,000 restarts at most, every nth of more', () => {
    expect(marksOf({ schedule: toZero, to: 20_001 })).to.have.length(20_000);
    expect(marksOf({ schedule: toZero, to: 20_002 }).slice(0, 3)).to.deep.equal([
      [1, '1'],
      [3, '3'],
      [5, '5'],
    ]);
    expect(marksOf({ schedule: toZero, from: 30_000, to: 31_000 })).to.have.length(1000);
  });

  it('is a band if it has a million cycles', () => {
    expect(
      plotOf(toText({ schedule: toZero, to: 1e6 }))
        .slice(1, -1)
        .join(''),
    ).to.match(/^⣿+$/);
  });

  it('is drawn as steps if its updates are known, and few', () => {
    const schedule = cosineAnnealing({ T_0: 1, eta_max: 0.1, batchesPerEpoch: 4 });
    const quarter = [0.1, schedule(0.25), schedule(0.5), schedule(0.75)];
    expect(pointsOf({ schedule, to: 2 })).to.deep.equal([
      ...quarter.map((rate, k) => [k / 4, rate]),
      ...quarter.map((rate, k) => [1 + k / 4, rate]),
      [2, schedule(1.75)],
    ]);
    expect(marksOf({ schedule, to: 2 })).to.deep.equal([[1, '1']]);
    expect(drawnSchedule({ schedule, to: 1000 }).curves[0]?.kind).to.equal('step');
    expect(drawnSchedule({ schedule, to: 1001 }).curves[0]?.kind).to.equal('line');
    const batches = cosineAnnealing({ T_0: 4, eta_max: 0.1, unit: 'batch' });
    expect(pointsOf({ schedule: batches, to: 2 })).to.deep.equal([
      [0, 0.1],
      [1, batches(1)],
      [2, batches(1)],
    ]);
  });

  it('restarts at an update that nothing but rounding puts before the boundary', () => {
    // Three cycles of the double 0.1 end beyond 3/10; ten batches make an epoch.
    const schedule = cosineAnnealing({ T_0: 0.1, eta_max: 0.1, batchesPerEpoch: 10 });
    expect(schedule.cycleStart(3)).to.be.greaterThan(0.3);
    expect(pointsOf({ schedule, to: 0.4 }).map(([, rate]) => rate)).to.deep.equal([0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(marksOf({ schedule, to: 0.4 })).to.deep.equal([
      [0.1, '1'],
      [0.2, '2'],
      [0.3, '3'],
    ]);
    expect(pointsOf({ schedule, from: 0.3, to: 0.4 })).to.have.length(2);
  });

  it('has a name of its own in the legend if one is given', () => {
    const [curve] = drawnSchedule({ schedule: sgdr, to: 30, name: 'SGDR' }).curves;
    expect(curve?.name).to.equal('SGDR');
    expect(drawnSchedule({ schedule: sgdr, to: 30 }).curves[0]?.name).to.equal('learning rate');
    expect(() => drawnSchedule({ schedule: sgdr, to: 30, name: 3 as never })).to.throw(
      '`name`: expected a string, got 3',
    );
  });

  it('may have a range that is tiny, or counted in batches', () => {
    expect(toText({ schedule: sgdr, from: 5, to: 5 + 1e-12 })).to.contain('epoch');
    const batches = cosineAnnealing({ T_0: 10, eta_max: 1, unit: 'batch' });
    expect(toText({ schedule: batches, to: 10 })).to.match(/ batch$/);
  });
});

describe('a schedule that is set once an epoch', () => {
  const perEpoch = cosineAnnealing({ T_0: 2.5, eta_max: 0.1, updateFreq: 'epoch' });

  it('is drawn as the steps that training takes, held to the end', () => {
    expect(drawnSchedule({ schedule: perEpoch, to: 3.5 }).curves[0]?.kind).to.equal('step');
    expect(pointsOf({ schedule: perEpoch, to: 3.5 })).to.deep.equal([
      [0, 0.1],
      [1, perEpoch(1)],
      [2, perEpoch(2)],
      [3, perEpoch(3)],
      [3.5, perEpoch(3)],
    ]);
  });

  it('restarts at the first epoch of the new cycle', () => {
    expect(marksOf({ schedule: perEpoch, to: 9 })).to.deep.equal([
      [3, '1'],
      [5, '2'],
      [8, '3'],
    ]);
  });

  it('begins within an epoch with what was set at its start, and marks no restart for that', () => {
    expect(pointsOf({ schedule: perEpoch, from: 3.5, to: 5 })).to.deep.equal([
      [3.5, perEpoch(3)],
      [4, perEpoch(4)],
      [5, perEpoch(4)],
    ]);
    expect(marksOf({ schedule: perEpoch, from: 3.5, to: 5 })).to.deep.equal([]);
    expect(marksOf({ schedule: perEpoch, from: 4, to: 5 })).to.deep.equal([]);
    expect(marksOf({ schedule: perEpoch, from: 5, to: 6 })).to.deep.equal([[5, '2']]);
  });

  it('has steps as long as the batches of an epoch if it counts batches, and is a curve if they are not known', () => {
    const config = { T_0: 10, eta_max: 0.1, unit: 'batch', updateFreq: 'epoch' } as const;
    const schedule = cosineAnnealing({ ...config, batchesPerEpoch: 4 });
    expect(pointsOf({ schedule, to: 9 }).map(([x]) => x)).to.deep.equal([0, 4, 8, 9]);
    expect(drawnSchedule({ schedule: cosineAnnealing(config), to: 9 }).curves[0]?.kind).to.equal('line');
  });

  it('is a curve if it has more steps than any chart has columns', () => {
    expect(drawnSchedule({ schedule: perEpoch, to: 4000 }).curves[0]?.kind).to.equal('step');
    expect(drawnSchedule({ schedule: perEpoch, to: 4001 }).curves[0]?.kind).to.equal('line');
  });
});

describe('a schedule of somebody else', () => {
  const foreign = (cycle: unknown, start: unknown) =>
    Object.assign(() => 0.1, {
      cycleAt: () => ({ cycle: cycle as number }),
      cycleStart: () => start as number,
      config: { unit: 'epoch' as const },
    });

  it('is refused if its cycles are no integers, or their starts no numbers', () => {
    expect(() => drawnSchedule({ schedule: foreign('1', 2), to: 9 })).to.throw(
      /^`schedule.cycleAt`: expected .* got "1"$/,
    );
    expect(() => drawnSchedule({ schedule: foreign(1, [2]), to: 9 })).to.throw(
      '`schedule.cycleStart`: expected a number, got [2]',
    );
  });

  it('is a curve if its batches are no number > 0', () => {
    for (const batchesPerEpoch of [0, -4, Number.NaN, Infinity]) {
      const schedule = Object.assign(foreign(0, 0), { config: { unit: 'epoch' as const, batchesPerEpoch } });
      expect(drawnSchedule({ schedule, to: 9 }).curves[0]?.kind, `${batchesPerEpoch}`).to.equal('line');
    }
  });

  it('ends, though positions are so great that 1 more is the same', () => {
    const schedule = Object.assign(foreign(0, 0), {
      config: { unit: 'epoch', updateFreq: 'epoch' } as const,
    });
    expect(pointsOf({ schedule, from: 2 ** 54, to: 2 ** 54 + 4 })).to.have.length(5);
  });
});

describe('a schedule that is refused', () => {
  const messageOf = (source: object) =>
    errorOf(() => drawnSchedule(source as Parameters<typeof drawnSchedule>[0])).message;

  it('lacks something that cosineAnnealing gives it', () => {
    const { cycleAt, cycleStart, config } = sgdr;
    const like = (parts: object) => Object.assign(() => 0.1, parts);
    const others = [
      [1, '1'],
      [
        { cycleAt, cycleStart, config: { unit: 'epoch' } },
        '{"cycleAt":a function,"cycleStart":a function,"config":{"...',
      ],
      ...[
        {},
        { cycleStart, config },
        { cycleAt, config },
        { cycleAt, cycleStart },
        { cycleAt: 1, cycleStart, config },
        { cycleAt, cycleStart: 1, config },
        { cycleAt, cycleStart, config: null },
        { cycleAt, cycleStart, config: 'epoch' },
        { cycleAt, cycleStart, config: {} },
        { cycleAt, cycleStart, config: { unit: 'step' } },
      ].map((parts) => [like(parts), 'a function'] as const),
    ] as const;
    for (const [schedule, got] of others)
      expect(messageOf({ schedule, to: 2 })).to.equal(
        `\`schedule\`: expected a schedule, as cosineAnnealing makes it, got ${got}`,
      );
  });

  it('has a range that ends before it has begun, or nowhere', () => {
    const endAfter = (from: number, got: string) =>
      `\`to\`: expected a number > \`from\` (${from}), got ${got}`;
    expect(messageOf({ schedule: sgdr, from: -1, to: -1 })).to.equal(
      `\`from\`: expected a number >= 0, got -1\n${endAfter(0, '-1')}`,
    );
    expect(messageOf({ schedule: sgdr, from: '1', to: 0 })).to.equal(
      `\`from\`: expected a number >= 0, got "1"\n${endAfter(0, '0')}`,
    );
    expect(messageOf({ schedule: sgdr, from: 2, to: 2 })).to.equal(endAfter(2, '2'));
    expect(messageOf({ schedule: sgdr, to: Infinity })).to.equal(endAfter(0, 'Infinity'));
    expect(messageOf({ schedule: sgdr, to: '3' })).to.equal(endAfter(0, '"3"'));
  });
});
