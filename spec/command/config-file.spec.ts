import { expect } from 'chai';
import { readConfig } from '../../lib/command/config-file';
import { CosineAnnealingError } from '../../lib/errors';
import { fixturesOf, parametersOf, presets, problemsOf } from '../support/presets';

const readAs = (name: string, content: unknown) => readConfig(name, () => JSON.stringify(content));

function isRefused(make: () => unknown): boolean {
  try {
    make();
    return false;
  } catch (error) {
    if (error instanceof CosineAnnealingError) return true;
    throw error;
  }
}

describe('readConfig(name, read)', () => {
  for (const [library, preset] of presets) {
    it(`knows the parameters of ${library} by their keys, and by a prefix`, () => {
      const fixtures = fixturesOf(library).filter(
        (fixture) => !isRefused(() => preset(parametersOf(fixture))),
      );
      expect(fixtures).not.to.have.length(0);
      for (const fixture of fixtures) {
        const parameters = parametersOf(fixture);
        const known = readAs('schedule.json', parameters);
        expect(known.library?.toLowerCase(), fixture.name).to.equal(library);
        expect(known.config).to.deep.equal(preset(parameters));
        expect(readAs(`${library}:schedule.json`, parameters)).to.deep.equal(known);
      }
    });
  }

  it('takes other keys for ours', () => {
    const config = { T_0: 10, eta_max: 0.1 };
    for (const name of ['my.json', 'config:my.json']) {
      expect(readAs(name, config)).to.deep.equal({ file: 'my.json', library: undefined, config });
    }
  });

  it('tells the parameters of PyTorch from a config that begins alike', () => {
    expect(readAs('a.json', { T_0: 10, base_lr: 0.1 }).library).to.equal('PyTorch');
    expect(readAs('a.json', { T_0: 10 }).library).to.equal(undefined);
  });

  it('opens the file without its prefix, and leaves other colons in the name', () => {
    const opened: string[] = [];
    for (const name of ['timm:a:b.json', 'C:\\a.json', 'other:a.json']) {
      readConfig(name, (file) => {
        opened.push(file);
        return '{"t_initial":3,"base_lr":1}';
      });
    }
    expect(opened).to.deep.equal(['a:b.json', 'C:\\a.json', 'other:a.json']);
  });

  it('reads JSON behind a byte order mark', () => {
    expect(readConfig('a.json', () => '\uFEFF{"T_0":1}').config).to.deep.equal({ T_0: 1 });
  });

  it('says why a file tells nothing', () => {
    const unreadable = () => {
      throw new Error('no such file or directory');
    };
    expect(problemsOf(() => readConfig('a.json', unreadable))).to.deep.equal([
      {
        path: [],
        rule: 'expected a file that can be read',
        received: 'a.json',
        cure: 'no such file or directory',
      },
    ]);
    expect(problemsOf(() => readConfig('a.json', () => '{nope'))[0]).to.include({
      rule: 'expected a file of JSON',
      received: 'a.json',
    });
    expect(problemsOf(() => readAs('a.json', 3))[0]?.rule).to.match(/^expected an object/);
    expect(problemsOf(() => readAs('optax:a.json', { T_0: 3 }))[0]?.path).to.deep.equal(['T_0']);
  });
});
