import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type PlotSource, toSVG, toText } from '../../lib/charts/chart';
import type { PlottableChange } from '../../lib/charts/history-source';
import type { SVGOptions } from '../../lib/charts/options';
import type { SearchSource } from '../../lib/charts/search-source';
import type { PlotSeries } from '../../lib/charts/series';
import { cosineAnnealing } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';
import { labelsLeftOf, plotIn, plotOf, pointsIn, rowsOf, strokeIn, strokesIn } from '../support/charts';
import { tries } from '../support/effort';
import { timesAsLong } from '../support/measured';
import { expectWellFormed } from '../support/xml';

const sgdr = cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1, eta_min: 1e-4 });
const toZero = cosineAnnealing({ T_0: 1, eta_max: 0.05 });
const perEpoch = cosineAnnealing({ T_0: 1, T_mult: 2, eta_max: 0.1, updateFreq: 'epoch' });
const RUN = { schedule: sgdr, to: 150 };

const EPOCHS = Array.from({ length: 15 }, (_, i) => 10 * (i + 1));
const testError: PlotSeries = {
  name: 'test error (%)',
  x: EPOCHS,
  y: EPOCHS.map((epoch) => 5 + 30 * 2 ** (-epoch / 30)),
  axis: 'right',
  kind: 'points',
};

const rates = Array.from({ length: 71 }, (_, i) => Number((1e-6 * 10 ** (i / 10)).toPrecision(6)));
const search: SearchSource = {
  eta_max: 0.0046,
  learningRates: rates,
  losses: rates.map((rate) => 2.3 - 1.9 / (1 + 0.003 / rate) + 1000 * rate ** 4),
  trials: [
    { eta_max: 0.001, loss: 0.62 },
    { eta_max: 0.0022, loss: 0.45 },
    { eta_max: 0.0046, loss: 0.38 },
    { eta_max: 0.01, loss: 0.52 },
    { eta_max: 0.022, loss: null },
  ],
  suggestions: { valley: 0.0015, steep: 0.0031, 'minimum / 10': 0.012 },
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

const golden: readonly [
  name: string,
  claim: string,
  source: PlotSource,
  options: Omit<SVGOptions, 'theme'>,
][] = [
  ['schedule', 'a schedule', RUN, {}],
  ['log', 'a log scale and a title', RUN, { logScale: true, title: 'SGDR: T_0 = 10, T_mult = 2' }],
  ['zero', 'a schedule that anneals to 0 on a log scale', { schedule: toZero, to: 3 }, { logScale: true }],
  ['one-cycle', 'a single cycle, without restarts', { schedule: toZero, to: 1 }, {}],
  ['sixty', 'sixty restarts', { schedule: toZero, to: 60 }, {}],
  ['steps', 'a schedule that is set once an epoch', { schedule: perEpoch, to: 15 }, {}],
  [
    'error',
    'a history over epochs with the test error',
    historyOf(sgdr, 150, 20),
    { x: 'epoch', series: [testError] },
  ],
  ['per-epoch', 'a history of one change per epoch', historyOf(sgdr, 30, 100, 100), {}],
  ['search', 'a search for the best peak', search, {}],
  [
    'series',
    'several series',
    { series: [0.9, 0.5, 0.2].map((y, i) => ({ name: `run ${i + 1}`, x: [0, 1, 2], y: [1, y, y / 2] })) },
    { yLabel: 'loss', xLabel: 'epoch', title: 'Three runs' },
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

  it('leaves gaps for positions <= 0 beside a search, whose x axis is logarithmic', () => {
    const beside: PlotSeries = { name: 'y', x: [-1, 0, 0.01, 0.1], y: [1, 1, 1, 1], kind: 'points' };
    expect(
      plotOf(toText(search, { series: [beside] }))
        .join('')
        .match(/x/g),
    ).to.have.length(2);
  });

  it('draws a single value as a point', () => {
    for (const kind of ['line', 'step', 'points'] as const) {
      expect(toText({ series: [line([1], { kind })] }).match(/o/g)).to.have.length(1);
    }
  });

  it('draws zeros and less at the foot of a log scale, and rates on their way to 0 down to 1e-6 of the greatest', () => {
    const chart = toText({ series: [line([-1, 0, 1e-3, 1])] }, { logScale: true });
    expect(rowsOf(chart)[0]).to.equal('y (log)');
    expect(labelsLeftOf(chart).at(-1)).to.equal('0.001');
    expect(plotOf(chart)).to.deep.equal(
      plotOf(toText({ series: [line([1e-3, 1e-3, 1e-3, 1])] }, { logScale: true })),
    );
    const rates = labelsLeftOf(toText({ schedule: toZero, to: 1 }, { logScale: true }));
    expect([rates[0], rates.at(-1)]).to.deep.equal(['0.1', '1e-7']);
  });

  it('measures only the left axis on a log scale', () => {
    const right = line([-5, 5], { name: 'right', axis: 'right' });
    const chart = toText({ series: [line([1e-4, 1], { name: 'left' }), right] }, { logScale: true });
    expect(chart).to.match(/├-\d$/m);
    expect(rowsOf(chart)[0]).to.match(/^⣿ left \(log\) +o right$/);
  });

  it('keeps series for the right axis there, beside a schedule', () => {
    expect(rowsOf(toText(RUN, { series: [testError] }))[0]).to.match(/^⣿ learning rate +o test error \(%\)$/);
  });

  it('names a series without values in the legend, and draws neither it nor an axis for it', () => {
    for (const y of [[], [Number.NaN, Infinity], [null, -1e301]]) {
      for (const kind of ['line', 'step', 'points'] as const) {
        for (const axis of ['left', 'right'] as const) {
          const nothing = { name: 'none', x: y.map((_, i) => 50 * i), y, kind, axis };
          const chart = toText({ series: [line([1, 2]), nothing] });
          expect(rowsOf(chart)[0]).to.equal('⣿ y   o none (no values)');
          expect(chart).to.not.match(/[├┘]/);
          expect(plotOf(chart)).to.deep.equal(plotOf(toText({ series: [line([1, 2])] })));
        }
      }
    }
  });

  it('puts the right axis on the left if the left series have no values', () => {
    const chart = toText({ series: [line([Number.NaN]), line([1, 2], { axis: 'right' })] });
    expect(labelsLeftOf(chart)).to.include.members(['1', '2']);
    expect(chart).to.not.match(/[├┘]/);
  });

  it('draws whatever an axis can hold', () => {
    expect(labelsLeftOf(toText({ series: [line([0, 1e300])] }))[0]).to.equal('1e300');
    expect(labelsLeftOf(toText({ series: [line([0, 1e-300])] }))[0]).to.equal('1e-300');
    expect(labelsLeftOf(toText({ series: [line([0, 0.9e-300])] }))[0], 'as good as 0').to.equal('1');
    expect(rowsOf(toText(RUN, { width: 1000, height: 200 }))).to.have.length(200);
  });

  it('puts series for the right axis on the left if nothing else is there', () => {
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

  it('cuts off what is too long, also in wide letters, and drops control characters', () => {
    const titles = { latin: 'x'.repeat(99), wide: '学習率'.repeat(30), marked: 'e\u0301'.repeat(90) };
    const title = (text: string) => rowsOf(toText(RUN, { title: text, width: 40 }))[0];
    expect(title(titles.latin)).to.equal(`${'x'.repeat(39)}…`);
    expect(title(titles.wide)).to.equal(`${'学習率'.repeat(6)}学…`);
    expect(title(titles.marked)).to.equal(`${'e\u0301'.repeat(39)}…`);
    expect(title('a\u001b[31mb\r\nc\ud800')?.trim()).to.equal('a [31mb c');
  });

  it('leaves out the right labels if both axes have monstrous ones', () => {
    const odd = [-1.2345e-200, -1.234e-200];
    const chart = toText({ series: [line(odd), line(odd, { axis: 'right' })] }, { width: 30 });
    expect(chart).to.match(/├$/m);
    expect(Math.max(...rowsOf(chart).map((row) => row.length))).to.be.at.most(30);
  });

  it('has only as many ticks as there is room for their labels', () => {
    const far = { name: 'y', x: [123_456_789_000, 123_456_799_000], y: [0, 1] };
    const labels = rowsOf(toText({ series: [far] }, { width: 30 }))
      .at(-1)
      ?.trim();
    expect(labels).to.match(/^1\.2345679e11 +1\.23456799e11$/);
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

  it('consists of ASCII if it is asked to, whatever the words', () => {
    const words = { title: 'Größe…', xLabel: '学', yLabel: 'η', ascii: true };
    const chart = toText(search, { ...words, series: [{ name: 'é', x: [0.1], y: [1] }] });
    expect(chart).to.match(/^[\n -~]*$/);
    expect(chart).to.contain('Gr??e?').and.to.contain('x ?').and.to.contain('^ eta_max 0.0046');
  });

  it('labels different ticks differently', () => {
    fc.assert(
      fc.property(anySeries, fc.boolean(), (series, log) => {
        const logScale =
          log && series.some(({ y }) => Array.from(y).some((value) => value > 1e-300 && value <= 1e300));
        const labels = labelsLeftOf(
          toText({ series: series.map((s) => ({ ...s, axis: 'left' })) }, { height: 40, logScale }),
        );
        expect(new Set(labels).size).to.equal(labels.length);
        expect(labels.map(Number)).to.deep.equal(labels.map(Number).sort((a, b) => b - a));
      }),
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
      '<desc>learning rate from 1e-4 to 0.1; epoch from 0 to 150. restart (cycle) at 10 (1), 30 (2), 70 (3).</desc>',
    );
    expect(toSVG(RUN)).to.contain('<title>learning rate by epoch</title>');
    expect(svg).to.not.match(/<script| id=|href/); // many may stand in one page
  });

  it('has type of 10 px on a phone that shows it 350 px wide', () => {
    const svg = toSVG(RUN);
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
    const sizes = [...svg.matchAll(/font-size="(\d+)"/g)].map(([, size]) => Number(size));
    expect((Math.min(...sizes) * 350) / width).to.be.at.least(10);
  });

  it('has few points, whatever it draws', () => {
    const noise = Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i));
    for (const source of [{ series: [line(noise)] }, { schedule: toZero, to: 1000 }]) {
      const { left, right } = plotIn(toSVG(source));
      expect(pointsIn(strokeIn(toSVG(source))).length).to.be.below(4 * (right - left + 1));
    }
    expect(toSVG(RUN).length).to.be.below(4000);
  });

  it('draws a million points small enough to open, in time in proportion to their number', () => {
    const x = Float64Array.from({ length: 1e6 }, (_, i) => i);
    const y = x.map((i) => Math.sin(i * i));
    const draw = (count: number) =>
      toSVG({
        series: [{ name: 'points', x: x.subarray(0, count), y: y.subarray(0, count), kind: 'points' }],
      });
    expect(draw(1e6).length).to.be.below(250_000);
    expect(
      timesAsLong(
        () => draw(1e6),
        () => draw(1e5),
      ),
    ).to.be.below(30);
  });

  it('keeps a spike that is narrower than a pixel', () => {
    const y = Array.from({ length: 100_000 }, (_, i) => (i === 54_321 ? 1 : 0));
    const svg = toSVG({ series: [line(y)] });
    expect(Math.min(...pointsIn(strokeIn(svg)).map((point) => point.y))).to.equal(plotIn(svg).top);
  });

  it('starts anew after a gap, even if a stretch is a single point', () => {
    const y = [1, 2, Number.NaN, Number.NaN, 1, Infinity, 3, 1, 2];
    const path = (more: Partial<PlotSeries> = {}, values = y) =>
      strokeIn(toSVG({ series: [line(values, more)] })).d;
    expect(path().match(/M/g)).to.have.length(3);
    expect(path()).to.match(/M[\d.]+ [\d.]+h1M/);
    expect(path({ kind: 'points' }).match(/h0/g)).to.have.length(6);
    expect(path({}, y.slice(0, 3)).match(/M/g)).to.have.length(1);
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

  it('is well-formed XML with every number finite, for any values and any theme', () => {
    fc.assert(
      fc.property(
        anySeries,
        anyOptions,
        fc.integer({ min: 320, max: 900 }),
        fc.integer({ min: 200, max: 500 }),
        fc.constantFrom('auto', 'light', 'dark'),
        (series, options, width, height, theme) => {
          const svg = toSVG({ series }, { ...options, width, height, theme });
          expectWellFormed(svg);
          expect(svg.replace(/<(title|desc|text|style)\b[^>]*>.*?<\/\1>/gs, '')).to.not.match(
            /NaN|Infinity|undefined|e[-+]\d/,
          );
          for (const { x, y } of strokesIn(svg).flatMap(pointsIn)) {
            expect(x).to.be.within(0, width);
            expect(y).to.be.within(0, height);
          }
        },
      ),
    );
  });

  it('keeps labels in a row apart and inside the image', () => {
    fc.assert(
      fc.property(anySource, anyOptions, fc.integer({ min: 320, max: 900 }), (source, options, width) => {
        const svg = toSVG(source, { ...options, width });
        const rows = new Map<string, [number, number][]>();
        for (const [, x, y, label] of svg.matchAll(
          /<text x="([\d.]+)" y="([\d.]+)" fill="#\w+" text-anchor="middle">([^<]*)</g,
        )) {
          const half = (String(label).length * 16 * 0.4) / 2; // what the narrowest letters take
          rows.set(String(y), [...(rows.get(String(y)) ?? []), [Number(x) - half, Number(x) + half]]);
        }
        for (const labels of rows.values()) {
          labels.sort(([a], [b]) => a - b);
          labels.forEach(([start, end], i) => {
            expect(start).to.be.at.least(labels[i - 1]?.[1] ?? 0);
            expect(end).to.be.at.most(width);
          });
        }
      }),
    );
  });
});

describe('toText and toSVG', () => {
  const series = (...all: unknown[]) => ({ series: all });
  const unknownOption =
    'unknown option; the options are title, xLabel, yLabel, logScale, series, x, width, height, ascii';
  const refused: readonly [claim: string, source: unknown, options: unknown, message: string][] = [
    ['a width that is too small', RUN, { width: 5 }, '`width`: expected an integer from 30 to 1000, got 5'],
    [
      'all wrong sizes at once',
      RUN,
      { width: 40.5, height: '9' },
      '`width`: expected an integer from 30 to 1000, got 40.5\n`height`: expected an integer from 10 to 200, got "9"',
    ],
    ['a title that is no string', RUN, { title: 5 }, '`title`: expected a string, got 5'],
    ['a label that is no string', RUN, { xLabel: null }, '`xLabel`: expected a string, got null'],
    ['a scale that is neither', RUN, { logScale: 'yes' }, '`logScale`: expected true or false, got "yes"'],
    ['an option of the other one', RUN, { theme: 'dark' }, `\`theme\`: ${unknownOption}`],
    [
      'many unknown options, of which it counts those that it has no room for',
      RUN,
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`o${i}`, i])),
      [
        ...Array.from({ length: 19 }, (_, i) => `\`o${i}\`: ${unknownOption}`),
        '`options`: 81 more unknown options',
      ].join('\n'),
    ],
    ['options that are none', RUN, null, '`options`: expected an object, got null'],
    [
      'an unknown x',
      historyOf(sgdr, 1, 1),
      { x: 'batch' },
      "`x`: expected one of 'step', 'epoch', got \"batch\"",
    ],
    [
      'a number for a source',
      5,
      {},
      '`source`: expected something to draw, got 5; pass { schedule, to }, a history, a callback, a search, or { series }',
    ],
    [
      'a schedule without a range',
      sgdr,
      {},
      '`source`: expected something to draw, got a function; pass { schedule, to }, a history, a callback, a search, or { series }',
    ],
    ['series that are no list', { series: 1 }, {}, '`series`: expected a list, got 1'],
    ['further series that are no list', RUN, { series: 1 }, '`series`: expected a list, got 1'],
    ['series without values', { series: [] }, {}, '`source`: expected a finite value, got none'],
    [
      'series without finite values',
      series(line([Number.NaN])),
      {},
      '`source`: expected a finite value, got none',
    ],
    [
      'series without a finite position',
      series({ ...line([1]), x: [Number.NaN] }),
      {},
      '`source`: expected a finite value, got none',
    ],
    [
      'a value without a position',
      series({ name: 'y', x: [], y: [1] }),
      {},
      '`series[0].y`: expected 0 values, got [1]',
    ],
    [
      'values that are no numbers',
      series(line([1, 2]), { name: 'y', x: [1, '2'], y: [1n, 2] }),
      {},
      '`series[1].x[1]`: expected a number, got "2"\n`series[1].y[0]`: expected a number, got 1',
    ],
    [
      'series whose parts are wrong',
      series(line([1]), { x: 'x', y: [], axis: 'top', kind: 'bar' }),
      {},
      '`series[1].name`: expected a string, got undefined\n' +
        '`series[1].x`: expected an array of at most 10,000,000 numbers, got "x"\n' +
        "`series[1].axis`: expected one of 'left', 'right', got \"top\"\n" +
        "`series[1].kind`: expected one of 'line', 'step', 'points', got \"bar\"",
    ],
    ['a series that is none', series(null), {}, '`series[0]`: expected { name, x, y }, got null'],
    [
      'a series of more values than memory has',
      series({ name: 'y', x: { length: 1e12 }, y: { length: 1e12 } }),
      {},
      '`series[0].x`: expected an array of at most 10,000,000 numbers, got {"length":1000000000000}\n' +
        '`series[0].y`: expected an array of at most 10,000,000 numbers, got {"length":1000000000000}',
    ],
    [
      'a log scale without a positive value',
      series(line([-1, 0])),
      { logScale: true },
      '`logScale`: expected a value > 0 on the left axis, got none',
    ],
    [
      'a log scale if only the right axis has a positive value',
      series(line([-1, 0]), line([1, 2], { axis: 'right' })),
      { logScale: true },
      '`logScale`: expected a value > 0 on the left axis, got none',
    ],
  ];
  for (const [claim, source, options, message] of refused) {
    it(`refuse ${claim}`, () => {
      expect(errorOf(() => toText(source as PlotSource, options as object)).message).to.equal(message);
    });
  }

  it('refuse an SVG too small for its axes', () => {
    expect(() => toSVG(RUN, { width: 100 })).to.throw(
      '`width`: expected an integer from 320 to 10000, got 100',
    );
  });

  it('give the reason if something breaks as they read it', () => {
    const cause = new Error('no');
    const broken = {
      get history(): never {
        throw cause;
      },
    };
    const error = errorOf(() => toText(broken));
    expect(error.message).to.equal("`source`: can't be read: see `cause`");
    expect(error.cause).to.equal(cause);
    const options = {
      get title(): never {
        throw cause;
      },
    };
    expect(errorOf(() => toSVG(RUN, options))).to.include({
      message: "`options`: can't be read: see `cause`",
      cause,
    });
  });

  it('throw nothing but a CosineAnnealingError, whatever they are given', () => {
    fc.assert(
      fc.property(fc.constantFrom(toText, toSVG), hostileSource, hostileOptions, (draw, source, options) => {
        try {
          draw(source as PlotSource, options as object);
        } catch (error) {
          expect(error, String(error)).to.be.instanceOf(CosineAnnealingError);
          expect((error as CosineAnnealingError).problems).to.not.have.length(0);
        }
      }),
      { numRuns: tries(5_000, 20_000) },
    );
  });
});

/** What a function throws, which has to be one of our errors. */
function errorOf(run: () => unknown): CosineAnnealingError {
  try {
    run();
  } catch (error) {
    if (error instanceof CosineAnnealingError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

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
  { title: fc.string(), xLabel: fc.string(), yLabel: fc.string() },
  { requiredKeys: [] },
);
const anySource: fc.Arbitrary<PlotSource> = fc.oneof(
  anySeries.map((series) => ({ series })),
  fc
    .record({ T_0: fc.double({ min: 0.3, max: 50, noNaN: true }), T_mult: fc.constantFrom(1, 1.3, 2) })
    .map((config) => ({ schedule: cosineAnnealing({ ...config, eta_max: 0.1 }), to: 100 })),
);

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withBoxedValues: true,
  }),
  fc.constantFrom(
    Symbol('s'),
    Infinity,
    -1,
    1e308,
    5e-324,
    { length: 2 ** 53 },
    () => 1,
    new Proxy({}, { get: raise }),
  ),
);
function raise(): never {
  throw new TypeError('hostile');
}
/** Something right, or in one place something hostile. */
const orAnything = <T>(right: T) => fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>(right) }, anything);
const numbers = fc.oneof(
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.double() }, anything), { maxLength: 5 }),
  anything,
);
const mostly = <T extends Record<string, fc.Arbitrary<unknown>>>(parts: T) =>
  fc.record(parts, { requiredKeys: [] });
const change = mostly({
  step: orAnything(1),
  epoch: orAnything(1),
  batch: orAnything(0),
  learningRate: orAnything(0.1),
  cycle: orAnything(1),
  restart: orAnything(true),
});
const schedule = fc
  .tuple(
    orAnything(0.1),
    orAnything(1),
    orAnything(2),
    orAnything({ unit: 'batch', updateFreq: 'epoch', batchesPerEpoch: 2 }),
    orAnything(2),
  )
  .map(([rate, cycle, start, config, batchesPerEpoch]) =>
    Object.assign(() => rate, {
      cycleAt: () => ({ cycle }),
      cycleStart: () => start,
      config: typeof config === 'object' ? { ...config, batchesPerEpoch } : config,
    }),
  );
const history = fc.oneof(
  fc.array(fc.oneof({ weight: 4, arbitrary: change }, anything), { maxLength: 4 }),
  fc
    .record({
      steps: numbers,
      epochs: numbers,
      batches: numbers,
      learningRates: numbers,
      restarts: fc.array(change),
    })
    .map(({ restarts, ...columns }) => Object.assign([1], { toJSON: () => columns, restarts })),
);
const someSeries = mostly({
  name: orAnything('y'),
  x: numbers,
  y: numbers,
  axis: orAnything('right'),
  kind: orAnything('step'),
});
const hostileSource = fc.oneof(
  anything,
  mostly({
    schedule: fc.oneof(schedule, orAnything(sgdr)),
    from: fc.oneof(orAnything(1), fc.constant(2 ** 54)),
    to: fc.oneof(orAnything(9), fc.constant(2 ** 54 + 4)),
  }),
  mostly({ history: fc.oneof(history, anything), step: orAnything(99) }),
  history,
  mostly({ series: fc.oneof(fc.array(someSeries, { maxLength: 3 }), anything) }),
  mostly({
    eta_max: orAnything(0.1),
    learningRates: numbers,
    losses: numbers,
    trials: fc.oneof(fc.array(mostly({ eta_max: orAnything(1), loss: orAnything(1) })), anything),
    suggestions: fc.oneof(fc.dictionary(fc.string(), orAnything(0.1)), anything),
  }),
);
const hostileOptions = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  anything,
  mostly({
    title: orAnything('t'),
    xLabel: orAnything('x'),
    yLabel: orAnything('y'),
    logScale: orAnything(true),
    x: orAnything('epoch'),
    series: fc.oneof(fc.array(someSeries, { maxLength: 2 }), anything),
    width: orAnything(400),
    height: orAnything(200),
  }),
);
