import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { tf } from '../../examples/shared/backend';
import { CosineAnnealingError } from '../../lib/errors';
import { loadCheckpoint, saveCheckpoint } from '../../lib/snapshots/checkpoint';
import { fileCheckpoint } from '../../lib/snapshots/file-checkpoint';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { weightBits } from '../support/bits';
import { rejection } from '../support/capture';
import { tinyModel } from '../support/models';

describe('A checkpoint in a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'file-checkpoint-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  let count = 0;
  const newFolder = () => join(root, String(count++), 'made', 'on the way');

  /** A model whose weights are all this number. */
  const modelOf = (value: number) => {
    const model = tinyModel();
    tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }) => tf.fill(shape, value))));
    return model;
  };
  const save = (folder: string, value: number) =>
    saveCheckpoint(fileCheckpoint(folder), modelOf(value), new CosineAnnealingCallback({ T_0: 1 }));
  const load = async (folder: string) => {
    const model = tinyModel();
    const annealing = await loadCheckpoint(fileCheckpoint(folder), model);
    return annealing && model.getWeights()[0]?.dataSync()[0];
  };

  const cwd = resolve(__dirname, '../..');
  const env = { ...process.env, NODE_PATH: join(cwd, 'node_modules') };

  /** A program for another process. */
  function bundled(code: string): string {
    const contents = `
      import { fileCheckpoint } from './lib/snapshots/file-checkpoint';
      import { saveCheckpoint } from './lib/snapshots/checkpoint';
      import { CosineAnnealingCallback } from './lib/training/callback';
      import { tinyModel } from './spec/support/models';
      const annealing = new CosineAnnealingCallback({ T_0: 1 });
      ${code}
    `;
    const outfile = join(root, `program-${count++}.js`);
    const stdin = { contents, resolveDir: cwd };
    buildSync({ stdin, outfile, bundle: true, platform: 'node', packages: 'external' });
    return outfile;
  }

  it('is two files, model.json and the weights that it names, and the next one takes its place', async () => {
    const folder = newFolder();
    expect(await load(folder)).to.equal(undefined);
    for (const value of [1, 2, 3]) {
      await save(folder, value);
      expect(await load(folder)).to.equal(value);
      const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
      expect(readdirSync(folder).sort()).to.deep.equal(['model.json', weightsManifest[0].paths[0]]);
    }
  });

  it('stays whole whatever a kill leaves beside it, and the next save clears that away', async () => {
    const folder = newFolder();
    await save(folder, 1);
    const [model = '', weights = ''] = readdirSync(folder).sort();
    copyFileSync(join(folder, weights), join(folder, 'weights-of-later.bin'));
    writeFileSync(join(folder, 'weights-torn.bin'), 'half');
    writeFileSync(join(folder, 'model-torn.json'), readFileSync(join(folder, model), 'utf8').slice(0, 100));
    expect(await load(folder)).to.equal(1);
    await save(folder, 2);
    expect(await load(folder)).to.equal(2);
    expect(readdirSync(folder)).to.have.length(2);
  });

  it('that is not finished for the first time is none', async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights-torn.bin'), 'half');
    writeFileSync(join(folder, 'model-torn.json'), '{');
    expect(await load(folder)).to.equal(undefined);
  });

  it('leaves files of others in the folder alone', async () => {
    const folder = newFolder();
    await save(folder, 1);
    for (const name of ['notes.txt', 'weights.bin', 'model.json.bak'])
      writeFileSync(join(folder, name), 'mine');
    await save(folder, 2);
    expect(readdirSync(folder)).to.include.members(['notes.txt', 'weights.bin', 'model.json.bak']);
  });

  it('is whole if several saves are asked for at once: the last one', async () => {
    const folder = newFolder();
    await Promise.all([1, 2, 3].map((value) => save(folder, value)));
    expect(await load(folder)).to.be.oneOf([1, 2, 3]);
    expect(readdirSync(folder)).to.have.length(2);
  });

  it('that was torn by other hands is refused, and says why', async () => {
    for (const damage of [
      (folder: string) => writeFileSync(join(folder, 'model.json'), '{"modelTopology":'),
      (folder: string) => rmSync(join(folder, readdirSync(folder).sort()[1] as string)),
      (folder: string) => writeFileSync(join(folder, readdirSync(folder).sort()[1] as string), 'half'),
      (folder: string) => writeFileSync(join(folder, 'model.json'), '{}'),
    ]) {
      const folder = newFolder();
      await save(folder, 1);
      damage(folder);
      const model = tinyModel();
      const error = await rejection(loadCheckpoint(fileCheckpoint(folder), model));
      expect(error).to.be.instanceOf(CosineAnnealingError);
      expect(error.message).to.match(
        /^`checkpoint`: (can't be read: |is damaged|expected what saveCheckpoint wrote)/,
      );
      expect(weightBits(model)).to.deep.equal(weightBits(tinyModel()));
    }
  });

  it('that the disk has no room for is an error, and the one before stays', async () => {
    const folder = newFolder();
    await save(folder, 1);
    const program = bundled(`
      const store = fileCheckpoint(process.argv[2]);
      saveCheckpoint(store, tinyModel(), annealing).catch(({ message }) => console.log(message));
    `);
    const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, program, folder]; // 1 kB a file at most
    const { stdout, stderr } = spawnSync('bash', limited, { encoding: 'utf8', env });
    expect(stdout, stderr).to.match(/^`checkpoint`: couldn't be saved: EFBIG/);
    expect(readdirSync(folder).length).to.be.above(2);
    expect(await load(folder)).to.equal(1);
    await save(folder, 2);
    expect(readdirSync(folder)).to.have.length(2);
  });

  it('can be loaded while another process saves', async () => {
    const folder = newFolder();
    const program = bundled(`
      const save = async () => {
        for (;;) await saveCheckpoint(fileCheckpoint(process.argv[2]), tinyModel(), annealing);
      };
      void save();
    `);
    const saver = spawn(process.execPath, [program, folder], { env, stdio: 'inherit' });
    const seen = new Set<string>();
    for (const end = Date.now() + 60_000; seen.size < 100 && Date.now() < end; ) {
      await new Promise((done) => setTimeout(done));
      if (!(await fileCheckpoint(folder).exists())) continue;
      await fileCheckpoint(folder).load();
      seen.add(readFileSync(join(folder, 'model.json'), 'utf8'));
    }
    saver.kill('SIGKILL');
    await once(saver, 'close');
    expect(seen.size).to.equal(100);
  });

  it('is an error, not an absence, if a file stands in its way', async () => {
    const file = join(root, 'file');
    writeFileSync(file, 'mine');
    const error = await rejection(load(join(file, 'folder')));
    expect(error.message).to.match(/^`checkpoint`: can't be read: ENOTDIR/);
    expect((await rejection(save(join(file, 'folder'), 1))).message).to.match(
      /^`checkpoint`: couldn't be saved: ENOTDIR/,
    );
  });
});
