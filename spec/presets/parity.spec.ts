import { expect } from 'chai';
import { table } from '../../bench/table';
import { plainRate } from '../support/plain-schedule';
import {
  type Fixture,
  fixturesOf,
  isCoreComplete,
  parametersOf,
  presets,
  type Rate,
  scheduled,
  worstDifference,
} from '../support/presets';

/** How many cases and points each library's file has, and which cases SGDR's cosine can't follow. */
const expected = {
  keras: { cases: 40, points: 1397, refused: [] },
  pytorch: { cases: 40, points: 6898, refused: [] },
  timm: { cases: 24, points: 6680, refused: [18, 19, 20, 21, 22, 23].map((k) => `CosineLRScheduler ${k}`) },
  optax: {
    cases: 28,
    points: 2242,
    refused: ['warmup_cosine_decay_schedule 6', 'warmup_cosine_decay_schedule 7', 'cosine_decay_schedule 7'],
  },
  transformers: { cases: 72, points: 4389, refused: [] },
  mmengine: { cases: 48, points: 4838, refused: [] },
};

/** What asks for something else than a plain cosine: timm's k_decay, optax's exponent. */
const isOtherCurve = ({ config }: Fixture) =>
  [config['k_decay'], config['exponent']].some((x) => (x ?? 1) !== 1);

const familyOf = ({ name }: Fixture) => name.replace(/ \d+$/, '');

interface Row {
  readonly family: string;
  readonly points: number;
  readonly worst: number;
}

/** For each of a library's functions, how many of its points were compared, and how far off the worst one is. */
function compare(library: string, rate: Rate): Row[] {
  const rows = new Map<string, Row>();
  for (const fixture of fixturesOf(library)) {
    if (isOtherCurve(fixture)) continue;
    const preset = presets.get(library);
    if (preset === undefined) throw new Error(`no preset for ${library}`);
    const family = familyOf(fixture);
    const { points, worst } = rows.get(family) ?? { points: 0, worst: 0 };
    const difference = worstDifference(fixture, rate(preset(parametersOf(fixture))));
    expect(difference, fixture.name).to.be.at.most(1e-12);
    rows.set(family, { family, points: points + fixture.lr.length, worst: Math.max(worst, difference) });
  }
  return [...rows.values()];
}

const printed: string[][] = [];

describe('Presets', () => {
  for (const [library, { cases, points, refused }] of Object.entries(expected)) {
    const others =
      refused.length === 0 ? '' : ` but those of ${refused.length} schedules that are no plain cosine`;

    it(`describe all ${points} points of ${library}.json${others} to 1e-12 of the peak, by a plain account`, () => {
      const fixtures = fixturesOf(library);
      expect(fixtures).to.have.length(cases);
      expect(fixtures.reduce((sum, { lr }) => sum + lr.length, 0)).to.equal(points);
      expect(fixtures.filter(isOtherCurve).map(({ name }) => name)).to.deep.equal(refused);
      const rows = compare(library, (config) => (t) => plainRate(config, t));
      for (const row of rows) {
        printed.push([library, row.family, String(row.points), row.worst.toExponential(1)]);
      }
    });

    it(`reproduce ${library}.json to 1e-12 of the peak, by cosineAnnealing`, function () {
      if (!isCoreComplete && library !== 'pytorch') this.skip();
      compare(library, scheduled);
    });

    if (refused.length === 0) continue;
    it(`refuse only what is no plain cosine in ${library}.json`, () => {
      for (const fixture of fixturesOf(library).filter(isOtherCurve)) {
        const parameters = parametersOf(fixture);
        expect(() => presets.get(library)?.(parameters), fixture.name).to.throw(/only the plain cosine/);
      }
    });
  }

  it('have a fixture each', () => {
    expect([...presets.keys()]).to.deep.equal(Object.keys(expected));
  });

  after(() => console.log(`\n${table(['library', 'what it ran', 'points', 'worst / peak'], printed)}\n`));
});
