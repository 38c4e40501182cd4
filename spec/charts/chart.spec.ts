import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  type PlotOptions,
  type PlotSeries,
  type PlotSource,
  type PlottableChange,
  toSVG,
  toText,
} from '../../lib/charts/chart';
import { cosineAnnealing } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { labelsLeftOf, plotOf, rowsOf } from '../support/charts';

const sgdr = cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1, eta_min: 1e-4 });
const toZero = cosineAnnealing({ T_0: 1, eta_max: 0.05 });
const RUN = { schedule: sgdr, to: 150 };

const EPOCHS = Array.from({ length: 15 }, (_, i) => 10 * (i + 1));
const testError: PlotSeries = {
  name: 'test error (%)',
  x: EPOCHS,
  y: EPOCHS.map((epoch) => 5 + 30 * 2 ** (-epoch / 30)),
  axis: 'right',
  kind: 'points',
};

/** The changes that training with a schedule over epochs books. */
function historyOf(schedule: typeof sgdr, epochs: number, batches: number, every = 1): PlottableChange[] {
  return Array.from({ length: (epochs * batches) / every }, (_, i) => {
    const step = i * every;
    const { cycle, T_cur } = schedule.cycleAt(step / batches);
    const restart = cycle > 0 && T_cur === 0;
    const at = { step, epoch: Math.floor(step / batches), batch: step % batches };
    return { ...at, learningRate: schedule(step / batches), cycle, restart };
  });
}

/** Equal to the file in fixtures/charts; UPDATE_GOLDEN=1 writes it. */
function expectGolden(name: string, actual: string): void {
  const file = join(__dirname, '../fixtures/charts', name);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, actual);
  expect(actual).to.equal(readFileSync(file, 'utf8'));
}

const golden: readonly [name: string, claim: string, source: PlotSource, options: PlotOptions][] = [
  ['schedule', 'a schedule', RUN, {}],
  ['log', 'a log scale and a title', RUN, { logScale: true, title: 'SGDR: T_0 = 10, T_mult = 2' }],
  ['zero', 'a schedule that anneals to 0 on a log scale', { schedule: toZero, to: 3 }, { logScale: true }],
  ['one-cycle', 'a single cycle, without restarts', { schedule: toZero, to: 1 }, {}],
  ['sixty', 'sixty restarts', { schedule: toZero, to: 60 }, {}],
  [
    'error',
    'a history over epochs with the test error',
    historyOf(sgdr, 150, 20),
    { x: 'epoch', series: [testError] },
  ],
  ['per-epoch', 'a history of one change per epoch', historyOf(sgdr, 30, 100, 100), {}],
  [
    'series',
    'several series',
    { series: [0.9, 0.5, 0.2].map((y, i) => ({ name: `run ${i + 1}`, x: [0, 1, 2], y: [1, y, y / 2] })) },
    { yLabel: 'loss', xLabel: 'epoch', restarts: [0.5, 1.5] },
  ],
];

const isBlank = (text: string) => /^[\s⠀]*$/.test(text);
const line = (y: number[], more: Partial<PlotSeries> = {}): PlotSeries => ({
  name: 'y',
  x: y.map((_, i) => i),
  y,
  ...more,
});

describe('toText', () => {
  for (const [name, claim, source, options] of golden) {
    it(`draws ${claim}`, () => expectGolden(`${name}.txt`, `${toText(source, options)}\n`));
  }

  it('draws the same for a callback as for its history', () => {
    const history = historyOf(sgdr, 30, 10);
    expect(toText({ history })).to.equal(toText(history));
  });

  it('holds the last value up to the step that the callback reached', () => {
    const history = [0, 10].map((step) => ({ ...(historyOf(sgdr, 1, 1)[0] as PlottableChange), step }));
    expect(rowsOf(toText({ history })).at(-2)).to.match(/ 20$/); // 10 steps, as the value before
    expect(rowsOf(toText({ history, step: 50 })).at(-2)).to.match(/ 50$/);
    for (const step of [undefined, 10]) expect(rowsOf(toText({ history, step })).at(-2)).to.match(/ 20$/);
  });

  it('draws a history of one change', () => {
    for (const x of ['step', 'epoch'] as const) {
      const plot = plotOf(toText(historyOf(sgdr, 1, 1), { x })).filter((row) => !isBlank(row));
      expect(plot).to.have.length(1);
      expect(plot[0]).to.match(/^\S+$/);
    }
  });

  it('spreads the steps of an epoch evenly, also where epochs and first batches are missing', () => {
    const at = (epoch: number, batch: number, step: number, restart = false) => ({
      epoch,
      batch,
      step,
      learningRate: step,
      cycle: 1,
      restart,
    });
    const history = [at(0, 2, 2), at(2, 0, 20), at(2, 5, 25, true), at(3, 0, 30)];
    // Epochs 0 to 2 have 10 steps each, so the first change is at 0.2, the restart at 2.5 and the end (35) at 3.5.
    const svg = toSVG(history, { x: 'epoch', xLabel: 'e' });
    expect(svg).to.contain('e from 0.2 to 3.5. Warm restarts at 2.5.');
    expect(toSVG(history.slice(2, 3), { x: 'epoch', xLabel: 'e' })).to.contain('e from 2.833 to 3.');
  });

  it('follows epochs of different lengths, and one that is repeated', () => {
    const at = (epoch: number, batch: number, step: number) => {
      return { epoch, batch, step, learningRate: 1, cycle: 0, restart: false };
    };
    const firstSteps = [at(0, 0, 0), at(1, 0, 10), at(2, 0, 15), at(1, 0, 20), at(2, 0, 40)];
    const marked = firstSteps.flatMap((change) => [
      change,
      { ...at(change.epoch, 4, change.step + 4), restart: true },
    ]);
    // Epoch 1 has 5 updates at first, 20 when it is repeated; the last epoch is as long as the one before.
    expect(toSVG(marked, { x: 'epoch' })).to.contain('Warm restarts at 0.4, 1.8, 2.8, 1.2, 2.2.');
  });

  it('draws a restart as a vertical edge, over the mark under the axis', () => {
    const chart = toText(RUN);
    const marks = rowsOf(chart).at(-2) as string;
    for (const number of ['1', '2', '3']) {
      const column = marks.indexOf(`▲${number}`) - (rowsOf(chart).at(-4) as string).indexOf('└') - 1;
      for (const row of plotOf(chart))
        expect(isBlank(row.charAt(column)), `${number}: ${row}`).to.equal(false);
    }
  });

  it('does not draw a restart at the very end of the range', () => {
    expect(toSVG({ schedule: sgdr, to: 30 })).to.contain('Warm restarts at 10.');
    expect(toSVG({ schedule: sgdr, from: 10, to: 30.5 })).to.contain('Warm restarts at 10, 30.');
  });

  it('keeps a spike that is narrower than a dot', () => {
    const y = Array.from({ length: 100_000 }, (_, i) => (i === 54_321 ? 1 : 0));
    const plot = plotOf(toText({ series: [line(y)] }));
    const column = (plot[0] as string).length - 1; // the only thing at the top
    for (const row of plot) expect(isBlank(row.charAt(column))).to.equal(false);
  });

  it('leaves gaps for NaN, infinities and numbers that no axis can hold', () => {
    const y = [1, 2, Number.NaN, 1, 2, Infinity, 1, 2, -1e301, 1, 2, 1e-301];
    const chart = toText({ series: [line(y)] }, { width: 60 });
    expect(labelsLeftOf(chart)).to.deep.equal(['2', '1.5', '1', '0.5', '0']);
    const columns = [1.6, 4.6, 7.6].map((x) => Math.round((x / 11) * 55));
    for (const column of columns) {
      expect(plotOf(chart).every((row) => isBlank(row.charAt(column)))).to.equal(true);
    }
    const points = toText({ series: [line(y, { kind: 'points' })] });
    expect(points.match(/o/g)).to.have.length(9);
    const missingX = { ...line([1, 1]), x: [Number.NaN, 3] };
    expect(toText({ series: [missingX, line([0, 0, 0, 2])] }).match(/o/g)).to.not.equal(null);
  });

  it('draws lines backwards as well as forwards', () => {
    const forwards = { name: 'y', x: [0, 1, 2], y: [0, 2, 1] };
    const backwards = { name: 'y', x: [2, 1, 0], y: [1, 2, 0] };
    expect(toText({ series: [backwards] })).to.equal(toText({ series: [forwards] }));
  });

  it('draws a constant across the middle', () => {
    for (const [value, labels] of [
      [0.1, ['0.2', '0.15', '0.1', '0.05', '0']],
      [-0.1, ['0', '-0.05', '-0.1', '-0.15', '-0.2']],
    ] as const) {
      const chart = toText({ series: [line([value, value])] });
      expect(labelsLeftOf(chart)).to.deep.equal(labels);
      expect(plotOf(chart).filter((row) => !isBlank(row))).to.have.length(1);
    }
    expect(labelsLeftOf(toText({ series: [line([0, 0])] }))).to.include.members(['0', '1']);
    const log = labelsLeftOf(toText({ series: [line([0.1, 0.1])] }, { logScale: true }));
    expect(log.join(' ')).to.equal('1 0.5 0.2 0.1 0.05 0.02 0.01');
  });

  it('draws a single value as a point', () => {
    for (const kind of ['line', 'step', 'points'] as const) {
      expect(toText({ series: [line([1], { kind })] }).match(/o/g)).to.have.length(1);
    }
  });

  it('writes numbers as people write learning rates, in one style along an axis', () => {
    const labels = (low: number, high: number, logScale = false) =>
      labelsLeftOf(toText({ series: [line([low, high])] }, { logScale }))
        .reverse()
        .join(' ');
    expect(labels(0, 0.1)).to.equal('0 0.02 0.04 0.06 0.08 0.1');
    expect(labels(0, 0.2)).to.equal('0 0.05 0.1 0.15 0.2');
    expect(labels(0, 1.2e-3)).to.equal('0 2e-4 4e-4 6e-4 8e-4 1e-3 1.2e-3');
    expect(labels(0.1, 0.3)).to.equal('0.1 0.15 0.2 0.25 0.3');
    expect(labels(-1, 1)).to.equal('-1 -0.5 0 0.5 1');
    expect(labels(0, 3e7)).to.equal('0 5e6 1e7 1.5e7 2e7 2.5e7 3e7');
    expect(labels(1e-4, 0.1, true)).to.equal('1e-4 0.001 0.01 0.1');
    expect(labels(1e-8, 1, true)).to.equal('1e-8 1e-6 1e-4 0.01 1');
    expect(labels(0.01, 0.05, true)).to.equal('0.01 0.02 0.05');
  });

  it('says at which value a log scale draws zeros and less', () => {
    const chart = toText({ series: [line([-1, 0, 0.003, 1], { name: 'rate' })] }, { logScale: true });
    expect(rowsOf(chart)[0]).to.equal('rate (log, ≤ 0 at 0.001)');
    expect(labelsLeftOf(chart).at(-1)).to.equal('0.001');
    expect(rowsOf(toText(RUN, { logScale: true }))[0]).to.equal('learning rate (log)');
  });

  it('measures only the left axis on a log scale', () => {
    const right = line([-5, 5], { name: 'right', axis: 'right' });
    const chart = toText({ series: [line([1e-4, 1], { name: 'left' }), right] }, { logScale: true });
    expect(chart).to.match(/├-\d$/m);
    expect(rowsOf(chart)[0]).to.match(/^⣿ left \(log\) +o right$/);
  });

  it('draws a low eta_min on a log scale as it is', () => {
    for (const [eta_max, eta_min] of [
      [0.1, 1e-8],
      [1e-3, 1e-10],
    ] as const) {
      const schedule = cosineAnnealing({ T_0: 1, eta_max, eta_min });
      const chart = toText({ schedule, to: 1 }, { logScale: true });
      expect(rowsOf(chart)[0]).to.equal('learning rate (log)');
      expect(Number(labelsLeftOf(chart).at(-1))).to.be.at.most(10 * eta_min);
    }
  });

  it('draws a schedule that reaches 0 down to 1e-4 of its greatest value, that included', () => {
    const steps = (t: number) => [1, 1e-4, 0.9e-4, 0][Math.floor(t)] ?? 0;
    const cycles = { cycleAt: () => ({ cycle: 0 }), cycleStart: () => 0, config: { unit: 'epoch' as const } };
    const chart = toText({ schedule: Object.assign(steps, cycles), to: 4 }, { logScale: true });
    expect(rowsOf(chart)[0]).to.equal('learning rate (log, ≤ 0 at 1e-4)');
  });

  it('keeps series for the right axis there, beside a schedule', () => {
    expect(rowsOf(toText(RUN, { series: [testError] }))[0]).to.match(/^⣿ learning rate +o test error \(%\)$/);
  });

  it('draws an empty series as nothing, beside others', () => {
    for (const kind of ['line', 'step', 'points'] as const) {
      const nothing = { name: 'none', x: [], y: [], kind };
      const chart = toText({ series: [line([1, 2]), nothing] });
      expect(plotOf(chart)).to.deep.equal(
        plotOf(toText({ series: [line([1, 2]), line([], { name: 'none' })] })),
      );
    }
  });

  it('draws whatever an axis can hold', () => {
    expect(labelsLeftOf(toText({ series: [line([0, 1e300])] }))[0]).to.equal('1e300');
    expect(labelsLeftOf(toText({ series: [line([0, 1e-300])] }))[0]).to.equal('1e-300');
    expect(labelsLeftOf(toText({ series: [line([0, 0.9e-300])] }))[0], 'as good as 0').to.equal('1');
    expect(rowsOf(toText(RUN, { width: 1000, height: 200 }))).to.have.length(200);
  });

  it('puts series for the right axis on the left where nothing else is', () => {
    expect(toText({ series: [line([1, 2], { axis: 'right' })] })).to.equal(
      toText({ series: [line([1, 2])] }),
    );
  });

  it('names each series with what it is drawn with', () => {
    const all = Array.from({ length: 4 }, (_, i) => line([i, 1], { name: `s${i}` }));
    expect(rowsOf(toText({ series: all }))[0]).to.equal('⣿ s0   o s1   x s2   + s3');
    const points = all.map((series) => ({ ...series, kind: 'points' as const }));
    expect(rowsOf(toText({ series: points }))[0]).to.equal('o s0   x s1   + s2   * s3');
    const right = { ...line([0, 1], { name: 'r' }), axis: 'right' as const };
    expect(rowsOf(toText({ series: [...all, right] }))[1]).to.match(/^⣿ s0 .* \* r →$/);
    expect(rowsOf(toText({ series: [right, line([1, 2])] }))[0]).to.match(/^o y +⣿ r$/);
  });

  it('marks no restarts where none are wanted, or those that are', () => {
    expect(toText(RUN, { restarts: false })).to.not.contain('▲');
    expect(toText(RUN, { restarts: true })).to.equal(toText(RUN));
    expect(rowsOf(toText(RUN, { restarts: [-5, 50, 100, 999] })).at(-2)).to.match(/^ +▲2 +▲3$/);
  });

  it('marks several restarts in one column without a number', () => {
    expect(rowsOf(toText(RUN, { restarts: [50, 50.1, 100] })).at(-2)).to.match(/^ +▲ +▲3$/);
  });

  it('draws a million cycles', () => {
    const chart = toText({ schedule: toZero, to: 1e6 });
    expect(plotOf(chart).slice(1, -1).join('')).to.match(/^⣿+$/);
  });

  it('draws a later range like an earlier one of the same cycles', () => {
    const [early, late] = [0, 30].map((from) =>
      toText({ schedule: toZero, from, to: from + 2.5 }, { restarts: false }),
    ) as [string, string];
    expect(plotOf(late)).to.deep.equal(plotOf(early));
    expect(rowsOf(late).at(-2)).to.match(/^ +30 .* 32\.5$/);
  });

  it('draws a range up to its very end, whatever the number of samples', () => {
    // (0.7 * 3) / 3 is less than 0.7
    const chart = toText({ schedule: toZero, to: 0.7, samples: 4 });
    expect(rowsOf(chart).at(-2)).to.match(/ 0\.7$/);
  });

  it('draws tiny, shifted and sampled ranges of a schedule', () => {
    expect(toText({ schedule: sgdr, from: 5, to: 5 + 1e-12 })).to.contain('epoch');
    expect(toText({ ...RUN, samples: 2 })).to.contain('▲3');
    const warm = cosineAnnealing({ T_0: 10, eta_max: 1, unit: 'batch' });
    expect(toText({ schedule: warm, to: 10 })).to.match(/ batch$/);
  });

  it('cuts off what is too long, also in wide letters, and drops control characters', () => {
    const titles = { latin: 'x'.repeat(99), wide: '学習率'.repeat(30), marked: 'e\u0301'.repeat(90) };
    const title = (text: string) => rowsOf(toText(RUN, { title: text, width: 40 }))[0];
    expect(title(titles.latin)).to.equal(`${'x'.repeat(39)}…`);
    expect(title(titles.wide)).to.equal(`${'学習率'.repeat(6)}学…`);
    expect(title(titles.marked)).to.equal(`${'e\u0301'.repeat(39)}…`);
    expect(title('a\u001b[31mb\r\nc\ud800')?.trim()).to.equal('a [31mb c');
  });

  it('leaves out the right labels where both axes have monstrous ones', () => {
    const odd = [-1.2345e-200, -1.234e-200];
    const chart = toText({ series: [line(odd), line(odd, { axis: 'right' })] }, { width: 30 });
    expect(chart).to.match(/├$/m);
    expect(Math.max(...rowsOf(chart).map((row) => row.length))).to.be.at.most(30);
  });

  it('leaves out ticks whose labels have no room', () => {
    const far = { name: 'y', x: [123_456_789_000, 123_456_799_000], y: [0, 1] };
    const labels = rowsOf(toText({ series: [far] }, { width: 30 }))
      .at(-1)
      ?.trim();
    expect(labels).to.match(/^1\.234567\d+e11$/);
  });

  it('is as wide and as high as it was asked to be, for any finite values', () => {
    fc.assert(
      fc.property(
        anySeries,
        anyOptions,
        fc.integer({ min: 30, max: 120 }),
        fc.integer({ min: 10, max: 40 }),
        (series, options, width, height) => {
          const rows = rowsOf(toText({ series }, { ...options, width, height }));
          expect(rows).to.have.length(height);
          for (const row of rows) expect([...row].length, row).to.be.at.most(width);
        },
      ),
    );
  });

  it('labels different ticks differently', () => {
    fc.assert(
      fc.property(anySeries, fc.boolean(), (series, log) => {
        const logScale = log && series.some(({ y }) => Array.from(y).some((value) => value > 1e-300));
        const labels = labelsLeftOf(
          toText({ series: series.map((s) => ({ ...s, axis: 'left' })) }, { height: 40, logScale }),
        );
        expect(new Set(labels).size).to.equal(labels.length);
        expect(labels.map(Number)).to.deep.equal(labels.map(Number).sort((a, b) => b - a));
      }),
    );
  });

  it('marks every restart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true })),
        fc.integer({ min: 30, max: 100 }),
        (restarts, width) => {
          const rows = rowsOf(toText({ schedule: sgdr, to: 100 }, { restarts, width }));
          const axis = rows.find((row) => row.includes('└')) as string;
          const start = axis.indexOf('└') + 1;
          const marks = rows.at(-2) as string;
          for (const x of restarts) {
            const dot = Math.floor((x / 100) * (2 * (axis.length - start) - 1) + 0.5);
            expect(marks.charAt(start + (dot >> 1)), `${x} in ${marks}`).to.equal('▲');
          }
        },
      ),
    );
  });
});

describe('toSVG', () => {
  for (const [name, claim, source, options] of golden) {
    it(`draws ${claim}`, () => expectGolden(`${name}.svg`, toSVG(source, options)));
  }

  it('is a standalone image with a title and a description for screen readers', () => {
    const svg = toSVG(RUN, { title: 'SGDR', width: 640, height: 320 });
    expect(svg).to.match(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640" height="320" viewBox="0 0 640 320" role="img"/,
    );
    expect(svg).to.contain('<title>SGDR</title>');
    expect(svg).to.contain(
      '<desc>learning rate from 1e-4 to 0.1; epoch from 0 to 150. Warm restarts at 10, 30, 70.</desc>',
    );
    expect(toSVG(RUN)).to.contain('<title>learning rate by epoch</title>');
    expect(svg).to.not.match(/<(style|script)| id=|href/); // many may stand in one page
  });

  it('counts the restarts that a description has no room for', () => {
    expect(toSVG({ schedule: toZero, to: 60 })).to.contain('9, 10 and 49 more.');
  });

  it('marks 20,000 restarts at most, evenly thinned out', () => {
    expect(toSVG({ schedule: toZero, to: 20_001 })).to.contain('9, 10 and 19990 more.');
    expect(toSVG({ schedule: toZero, to: 20_002 })).to.contain('17, 19 and 9991 more.');
    expect(toSVG({ schedule: toZero, from: 30_000, to: 31_000 })).to.contain('and 990 more.');
  });

  it('begins where the range does, in the middle of a cycle or at a restart', () => {
    const svg = toSVG({ schedule: sgdr, from: 15, to: 40 });
    expect(svg).to.contain('epoch from 15 to 40. Warm restarts at 30.');
    const [first] = pathsOf(toSVG({ schedule: toZero, from: 1, to: 2 }, { restarts: false })).at(-1) ?? [];
    const [second] = pathsOf(toSVG({ schedule: toZero, to: 1 })).at(-1) ?? [];
    expect(first).to.deep.equal(second);
  });

  it('draws both sides of a jump at the restart, exactly', () => {
    const svg = toSVG({ schedule: sgdr, to: 30 }, { restarts: [10] });
    const [, x, top, bottom] = /class="restarts"/.test(svg)
      ? (/M([\d.]+) ([\d.]+)V([\d.]+)" fill="none" class="restarts"/.exec(svg) ?? [])
      : [];
    const points = pathsOf(svg)
      .at(-1)
      ?.filter((point) => point.x === Number(x));
    expect(points?.at(-1)?.y).to.equal(Number(top));
    // eta_min is 1e-4 of 0.1 above the foot of the axis
    expect(points?.at(-2)?.y).to.be.closeTo(Number(bottom) - (Number(bottom) - Number(top)) * 1e-3, 0.01);
  });

  it('draws at most two points per pixel column', () => {
    const noise = Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i));
    for (const source of [{ series: [line(noise)] }, RUN, { schedule: toZero, to: 1000 }]) {
      const columns = new Map<number, number>();
      for (const { x } of pathsOf(toSVG(source)).at(-1) ?? []) {
        columns.set(Math.floor(x), (columns.get(Math.floor(x)) ?? 0) + 1);
      }
      expect(Math.max(...columns.values())).to.be.at.most(3); // a coordinate may be rounded into the next column
    }
    expect(toSVG(RUN).length).to.be.below(4000);
  });

  it('keeps a spike that is narrower than a pixel', () => {
    const y = Array.from({ length: 100_000 }, (_, i) => (i === 54_321 ? 1 : 0));
    const points = pathsOf(toSVG({ series: [line(y)] })).at(-1) ?? [];
    expect(Math.min(...points.map((point) => point.y))).to.equal(14);
  });

  it('starts anew after a gap, also where a stretch is a single point', () => {
    const y = [1, 2, Number.NaN, Number.NaN, 1, Infinity, 3, 1, 2];
    expect(strokeOf(toSVG({ series: [line(y)] })).match(/M/g)).to.have.length(3);
    expect(strokeOf(toSVG({ series: [line(y)] }))).to.match(/M[\d.]+ [\d.]+h1M/);
    expect(strokeOf(toSVG({ series: [line(y, { kind: 'points' })] })).match(/h0/g)).to.have.length(6);
    expect(strokeOf(toSVG({ series: [line(y.slice(0, 3))] })).match(/M/g)).to.have.length(1);
  });

  it('draws points that share a place once', () => {
    const points: PlotSeries = { name: 'p', x: [1, 1, 2], y: [1, 1, 2], kind: 'points' };
    expect(strokeOf(toSVG({ series: [points] })).match(/M/g)).to.have.length(2);
  });

  it('tells series apart by colour and by dashes or caps, but never dashes a line that is a band', () => {
    const noise = Array.from({ length: 5000 }, (_, i) => Math.sin(i * i));
    const points = { kind: 'points', axis: 'right' } as const;
    const svg = toSVG({
      series: [line([0, 1]), line([1, 0]), line(noise), line([1, 2], points), line([2, 1], points)],
    });
    expect(svg).to.match(/stroke="#0072b2" stroke-width="2" stroke-linejoin="round"\/>/);
    expect(svg).to.match(/stroke="#d55e00" stroke-width="2" stroke-linejoin="round" stroke-dasharray/);
    expect(svg).to.match(/stroke="#009e73" stroke-width="1" stroke-linejoin="round"\/>/);
    expect(svg).to.match(/stroke="#cc79a7" stroke-width="6" stroke-linecap="round"/);
    expect(svg).to.match(/stroke="#e69f00" stroke-width="6" stroke-linecap="square"/);
  });

  it('escapes what a title could break', () => {
    const name = `<a href="x">&'\u0000\ud800\uffff`;
    const svg = toSVG(
      { series: [line([1, 2], { name }), line([1, 2], { name: '学'.repeat(99) })] },
      { title: name },
    );
    expectWellFormed(svg);
    expect(svg).to.contain('<title>&#60;a href=&#34;x&#34;&#62;&#38;&#39;</title>');
    expect(svg).to.match(/>学+…<\/text>/);
  });

  it('is well-formed XML with every number finite, for any finite values', () => {
    fc.assert(
      fc.property(
        anySeries,
        anyOptions,
        fc.integer({ min: 320, max: 900 }),
        fc.integer({ min: 200, max: 500 }),
        (series, options, width, height) => {
          const svg = toSVG({ series }, { ...options, width, height });
          expectWellFormed(svg);
          expect(svg.replace(/<(title|desc|text)\b[^>]*>.*?<\/\1>/gs, '')).to.not.match(
            /NaN|Infinity|undefined|e[-+]\d/,
          );
          for (const { x, y } of pathsOf(svg).flat()) {
            expect(x).to.be.within(0, width);
            expect(y).to.be.within(0, height);
          }
        },
      ),
    );
  });

  it('marks every restart', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), (restarts) => {
        const svg = toSVG({ schedule: sgdr, to: 100 }, { restarts });
        const marks = /d="([^"]*)" fill="none" class="restarts"/.exec(svg)?.[1]?.split('M').slice(1) ?? [];
        expect(marks).to.have.length(new Set(restarts).size);
      }),
    );
  });

  it('keeps the labels of ticks and restarts apart and inside the image', () => {
    fc.assert(
      fc.property(
        anySeries,
        fc.array(fc.double({ min: 0, max: 100, noNaN: true })),
        fc.integer({ min: 320, max: 900 }),
        (series, restarts, width) => {
          const svg = toSVG({ series }, { restarts, width });
          const rows = new Map<string, [number, number][]>();
          for (const [, x, y, label] of svg.matchAll(
            /<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle"[^>r]*>([^<]*)</g,
          )) {
            const half = (String(label).length * 12 * 0.55) / 2; // what Helvetica takes
            rows.set(String(y), [...(rows.get(String(y)) ?? []), [Number(x) - half, Number(x) + half]]);
          }
          for (const labels of rows.values()) {
            labels.forEach(([start, end], i) => {
              expect(start).to.be.at.least(labels[i - 1]?.[1] ?? 0);
              expect(end).to.be.at.most(width);
            });
          }
        },
      ),
    );
  });

  it('drops rows of the legend before the plot has no room', () => {
    const series = Array.from({ length: 12 }, (_, i) =>
      line([1, i], { name: `a rather long name of series ${i}` }),
    );
    const svg = toSVG({ series }, { width: 320, height: 200 });
    expect(svg)
      .to.contain('series 0')
      .and.to.contain('series 2')
      .and.not.to.contain('>a rather long name of series 11<');
  });
});

describe('toText and toSVG', () => {
  it('draw a million changes, as small as a few', () => {
    // Changes are made when they are asked for, as the package's own history does.
    const history = {
      length: 1e6,
      *[Symbol.iterator](): Generator<PlottableChange> {
        for (let step = 0; step < 1e6; step++) {
          const [epoch, batch] = [Math.floor(step / 1000), step % 1000];
          const [cycle, T_cur] = [Math.floor(step / 5e4), step % 5e4];
          yield { step, epoch, batch, cycle, restart: T_cur === 0, learningRate: 1 - T_cur / 5e4 };
        }
      },
    };
    expect(toText(history, { x: 'epoch' }).split('\n').at(-2)).to.contain('▲19'); // the last of its restarts
    expect(toSVG(history, { x: 'epoch' }).length).to.be.below(20_000);
  });

  const refused: readonly [claim: string, source: unknown, options: unknown, message: string][] = [
    ['a width that is too small', RUN, { width: 5 }, '`width`: expected an integer >= 30, got 5'],
    [
      'a height that is too great',
      RUN,
      { height: 1e9 },
      '`height`: expected an integer <= 200, got 1000000000',
    ],
    [
      'all wrong sizes at once',
      RUN,
      { width: 40.5, height: '9' },
      '`width`: expected an integer >= 30, got 40.5\n`height`: expected an integer >= 10, got "9"',
    ],
    [
      'an empty history',
      [],
      {},
      '`source`: expected a history with changes, got an empty one: train first, or draw { schedule, to }',
    ],
    [
      'a history that is none',
      { history: { lr: [] } },
      {},
      '`history`: expected a history of changes, got {"lr":[]}',
    ],
    [
      'a history that is no list of changes',
      { history: { length: 3 } },
      {},
      '`history`: expected a history of changes, got {"length":3}',
    ],
    [
      'a history whose length is not known',
      { history: new Set([1]) },
      {},
      '`history`: expected a history of changes, got {}',
    ],
    [
      'a number for a source',
      5,
      {},
      '`source`: expected { schedule, to }, a history, a callback or { series }, got 5',
    ],
    [
      'a source that is none',
      null,
      {},
      '`source`: expected { schedule, to }, a history, a callback or { series }, got null',
    ],
    [
      'a schedule without a range',
      sgdr,
      {},
      '`source`: expected { schedule, to }, a history, a callback or { series }, got a function',
    ],
    ['a schedule that is none', { schedule: 1, to: 2 }, {}, '`schedule`: expected a schedule, got 1'],
    [
      'an empty range',
      { schedule: sgdr, from: -1, to: -1, samples: 1 },
      {},
      '`from`: expected a number >= 0, got -1\n`to`: expected a number > `from` (-1), got -1\n`samples`: expected an integer >= 2, got 1',
    ],
    [
      'a range without an end',
      { schedule: sgdr, to: Infinity },
      {},
      '`to`: expected a number > `from` (0), got Infinity',
    ],
    [
      'a range that begins at infinity',
      { schedule: sgdr, from: Infinity, to: Infinity },
      {},
      '`from`: expected a number >= 0, got Infinity\n`to`: expected a number > `from` (Infinity), got Infinity',
    ],
    ['an unknown x', historyOf(sgdr, 1, 1), { x: 'batch' }, "`x`: expected 'step' or 'epoch', got \"batch\""],
    ['series that are no list', { series: 1 }, {}, '`series`: expected a list of series, got 1'],
    ['series without values', { series: [] }, {}, '`series`: expected a finite value, got none'],
    [
      'series without finite values',
      { series: [line([Number.NaN])] },
      {},
      '`series`: expected a finite value, got none',
    ],
    [
      'series without a finite position',
      { series: [{ ...line([1]), x: [Number.NaN] }] },
      {},
      '`series`: expected a finite value, got none',
    ],
    [
      'a value without a position',
      { series: [{ name: 'y', x: [], y: [1] }] },
      {},
      '`series[0].y`: expected as many values as `x` (0), got 1',
    ],
    [
      'series whose parts are wrong',
      { series: [line([1]), { x: [1], y: [], axis: 'top', kind: 'bar' }] },
      {},
      '`series[1].name`: expected a text, got nothing\n`series[1].y`: expected as many values as `x` (1), got 0\n' +
        '`series[1].axis`: expected one of left, right, got "top"\n`series[1].kind`: expected one of line, step, points, got "bar"',
    ],
    [
      'series without numbers',
      {
        series: [
          { name: 'y', y: [1] },
          { name: 'y', x: [1] },
        ],
      },
      {},
      '`series[0].x`: expected numbers, got nothing\n`series[1].y`: expected as many values as `x` (1), got nothing',
    ],
    [
      'a log scale without a positive value',
      { series: [line([-1, 0])] },
      { logScale: true },
      '`logScale`: expected a value > 0 on the left axis, got none',
    ],
    [
      'restarts that are none',
      RUN,
      { restarts: [1, '2'] },
      '`restarts`: expected true, false or a list of numbers, got [1,"2"]',
    ],
  ];
  for (const [claim, source, options, message] of refused) {
    it(`refuse ${claim}`, () => {
      const draw = () => toText(source as PlotSource, options as PlotOptions);
      expect(draw).to.throw(
        CosineAnnealingError,
        new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
      );
    });
  }

  it('refuse an SVG too small for its axes', () => {
    expect(() => toSVG(RUN, { width: 100 })).to.throw('`width`: expected an integer >= 320, got 100');
  });
});

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 1e-4, 0.1),
);
const anySeries = fc
  .array(
    fc.array(fc.tuple(anyNumber, anyNumber), { minLength: 1, maxLength: 30 }).chain((points) =>
      fc.record({
        name: fc.string({ minLength: 1 }),
        x: fc.constant(points.map(([x]) => x)),
        y: fc.constant(points.map(([, y]) => y)),
        axis: fc.constantFrom('left' as const, 'right' as const),
        kind: fc.constantFrom('line' as const, 'step' as const, 'points' as const),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .filter((series) =>
    series.some(({ x, y }) => x.some((at, i) => Math.abs(at) <= 1e300 && Math.abs(y[i] as number) <= 1e300)),
  );
const anyOptions = fc.record(
  {
    title: fc.string(),
    xLabel: fc.string(),
    yLabel: fc.string(),
    y2Label: fc.string(),
    restarts: fc.array(anyNumber),
  },
  { requiredKeys: [] },
);

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The path data of each curve in the order in which they are drawn; legends come before the axes' grid. */
function curvesOf(svg: string): string[] {
  const drawn = svg.slice(svg.indexOf('stroke="#e8e8e8"'));
  return [...drawn.matchAll(/<path d="([^"]*)" fill="none" stroke="#\w+" stroke-width/g)].map(([, d]) =>
    String(d),
  );
}

const strokeOf = (svg: string) => curvesOf(svg).at(-1) as string;

function pathsOf(svg: string): Point[][] {
  return curvesOf(svg).map((d) =>
    [...d.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) })),
  );
}

/** Throws unless the text is one XML element whose tags match, with quoted attributes that differ, and escaped text. */
function expectWellFormed(xml: string): void {
  const attribute = /\s+([A-Za-z][\w:-]*)="(?:[^<&"]|&#\d+;)*"/g;
  const token = /<(\/?)([A-Za-z]+)((?:\s+[A-Za-z][\w:-]*="(?:[^<&"]|&#\d+;)*")*)(\/?)>|((?:[^<&]|&#\d+;)+)/gy;
  const open: string[] = [];
  let roots = 0;
  let end = 0;
  for (const [whole, closing, name = '', attributes = '', empty, text] of xml.matchAll(token)) {
    end += whole.length;
    if (text !== undefined) {
      expect(open.length > 0 || text.trim() === '', `text outside the root: ${text}`).to.equal(true);
    } else if (closing) {
      expect(open.pop()).to.equal(name);
    } else {
      const names = [...attributes.matchAll(attribute)].map(([, key]) => key);
      expect(new Set(names).size, whole).to.equal(names.length);
      if (open.length === 0) roots++;
      if (!empty) open.push(name);
    }
  }
  expect(xml.slice(end), 'no XML').to.equal('');
  expect([roots, open]).to.deep.equal([1, []]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
  expect(xml).to.not.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
}
