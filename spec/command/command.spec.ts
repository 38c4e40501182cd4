import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { toSVG } from '../../lib/charts/chart';
import { preview } from '../../lib/command/command';
import { configKeys, cosineAnnealing } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';

const split = (command: string) => command.split(' ').filter((word) => word !== '');
const textOf = (command: string) => preview(split(command)).text;
const messageOf = (command: string): string => {
  try {
    preview(split(command));
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return (error as Error).message;
  }
  throw new Error(`no error for ${command}`);
};

const rowsOf = (text: string) =>
  (text.split('last rate\n')[1] ?? '')
    .split('\n')
    .filter((line) => /^ *\d/.test(line))
    .map((line) => split(line).map(Number));

const EXAMPLE = '--T_0 10 --T_mult 2 --eta_max 0.1 --eta_min 1e-4 --epochs 150';

describe('preview(args)', () => {
  it('lists every cycle with its start, length, end, first and last rate', () => {
    const rows = rowsOf(textOf(EXAMPLE));
    const lr = cosineAnnealing({ T_0: 10, T_mult: 2, eta_max: 0.1, eta_min: 1e-4 });
    expect(rows.map((row) => row.slice(0, 4))).to.deep.equal([
      [0, 0, 10, 10],
      [1, 10, 20, 30],
      [2, 30, 40, 70],
      [3, 70, 80, 150],
    ]);
    expect(rows.map((row) => row[4])).to.deep.equal([0.1, 0.1, 0.1, 0.1]);
    expect(rows.map((row) => row[5])).to.deep.equal(
      [9, 29, 69, 149].map((t) => Number(lr(t).toPrecision(6))),
    );
  });

  it('says which numbers of epochs end a cycle, and whether the run is one of them', () => {
    expect(textOf(EXAMPLE))
      .to.contain('A cycle ends after 10, 30, 70, 150 epochs.')
      .and.not.contain('within a cycle');
    expect(textOf(EXAMPLE.replace('150', '100')))
      .to.contain('A cycle ends after 10, 30, 70, 150 epochs.')
      .and.contain('This run of 100 epochs ends within a cycle.');
    expect(textOf('--T_0 3 --cycles 2 --eta_max 1 --epochs 10'))
      .to.contain('A cycle ends after 3, 6 epochs.')
      .and.not.contain('within a cycle');
  });

  it('lists the rate of the last update, of which an epoch may have several', () => {
    const lr = cosineAnnealing({ T_0: 10, eta_max: 0.1 });
    const lastRate = (more: string) => rowsOf(textOf(`--T_0 10 --eta_max 0.1 --epochs 20 ${more}`))[1]?.[5];
    expect(lastRate('--batchesPerEpoch 4')).to.equal(Number(lr(19.75).toPrecision(6)));
    expect(lastRate('--batchesPerEpoch 4 --updateFreq epoch')).to.equal(Number(lr(19).toPrecision(6)));
  });

  it('draws four cycles where the length of the run is not given, and all of a finite schedule', () => {
    expect(textOf('--T_0 3 --eta_max 1')).to.contain('A cycle ends after 3, 6, 9, 12 epochs.');
    expect(textOf('--cycles 5,6,7,8,9 --eta_max 1')).to.contain(
      'A cycle ends after 5, 11, 18, 26, 35 epochs.',
    );
  });

  it('lists twenty cycles at most, and says that there are more', () => {
    const text = textOf('--T_0 1 --eta_max 1 --epochs 50');
    expect(rowsOf(text)).to.have.length(20);
    expect(textOf('--cycles 1,2,3 --eta_max 0.1 --epochs 8')).not.to.contain('more cycles');
    expect(text).to.contain('... and more cycles').and.contain('after 45, 46, 47, 48, 49, 50 epochs');
  });

  it('lets cycles without T_0 fill the run, as training does', () => {
    expect(textOf('--cycles 4 --eta_max 1 --epochs 100')).to.contain(
      'A cycle ends after 25, 50, 75, 100 epochs.',
    );
    expect(textOf('--cycles 4 --T_0 5 --eta_max 1 --epochs 100')).to.contain('after 5, 10, 15, 20 epochs.');
    expect(textOf('--cycles 4 --total 40 --eta_max 1 --epochs 100')).to.contain(
      'after 10, 20, 30, 40 epochs.',
    );
  });

  it('counts batches with unit batch: as they are, or in epochs of batchesPerEpoch', () => {
    const batches = textOf('--T_0 50 --unit batch --eta_max 1 --batches 100');
    expect(batches).to.contain('A cycle ends after 50, 100 batches.');
    expect(textOf('--T_0 50 --unit batch --eta_max 1 --epochs 10 --batchesPerEpoch 10')).to.equal(batches);
    for (const more of ['', '--batchesPerEpoch 10'])
      expect(textOf(`--T_0 50 --unit batch --eta_max 1 ${more}`)).to.contain(
        'after 50, 100, 150, 200 batches.',
      );
  });

  it('accepts every key of the config as an option', () => {
    const values: Record<string, string> = {
      T_0: '4',
      T_mult: '2',
      eta_min: '0.01,0.02',
      eta_max: '1',
      eta_max_mult: '0.5',
      amplitude_mult: '1',
      cycles: '3',
      afterLastCycle: 'stop',
      endpoint: 'true',
      warmup: '{"length":2,"everyCycle":true}',
      unit: 'epoch',
      updateFreq: 'epoch',
      batchesPerEpoch: '7',
      verbose: '1',
      historyLimit: '5',
    };
    expect(Object.keys(values).concat('total')).to.have.members([...configKeys]);
    const args = Object.entries(values).flatMap(([key, value]) => [`--${key}`, value]);
    const { config } = JSON.parse(preview([...args, '--json']).text);
    for (const [key, value] of Object.entries(values)) {
      if (key === 'eta_min') expect(config.eta_min).to.deep.equal([0.01, 0.02]);
      else if (key === 'warmup') expect(config.warmup).to.include({ length: 2, everyCycle: true });
      else expect(String(config[key])).to.equal(value);
    }
    expect(JSON.parse(textOf('--cycles 3 --total 30 --eta_max 1 --json')).config.total).to.equal(30);
  });

  it('reads a warm-up as the messages write it', () => {
    for (const warmup of ['{ length: 5, everyCycle: true }', '{length : 5, everyCycle  :true}']) {
      const { text } = preview(['--T_0', '10', '--eta_max', '1', '--warmup', warmup, '--json']);
      expect(JSON.parse(text).config.warmup).to.include({ length: 5, everyCycle: true });
    }
  });

  it('writes the rate of every update as CSV, equal to the schedule', () => {
    const { files } = preview(split('--T_0 2 --eta_max 0.1 --batchesPerEpoch 4 --epochs 4 --csv rates.csv'));
    const [header, ...rows] = (files[0]?.content ?? '').trim().split('\n');
    expect(header).to.equal('epoch,learning_rate,cycle,T_cur,T_i,phase');
    const lr = cosineAnnealing({ T_0: 2, eta_max: 0.1 });
    expect(rows.map((row) => row.split(',').slice(0, 2).map(Number))).to.deep.equal(
      Array.from({ length: 16 }, (_, step) => [step / 4, lr(step / 4)]),
    );
  });

  it('writes the rate of every update, and every cycle, as JSON', () => {
    const { learningRates, cycles, to } = JSON.parse(textOf('--T_0 2 --eta_max 0.1 --epochs 4 --json'));
    const lr = cosineAnnealing({ T_0: 2, eta_max: 0.1 });
    expect(learningRates).to.deep.equal([0, 1, 2, 3].map((t) => [t, lr(t)]));
    expect({ cycles, to }).to.deep.equal({
      cycles: [
        { cycle: 0, start: 0, end: 2 },
        { cycle: 1, start: 2, end: 4 },
      ],
      to: 4,
    });
  });

  it('writes the chart as SVG, of the same run', () => {
    const { files } = preview(split('--T_0 2 --eta_max 0.1 --epochs 4 --svg chart.svg'));
    const schedule = cosineAnnealing({ T_0: 2, eta_max: 0.1 });
    expect(files).to.deep.equal([{ path: 'chart.svg', content: toSVG({ schedule, to: 4 }) }]);
  });

  it('prints help with the rule and default of every key', () => {
    const help = textOf('--help');
    expect(help).to.equal(preview([]).text);
    for (const key of configKeys) expect(help).to.match(new RegExp(`^ {2}--${key} +\\S`, 'm'));
    expect(help).to.match(/--T_mult +a number > 0; default: 1$/m);
    const rules = [...help.matchAll(/^ {2}--\w+ +(?=a |true |an |0, |"hold|"epoch|"batch)/gm)];
    expect(new Set(rules.slice(0, configKeys.length).map(([start]) => start.length)).size).to.equal(1);
    expect(preview([]).files).to.deep.equal([]);
  });

  it('refuses wrong input with the messages of the config', () => {
    expect(messageOf('--T_0 0 --eta_max x')).to.equal(
      '`T_0`: expected a number > 0, got 0\n' +
        '`eta_max`: expected a number > 0, or a list with one per cycle, got "x"',
    );
    expect(messageOf('--T0 3')).to.match(/^`T0`: unknown option, did you mean T_0\?\n/);
    expect(messageOf('--T_0=3 --epoch 20')).to.match(/^`epoch`: unknown option, did you mean epochs\?\n/);
    expect(messageOf('--T_0 3 --eta_max 1 --batches 30')).to.equal(
      "`batches`: needs `unit` 'batch'; or give `epochs`",
    );
    expect(messageOf('--T_0 3 --eta_max 1 --width x')).to.contain('got "x"');
    expect(messageOf('--T_0 3 --eta_max 1 --epochs=-3')).to.equal(
      '`epochs`: expected a number > 0, at most 2^53 - 1, got -3',
    );
    expect(messageOf('--T_0 3 --eta_max 1 --epochs 0')).to.equal(
      '`epochs`: expected a number > 0, at most 2^53 - 1, got 0',
    );
    expect(messageOf('--T_0 3 --eta_max 1 --epochs [5]')).to.equal(
      '`epochs`: expected a number > 0, at most 2^53 - 1, got [5]',
    );
    expect(messageOf('--T_0 3 --eta_max 1 --epochs 1e300')).to.equal(
      '`epochs`: expected a number > 0, at most 2^53 - 1, got 1e+300',
    );
    expect(textOf('--T_0 9007199254740991 --eta_max 1 --epochs 9007199254740991')).to.contain(
      '9007199254740991',
    );
    const batches = '--T_0 3 --eta_max 1 --unit batch --batchesPerEpoch 2';
    expect(messageOf(`${batches} --batches 0`)).to.equal(
      '`batches`: expected a number > 0, at most 2^53 - 1, got 0',
    );
    expect(messageOf(`${batches} --epochs 0`)).to.equal(
      '`epochs`: expected a number > 0, at most 2^53 - 1, got 0',
    );
    expect(() => preview(['--T0', '3']))
      .to.throw(CosineAnnealingError)
      .with.nested.property('cause.code', 'ERR_PARSE_ARGS_UNKNOWN_OPTION');
    expect(messageOf('--T_0')).to.contain("'--T_0 <value>' argument missing").and.contain('--help');
    expect(messageOf('--T_0 3 --eta_max 1 --unit batch --epochs 5')).to.contain('needs `batchesPerEpoch`');
    expect(messageOf('--T_0 3 --eta_max 1 --width 5')).to.contain('`width`');
    expect(messageOf('--T_0 3')).to.contain('`eta_max`');
  });
});

describe('npx tfjs-cosine-annealing', () => {
  const command = path.join(__dirname, '../../dist/command/cli.js');
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'preview-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('prints the preview and writes the files', () => {
    const svg = path.join(folder, 'schedule.svg');
    const text = execFileSync('node', [command, ...split(EXAMPLE), '--svg', svg], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(text).to.equal(textOf(EXAMPLE));
    expect(readFileSync(svg, 'utf8')).to.match(/^<svg/);
  });

  it('exits with 2 on wrong input and with 1 where a file cannot be written', () => {
    const wrong = spawnSync('node', [command, '--T_0', '0', '--eta_max', '1'], { encoding: 'utf8' });
    expect([wrong.status, wrong.stderr, wrong.stdout]).to.deep.equal([
      2,
      '`T_0`: expected a number > 0, got 0\n',
      '',
    ]);
    const unwritable = spawnSync('node', [
      command,
      ...split(EXAMPLE),
      '--csv',
      path.join(folder, 'no/such/folder.csv'),
    ]);
    expect(unwritable.status).to.equal(1);
    expect(String(unwritable.stderr)).to.contain('ENOENT');
  });
});
