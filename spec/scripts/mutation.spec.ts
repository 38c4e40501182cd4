import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const script = (name: string) =>
  import(pathToFileURL(join(__dirname, '..', '..', 'scripts', 'mutation', name)).href);

interface Swap {
  readonly function: string;
  readonly operator: string;
  readonly change: string;
  readonly mutated: string;
}

const swapsIn = async (source: string): Promise<Swap[]> => (await script('swaps.mjs')).swapsIn(source);
const inFunction = (body: string) => `function f(a) {\n  ${body}\n}\n`;

describe('A mutant', () => {
  const keysOf = async (source: string, mutants: { at: string; operator: string }[]) => {
    const { functionAt, parse, withKeys } = await script('syntax.mjs');
    const placed = mutants.map(({ at, operator }) => {
      const position = source.indexOf(at);
      return { position, operator, function: functionAt(parse(source), position) };
    });
    return withKeys(placed).map(({ key }: { key: string }) => key);
  };

  it('is named by its method, by its function, or by the constant of the module', async () => {
    const source = [
      "const LIMITS = { most: 'a' };",
      "class C { static x = 'b'; #m() { const local = [1].map(() => 'c'); } get g() { return 'd'; } constructor() { 'e'; } }",
      "const arrow = () => { const inner = () => 'f'; };",
    ].join('\n');
    const mutants = [...'abcdef'].map((letter) => ({ at: `'${letter}'`, operator: 'StringLiteral' }));
    expect(await keysOf(source, mutants)).to.deep.equal(
      ['LIMITS.most', 'C.x', 'C.#m', 'C.g', 'C.constructor', 'arrow.inner'].map(
        (name) => `${name}: StringLiteral`,
      ),
    );
  });

  it('keeps its key when a variable is renamed and the statement is formatted anew', async () => {
    const { operatorOf } = await script('syntax.mjs');
    expect(operatorOf('EqualityOperator', 't < end', 't <= end')).to.equal('< => <=');
    expect(operatorOf('EqualityOperator', 'time\n  < last', 'time\n  <= last')).to.equal('< => <=');
    expect(operatorOf('EqualityOperator', 't >= end', 't < end')).to.equal('>= => <');
  });

  it('is numbered from the second of its kind in a function on', async () => {
    const source = inFunction('return a < 1 || a < 2 || a < 3;');
    const mutants = ['a < 1', 'a < 2', 'a < 3'].map((at) => ({ at, operator: '< => <=' }));
    expect(await keysOf(source, mutants)).to.deep.equal(['f: < => <=', 'f: < => <= #2', 'f: < => <= #3']);
  });

  it('says what a condition was replaced with, and not what it was', async () => {
    const { operatorOf } = await script('syntax.mjs');
    expect(operatorOf('ConditionalExpression', 'a.b === c', 'true')).to.equal(
      'ConditionalExpression => true',
    );
    expect(operatorOf('StringLiteral', "'on'", '""')).to.equal('StringLiteral');
    expect(operatorOf('MethodExpression', 'Math.min(a, b)', 'Math.max(a, b)')).to.equal('min => max');
  });
});

describe('swapsIn', () => {
  it('exchanges two neighbouring statements and leaves everything else', async () => {
    const [swap] = await swapsIn(inFunction('a.go(); // why\n  a.step++;'));
    expect(swap?.mutated).to.equal(inFunction('a.step++; // why\n  a.go();'));
    expect(swap?.operator).to.equal('call <=> count');
    expect(swap?.function).to.equal('f');
  });

  it('finds the pairs of nested blocks and of cases', async () => {
    const body = 'if (a) { a.b(); a.c(); }\n  switch (a) { case 1: a.d(); a.e(); }';
    expect((await swapsIn(inFunction(body))).map(({ change }) => change)).to.deep.equal([
      'if (a) { a.b(); a.c(); } <=> switch (a) { case 1: a.d(); a.e(); }',
      'a.b(); <=> a.c();',
      'a.d(); <=> a.e();',
    ]);
  });

  for (const [what, body] of Object.entries({
    'declarations that only read': 'const b = a.b; const c = a.c + 1;',
    'an early exit and a declaration that only reads': 'if (a.over) return; const c = a.c;',
    'plain assignments to two fields': 'a.b = 1; a.c = a;',
    'a function declaration and anything': 'a.go(); function g() {}',
  })) {
    it(`leaves out what commutes by its text: ${what}`, async () => {
      expect(await swapsIn(inFunction(body))).to.deep.equal([]);
    });
  }

  for (const [what, body] of Object.entries({
    'declarations that call': 'const b = a.b(); const c = a.c();',
    'two early exits': 'if (a.over) return; if (a.gone) throw a;',
    'assignments to one field': 'a.b = 1; a.b = 2;',
    'an assignment of what may be computed': 'a.b = 1; a.c = a.d;',
    'a declaration and a call': 'const b = a.b; a.go();',
  })) {
    it(`keeps what may not commute: ${what}`, async () => {
      expect(await swapsIn(inFunction(body))).to.have.lengthOf(1);
    });
  }
});

describe('compiler', function () {
  this.timeout(60_000);

  it('refuses a swap that uses a variable before it is declared', async () => {
    const { compiler } = await script('swaps.mjs');
    const root = join(__dirname, '..', '..');
    const compiles = compiler(root);
    const file = join(root, 'lib', 'errors.ts');
    const right = 'export function f(x: number) { const a = x + 1; return a; }';
    const wrong = 'export function f(x: number) { return a; const a = x + 1; }';
    expect([compiles(file, right), compiles(file, wrong)]).to.deep.equal([true, false]);
  });
});

describe('specsFor', () => {
  it('names the specs of the folder, that of the same name first', async () => {
    const { specsFor } = await script('swaps.mjs');
    const specs = ['spec/training/fit.spec.ts', 'spec/training/run.spec.ts', 'spec/errors.spec.ts'];
    expect(specsFor('training/run', specs)).to.deep.equal([specs[1], specs[0]]);
    expect(specsFor('training/books', specs)).to.deep.equal([specs[0], specs[1]]);
  });
});
