import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { preview } from '../../lib/command/command';

const COMMAND = path.join(__dirname, '../../dist/command/cli.js');
const SHORT = ['--T_0', '4', '--eta_max', '0.1'];
const HINT = 'See npx tfjs-cosine-annealing --help\n';

describe('npx tfjs-cosine-annealing', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'command-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const inFolder = (name: string) => path.join(folder, name);

  /** Exit code, standard output and standard error. */
  function run(
    args: readonly string[],
    { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
  ) {
    const surroundings = { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env };
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
      encoding: 'utf8',
      env: surroundings,
      input,
    });
    return { status, stdout, stderr };
  }

  /** The same of a line for the shell, in which "$@" is the command. */
  function shell(line: string) {
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; ${line}`, 'bash', process.execPath, COMMAND, ...SHORT],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  it('prints the preview and writes the files', () => {
    const svg = inFolder('schedule.svg');
    const { text } = preview(SHORT);
    expect(run([...SHORT, '--svg', svg])).to.deep.equal({
      status: 0,
      stdout: text,
      stderr: `written: ${svg}\n`,
    });
    expect(readFileSync(svg, 'utf8')).to.match(/^<svg/);
  });

  it('prints data alone to standard output', () => {
    const { status, stdout, stderr } = run([...SHORT, '--epochs', '2', '--csv', '-']);
    expect([status, stdout.split('\n').length]).to.deep.equal([0, 4]);
    expect(stderr).to.match(/^Note: /);
  });

  it('reads a file, and standard input', () => {
    const config = JSON.stringify({ T_max: 20, base_lr: 0.5 });
    writeFileSync(inFolder('torch.json'), config);
    const named = run(['--from', inFolder('torch.json'), '--csv']);
    expect(named.status).to.equal(0);
    expect(run(['--from', '-', '--csv'], { input: config }).stdout).to.equal(named.stdout);
  });

  it('prints the version of the package', () => {
    const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8'));
    expect(run(['--version'])).to.deep.equal({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('follows COLUMNS, and the locale', () => {
    const narrow = run(SHORT, { env: { COLUMNS: '40' } }).stdout;
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).to.be.at.most(40);
    expect(run(SHORT, { env: { LANG: 'C' } }).stdout).to.match(/^[ -~\n]+$/);
  });

  it('exits with 2 on wrong input, and writes nothing', () => {
    expect(run(['--T_0', '0', '--eta_max', '1', '--csv', inFolder('never.csv')])).to.deep.equal({
      status: 2,
      stdout: '',
      stderr: `\`T_0\`: expected a number > 0, got 0\n${HINT}`,
    });
    expect(existsSync(inFolder('never.csv'))).to.equal(false);
    expect(run(['--from', inFolder('none.json')]).stderr).to.equal(
      `\`from\`: expected a file that can be read, got "${inFolder('none.json')}"; no such file or directory\n${HINT}`,
    );
  });

  it('says in one line why a file cannot be written, and exits with 1', () => {
    const nowhere = inFolder('no/such/folder.csv');
    expect(run([...SHORT, '--csv', nowhere])).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: `${nowhere}: no such file or directory\n`,
    });
  });

  it('ends in silence if nobody reads on, as other programs do', () => {
    const { status, stdout, stderr } = shell('"$@" --updateFreq epoch --epochs 1000000 --csv | head -1');
    expect({ status, stdout, stderr }).to.deep.equal({
      status: 141,
      stdout: 'epoch,learning_rate,cycle,T_cur,T_i,phase\n',
      stderr: '',
    });
  });

  it('says in one line that the disk is full', function () {
    if (!existsSync('/dev/full')) this.skip();
    expect(shell('"$@" > /dev/full')).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: 'standard output: no space left on device\n',
    });
    expect(shell('"$@" --csv /dev/full')).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: '/dev/full: no space left on device\n',
    });
  });
});
