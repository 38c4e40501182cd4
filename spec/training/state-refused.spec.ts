import { expect } from 'chai';
import { CosineAnnealingCallback as Annealing, type CosineAnnealingState } from '../../lib';
import { checksumOf } from '../../lib/training/checksum';
import { train } from '../support/datasets';
import { tinyModel } from '../support/models';
import { CONFIG, copyOf, load, refusal, trained } from '../support/states';

describe('A state that is refused', () => {
  let state: CosineAnnealingState;
  before(async () => {
    state = (await trained()).toJSON();
  });

  type Draft = { [key: string]: Draft } & { [index: number]: unknown };
  const damaged = (damage: (draft: Draft) => void): unknown => {
    const draft = copyOf(state);
    damage(draft);
    return draft;
  };

  it('says so if it is truncated, wherever that is', () => {
    const text = JSON.stringify(state);
    for (let end = 0; end < text.length; end++) {
      expect(refusal(text.slice(0, end))).to.match(
        /^`state`: expected the JSON text .*is the file truncated\?$/,
      );
    }
  });

  it('shows its end and the problem that JSON.parse found if it is truncated', () => {
    const text = `{"version":1,${' '.repeat(100)}"config":{"T_0`;
    expect(() => load(text))
      .to.throw('that end in "      \\"config\\":{\\"T_0";')
      .with.property('cause')
      .that.is.instanceOf(SyntaxError);
  });

  it("isn't one whose epochs are ahead of its updates, set once an epoch", async () => {
    const annealing = new Annealing({ T_0: 10, updateFreq: 'epoch' }, { logger: null });
    await train(tinyModel(), annealing, { batchSize: 100, initialEpoch: 5, epochs: 6 });
    expect(load(annealing.toJSON()).toJSON()).to.deep.equal(annealing.toJSON());
  });

  it('asks for a newer release if that wrote it, whatever else is in it', () => {
    for (const version of [2, 3, 1.5, 1e300]) {
      expect(refusal({ version, shape: 'new' })).to.equal(
        `\`version\`: expected 1, the version that this release of tfjs-cosine-annealing reads, got ${version}; install a newer release`,
      );
    }
  });

  it('says what was expected if it is something else', () => {
    for (const other of [null, undefined, 1, true, [], 'null', '[]', '"text"', () => state]) {
      expect(refusal(other)).to.match(/^`state`: expected what JSON\.stringify\(annealing\) wrote, got /);
    }
    expect(refusal({})).to.contain('`version`: expected 1, got undefined');
    expect(refusal(Buffer.from(JSON.stringify(state)))).to.contain(
      '`0`: unknown key; expected one of version',
    );
  });

  it('names the key, the rule and the value', () => {
    const cases: [(draft: Draft) => void, string][] = [
      [(d) => Object.assign(d, { version: '1' }), '`version`: expected 1, got "1"'],
      [
        (d) => delete d['position'],
        '`position`: expected the object { step, epoch, last, unended }, got undefined',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { step: -1 }),
        '`position.step`: expected an integer >= 0, got -1',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { epoch: 2 ** 32 }),
        '`position.epoch`: expected an integer < 2^32',
      ],
      [
        (d) => Object.assign(d['position']?.['last'] as Draft, { t: 'x' }),
        '`position.last.t`: expected a number',
      ],
      [
        (d) => Object.assign(d['position'] as Draft, { unended: 3 }),
        '`position.unended`: expected the object { t, epoch, learningRate, step }, or null, got 3',
      ],
      [
        (d) => Object.assign(d, { learned: null }),
        '`learned`: expected the object { eta_max, total, batchesPerEpoch }, got null',
      ],
      [(d) => Object.assign(d['learned'] as Draft, { eta_max: 0 }), '`learned.eta_max`: expected a number'],
      [(d) => Object.assign(d['config'] as Draft, { T_0: 0 }), '`config.T_0`: expected a number'],
      [(d) => Object.assign(d['config'] as Draft, { T0: 1 }), '`config.T0`: unknown key; did you mean T_0?'],
      [(d) => delete d['history'], "`history`: expected a history's columns, or null, got undefined"],
      [
        (d) => Object.assign(d['history'] as Draft, { steps: 5 }),
        '`history.steps`: expected a list of integers from 0 to 2^53 - 1',
      ],
      [
        (d) => Object.assign(d['history'] as Draft, { epochs: [0.5], batches: [-1], learningRates: [-1] }),
        '`history.epochs`: expected a list of integers from 0 to 2^32 - 1, got [0.5]\n' +
          '`history.batches`: expected a list of integers from 0 to 2^31 - 1, got [-1]\n' +
          '`history.learningRates`: expected a list of numbers >= 0',
      ],
      [(d) => Object.assign(d['history'] as Draft, { spans: 5 }), '`history.spans`: expected a list, got 5'],
      [
        (d) => Object.assign(d['history'] as Draft, { spans: [5] }),
        '`history.spans[0]`: expected the object { from, batchesPerEpoch, config }, got 5',
      ],
      [(d) => Object.assign(d, { extra: 1 }), '`extra`: unknown key'],
      [(d) => Object.assign(d, { checksum: 5 }), '`checksum`: expected a string, got 5'],
    ];
    for (const [damage, message] of cases) expect(refusal(damaged(damage)), message).to.contain(message);
  });

  it('lists all problems of its form at once', () => {
    const message = refusal(damaged((d) => Object.assign(d, { position: null, history: 1 })));
    expect(message.split('\n')).to.have.length(2);
  });

  const DAMAGED =
    "`checksum`: doesn't agree with the rest of the state, which was damaged or edited; go back to an earlier copy; " +
    'to change the config of a saved training, use fromJSON(state, options, changes)';

  it('names the way to change a config if it was edited', () => {
    const edits: Record<string, (draft: Draft) => void> = {
      'position.epoch': (d) => Object.assign(d['position'] as Draft, { epoch: 7 }),
      'position.step': (d) => Object.assign(d['position'] as Draft, { step: 99 }),
      'position.last': (d) => Object.assign(d['position'] as Draft, { last: null, unended: null }),
      'position.last.t': (d) => Object.assign(d['position']?.['last'] as Draft, { t: 1.5 }),
      'config.T_0': (d) => Object.assign(d['config'] as Draft, { T_0: 2 }),
      'config.eta_max': (d) => Object.assign(d['config'] as Draft, { eta_max: 0.4 }),
      'config.unit': (d) => Object.assign(d['config'] as Draft, { unit: 'batch' }),
      'learned.eta_max': (d) => delete d['learned']?.['eta_max'],
      'history.restarts': (d) => Object.assign(d['history'] as Draft, { restarts: [] }),
      'history.spans': (d) => Object.assign(d['history']?.['spans']?.[0] as Draft, { batchesPerEpoch: 5 }),
      history: (d) => Object.assign(d, { history: null }),
      checksum: (d) => Object.assign(d, { checksum: '00000000' }),
    };
    for (const [name, edit] of Object.entries(edits)) {
      expect(refusal(damaged(edit)), name).to.equal(DAMAGED);
    }
  });

  it('for any other position or T_0, without a history as well', async () => {
    for (const config of [CONFIG, { ...CONFIG, T_0: 5, unit: 'batch' as const }]) {
      const bare = (await trained(config)).state({ history: false });
      const { position, config: given } = bare;
      const { last } = position;
      for (let value = 0; value < 20; value++) {
        if (value !== position.step)
          expect(refusal({ ...bare, position: { ...position, step: value } })).to.equal(DAMAGED);
        if (value !== position.epoch)
          expect(refusal({ ...bare, position: { ...position, epoch: value } })).to.equal(DAMAGED);
        if (value !== last?.t)
          expect(refusal({ ...bare, position: { ...position, last: { ...last, t: value } } })).to.equal(
            DAMAGED,
          );
        if (value !== given.T_0)
          expect(refusal({ ...bare, config: { ...given, T_0: value + 0.5 } })).to.equal(DAMAGED);
      }
    }
  });

  it('for a hole in any of the columns', () => {
    for (const column of ['steps', 'epochs', 'batches', 'learningRates', 'restarts']) {
      const sparse = damaged((d) => delete (d['history'] as Draft)[column]?.[0]);
      expect(refusal(sparse)).to.match(new RegExp(`^\`history\\.${column}\`: expected a list of `));
    }
  });

  it("isn't one whose white space or order of keys was changed", () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          )
        : value;
    for (const text of [JSON.stringify(state, null, '\t'), JSON.stringify(reversed(state), null, 2)]) {
      expect(load(text).toJSON()).to.deep.equal(state);
    }
  });

  it('has columns or spans that no callback writes, whatever its checksum is', () => {
    const cases: [object, string][] = [
      [{ epochs: [0] }, 'history'],
      [{ restarts: [8] }, 'history'],
      [{ spans: [] }, 'history.spans'],
      [{ spans: [{ from: 1, batchesPerEpoch: 4, config: null }] }, 'history.spans'],
      [{ spans: [{ from: 0, batchesPerEpoch: 4, config: 0 }] }, 'history.spans'],
    ];
    for (const [columns, name] of cases) {
      const { checksum: _, ...content } = damaged((d) =>
        Object.assign(d['history'] as Draft, columns),
      ) as Draft;
      const message = refusal({ ...content, checksum: checksumOf(content) });
      expect(message).to.contain(`\`${name}\`: doesn't agree with the rest of the state`);
    }
  });

  it('cannot reach a prototype', () => {
    const text = JSON.stringify(state);
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const value = JSON.stringify({ T_0: 5, polluted: true });
      for (const head of ['{', '"config":{', '"learned":{', '"last":{', '"history":{', '"spans":[{']) {
        expect(refusal(text.replace(head, `${head}"${key}":${value},`)), head + key).to.contain(key);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('leaves nothing behind: the same state, fixed, loads', () => {
    refusal(damaged((d) => Object.assign(d['history'] as Draft, { restarts: 'x' })));
    expect(load(copyOf(state)).toJSON()).to.deep.equal(state);
  });
});
