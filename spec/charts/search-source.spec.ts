import { expect } from 'chai';
import { toSVG, toText } from '../../lib/charts/chart';
import { drawnSearch, type SearchSource } from '../../lib/charts/search-source';
import { rowsOf, strokesIn } from '../support/charts';
import { errorOf } from '../support/refused';

const found: SearchSource = {
  eta_max: 0.01,
  learningRates: [1e-4, 1e-3, 1e-2, 1e-1, 1, 10],
  losses: [2, 2.5, 1, 2, 50, 4000],
  trials: [
    { eta_max: 0.01, loss: 0.5 },
    { eta_max: 0.1, loss: null },
  ],
};

describe('a search', () => {
  it('is drawn as loss over learning rate, on a logarithmic axis', () => {
    const { xScale, xLabel, leftLabel, curves } = drawnSearch(found);
    expect([xScale, xLabel, leftLabel]).to.deep.equal(['log', 'learning rate', 'loss']);
    expect(curves.map(({ name, kind }) => [name, kind])).to.deep.equal([
      ['sweep', 'line'],
      ['trials', 'points'],
    ]);
    const rows = rowsOf(toText(found));
    expect(rows.at(-3)?.trim().split(/\s+/)).to.deep.equal(['1e-4', '0.001', '0.01', '0.1', '1', '10']);
  });

  it('has an axis up to the greatest loss before the lowest, beyond which its line ends', () => {
    const { yLimit, curves } = drawnSearch(found);
    expect(yLimit).to.equal(2.5);
    expect(Array.from(curves[0]?.y ?? [])).to.deep.equal([2, 2.5, 1, 2, 50, Number.NaN]);
    expect(toText(found))
      .to.match(/^2\.5┤/m)
      .and.to.not.match(/^ *[345]/m);
  });

  it('shows a loss that is NaN as a gap, and a search without any loss as an empty sweep', () => {
    const { yLimit, curves } = drawnSearch({ ...found, losses: [2, null, Number.NaN, 1, 1, 1] });
    expect(yLimit).to.equal(2);
    expect(Array.from(curves[0]?.y ?? [])).to.deep.equal([2, Number.NaN, Number.NaN, 1, 1, 1]);
    const none = drawnSearch({ ...found, losses: found.losses.length === 6 ? Array(6).fill(null) : [] });
    expect(none.yLimit).to.equal(Infinity);
    expect(none.curves[0]?.name).to.equal('sweep (no values)');
  });

  it('marks the peak with its value', () => {
    expect(rowsOf(toText(found)).at(-1)?.trim()).to.equal('learning rate   ▲ eta_max 0.01');
    expect(toSVG(found)).to.contain('>eta_max 0.01</text>').and.to.contain('eta_max 0.01 at 0.01.</desc>');
  });

  it('marks suggestions faintly, named from left to right, without those that are none', () => {
    const suggestions = { steep: 0.03, none: null, valley: 0.003, nothing: Number.NaN, zero: 0 };
    const rows = rowsOf(toText({ ...found, suggestions }));
    expect(rows.at(-1)?.trim()).to.equal('learning rate   ▲ eta_max 0.01   △ valley, steep');
    expect(rows.at(-2)?.trim()).to.match(/^△ +▲ +△$/);
  });

  it('without trials has the sweep alone', () => {
    expect(strokesIn(toSVG({ ...found, trials: [] }))).to.have.length(1);
  });

  it('survives JSON', () => {
    const search = { ...found, losses: [2, Number.NaN, 1, 1, 1, 1], suggestions: { valley: 0.003 } };
    expect(toSVG(JSON.parse(JSON.stringify(search)))).to.equal(toSVG(search));
  });

  it('has no place for positions <= 0 of series beside it', () => {
    const beside = { name: 'b', x: [-1, 0, 0.01], y: [1, 1, 1], kind: 'points' } as const;
    expect(
      strokesIn(toSVG(found, { series: [beside] }))
        .at(-1)
        ?.d.match(/M/g),
    ).to.have.length(1);
  });
});

describe('a search that is refused', () => {
  const messageOf = (search: object) => errorOf(() => drawnSearch(search as SearchSource)).message;

  it('has parts that are wrong, which are all named', () => {
    expect(messageOf({ eta_max: 0, learningRates: 1, losses: 2, trials: 5, suggestions: [] })).to.equal(
      [
        '`eta_max`: expected a number > 0 (from 1e-300 to 1e300), got 0',
        '`learningRates`: expected an array of at most 10,000,000 numbers, got 1',
        '`losses`: expected an array of at most 10,000,000 numbers, got 2',
        '`trials`: expected a list, got 5',
        '`suggestions`: expected an object, got []',
      ].join('\n'),
    );
  });

  it('has values that are wrong, which are all named', () => {
    const trials = [{ eta_max: 1 }, { eta_max: -1, loss: null }, null];
    expect(
      messageOf({ eta_max: 1, learningRates: [0, 1], losses: ['1'], trials, suggestions: { a: '1' } }),
    ).to.equal(
      [
        '`losses`: expected 2 values, got ["1"]',
        '`learningRates[0]`: expected a number > 0 (from 1e-300 to 1e300), got 0',
        '`losses[0]`: expected a number, got "1"',
        '`trials[0].loss`: expected a number, got undefined',
        '`trials[1].eta_max`: expected a number > 0 (from 1e-300 to 1e300), got -1',
        '`trials[2]`: expected { eta_max, loss }, got null',
        '`suggestions.a`: expected a number, got "1"',
      ].join('\n'),
    );
  });
});
