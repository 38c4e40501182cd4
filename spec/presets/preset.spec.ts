import { expect } from 'chai';
import * as fc from 'fast-check';
import { CosineAnnealingError } from '../../lib/errors';
import { fixturesOf, isCoreComplete, parametersOf, presets, scheduled } from '../support/presets';

/** What each preset takes, as its fixture has it. */
const legal = new Map(
  Array.from(presets, ([library, preset]) => [
    library,
    fixturesOf(library)
      .map(parametersOf)
      .filter((parameters) => {
        try {
          return preset(parameters) !== undefined;
        } catch {
          return false;
        }
      }),
  ]),
);

/** Keys of our config that no library has. */
const ours = ['cycles', 'total', 'start', 'plateau', 'warmup', 'eta_max', 'eta_max_mult', 'amplitude_mult'];

/** Legal parameters of which some hold something else. */
const damaged = (library: string) =>
  fc
    .tuple(
      fc.constantFrom(...(legal.get(library) ?? [])),
      fc.nat(),
      fc.oneof(fc.anything(), fc.double(), fc.integer({ min: -1, max: 200 }), fc.constant(undefined)),
    )
    .map(([parameters, place, value]) => damage(parameters, place, value));

function damage(parameters: unknown, place: number, value: unknown): unknown {
  if (typeof parameters !== 'object' || parameters === null) return value;
  const entries = Object.entries(parameters);
  const [key, old] = entries[place % entries.length] ?? ['', undefined];
  const isInner = typeof old === 'object' && place % 3 > 0;
  return { ...parameters, [key]: isInner ? damage(old, Math.floor(place / 3), value) : value };
}

describe('Every preset', function () {
  this.timeout(60_000);

  for (const [library, preset] of presets) {
    it(`returns plain data of ${library}, which JSON keeps`, () => {
      for (const parameters of legal.get(library) ?? []) {
        const config = preset(parameters);
        expect(JSON.parse(JSON.stringify(config))).to.deep.equal(config);
      }
    });

    it(`refuses what it can't take of ${library} by a CosineAnnealingError alone, and else gives a schedule`, () => {
      let taken = 0;
      const check = (parameters: unknown) => {
        try {
          const config = preset(parameters);
          taken++;
          if (isCoreComplete) expect(scheduled(config)(1)).to.be.within(0, Number.MAX_VALUE);
        } catch (error) {
          if (!(error instanceof CosineAnnealingError)) throw error;
          expect(error.problems).not.to.have.length(0);
          for (const { path } of error.problems) expect(ours).not.to.include(path[0]);
        }
      };
      fc.assert(fc.property(fc.anything(), check), { numRuns: 300 });
      fc.assert(fc.property(damaged(library), check), { numRuns: 1000 });
      expect(taken).to.be.above(0);
    });
  }

  it('takes keys beside its own', () => {
    for (const [library, preset] of presets) {
      const [parameters] = legal.get(library) ?? [];
      const config = { ...preset(parameters), verbose: 1 as const };
      expect(config).to.include({ verbose: 1 });
    }
  });
});
