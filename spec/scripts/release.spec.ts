import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import manifest from '../../package.json';

const script = import(pathToFileURL(join(__dirname, '..', '..', 'scripts', 'check-release.mjs')).href);

describe('problemsOf a release', () => {
  const url = 'git+https://github.com/ann/annealing.git';
  const ready = { version: '0.1.0', repository: { type: 'git', url } };
  const changelog = '# Changelog\n\n## 0.1.0 (2026-11-30)\n';
  const problemsOf = async (given: object, text = changelog, tag = 'v0.1.0'): Promise<string[]> =>
    (await script).problemsOf(given, text, tag, 'ann/annealing');

  it('finds none when repository, tag and changelog agree', async () => {
    expect(await problemsOf(ready)).to.deep.equal([]);
  });

  it('asks for the repository that the workflow runs in, which npm compares with the provenance', async () => {
    const [problem] = await problemsOf({ version: '0.1.0' });
    expect(problem).to.include(url).and.to.include('is undefined');
    const elsewhere = { ...ready, repository: { type: 'git', url: url.replace('ann/', 'bob/') } };
    expect(await problemsOf(elsewhere)).to.have.lengthOf(1);
  });

  it('names a tag of another version, an unreleased version and one without changes', async () => {
    expect(await problemsOf(ready, changelog, 'v0.2.0')).to.have.lengthOf(1);
    expect(await problemsOf(ready, '## 0.1.0 (unreleased)')).to.have.lengthOf(1);
    expect(await problemsOf(ready, '## 0.0.9')).to.have.lengthOf(1);
  });
});

describe('package.json', () => {
  it('gives npm a build to run before it packs, and lets npm run it', async () => {
    expect(manifest.scripts.prepare).to.equal('npm run -s build');
    const { readFileSync } = await import('node:fs');
    const settings = readFileSync(join(__dirname, '..', '..', '.npmrc'), 'utf8');
    expect(settings).to.not.include('ignore-scripts');
  });
});
