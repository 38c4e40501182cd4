import { join } from 'node:path';
import { expect } from 'chai';
import { buildSync } from 'esbuild';

const presets = {
  fromKeras: 'keras',
  fromMMEngine: 'mmengine',
  fromOptax: 'optax',
  fromPyTorch: 'pytorch',
  fromTimm: 'timm',
  fromTransformers: 'transformers',
};

/** The files of lib/presets that are in a bundle of what the code imports. */
function bundled(contents: string): string[] {
  const { metafile } = buildSync({
    stdin: { contents, resolveDir: join(__dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  return Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([file, { bytesInOutput }]) => file.includes('lib/presets/') && bytesInOutput > 0)
    .map(([file]) => file.replace(/^.*lib\/presets\//, ''))
    .sort();
}

describe('A bundle', function () {
  this.timeout(20_000);

  for (const [name, file] of Object.entries(presets)) {
    it(`with ${name} alone has no other library's preset`, () => {
      const expected = [`${file}.ts`, 'preset.ts'].sort();
      expect(bundled(`export { ${name} } from './lib/presets/${file}'`)).to.deep.equal(expected);
      expect(bundled(`export { ${name} } from './lib'`)).to.deep.equal(expected);
      expect(bundled(`export { ${name} } from './lib/schedule'`)).to.deep.equal(expected);
    });
  }

  it('with the schedule alone has no preset', () => {
    expect(bundled("export { cosineAnnealing } from './lib'")).to.deep.equal([]);
  });
});
