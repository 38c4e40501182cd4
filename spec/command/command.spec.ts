import { expect } from 'chai';
import { toSVG, toText } from '../../lib/charts/chart';
import { drawnSchedule } from '../../lib/charts/schedule-source';
import { preview } from '../../lib/command/command';
import { cosineAnnealing, plan } from '../../lib/config/config';
import { configKeys } from '../../lib/config/keys';
import { MEANINGS, WARMUP_MEANINGS } from '../../lib/config/meanings';
import { CosineAnnealingError } from '../../lib/errors';
import { fromTimm } from '../../lib/presets/timm';

const split = (command: string) => command.split(' ').filter((word) => word !== '');

interface Told {
  columns?: number;
  ascii?: boolean;
  files?: Record<string, unknown>;
}

/** What the command writes, in a terminal and beside files. */
function run(command: string | readonly string[], { columns = 80, ascii = false, files = {} }: Told = {}) {
  return preview(typeof command === 'string' ? split(command) : command, {
    columns,
    ascii,
    version: '1.2.3',
    read(file) {
      if (Object.hasOwn(files, file)) return JSON.stringify(files[file]);
      throw new Error('no such file or directory');
    },
  });
}

const textOf = (command: string, told?: Told) => run(command, told).text;
const contentOf = (command: string, told?: Told) =>
  [...(run(command, told).files[0]?.content ?? [])].join('');
const unwrapped = (text: string) => text.replaceAll(/\s+/g, ' ');

function messageOf(command: string | readonly string[], told?: Told): string {
  try {
    run(command, told);
  } catch (error) {
    if (error instanceof CosineAnnealingError) return error.message;
    throw error;
  }
  return expect.fail(`no error for ${command}`);
}

/** The rows of the table: numbers, and words as they are. */
function rowsOf(text: string): (number | string)[][] {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => /^ *cycle /.test(line));
  const rows = lines.slice(header + 1, lines.indexOf('', header));
  return rows
    .filter((line) => !line.startsWith('*'))
    .map((row) => split(row).map((cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell))));
}

const rounded = (value: number) => Number(value.toPrecision(6));

const EXAMPLE = '--T_0 10 --T_mult 2 --eta_max 0.1 --eta_min 1e-4 --epochs 150';
const SHORT = '--T_0 4 --eta_max 0.1';

describe('preview(args)', () => {
  it('lists every cycle with its start, length, end, first and last rate', () => {
    expect(rowsOf(textOf(`${EXAMPLE} --batchesPerEpoch 1`)).map((row) => row.slice(0, 5))).to.deep.equal([
      [0, 0, 10, 10, 0.1],
      [1, 10, 20, 30, 0.1],
      [2, 30, 40, 70, 0.1],
      [3, 70, 80, 150, 0.1],
    ]);
  });

  describe('where table and chart tell the same', () => {
    const lastRates = (command: string) => rowsOf(textOf(command)).map((row) => row.at(-1));

    it('gives the rate of the last update, of which an epoch may have several', () => {
      const lr = cosineAnnealing({ T_0: 4, eta_max: 0.1 });
      const last = (t: number) => [rounded(lr(t)), rounded(lr(t))];
      expect(lastRates(`${SHORT} --epochs 8 --batchesPerEpoch 4`)).to.deep.equal(last(3.75));
      expect(lastRates(`${SHORT} --epochs 8 --batchesPerEpoch 4 --updateFreq epoch`)).to.deep.equal(last(3));
      expect(lastRates(`${SHORT} --epochs 8 --updateFreq epoch`)).to.deep.equal(last(3));
      expect(lastRates('--T_0 4 --eta_max 0.1 --unit batch --batches 8')).to.deep.equal(last(3));
    });

    it('goes down to the end if the number of batches is unknown, and says what it assumes', () => {
      const text = textOf('--T_0 4 --eta_max 123456 --epochs 8');
      expect(rowsOf(text).map((row) => row.at(-1))).to.deep.equal([0, 0]);
      expect(unwrapped(text)).to.contain(
        "Note: how many batches an epoch has isn't known: chart and table assume many, CSV and JSON one; set `batchesPerEpoch`",
      );
      expect(text).not.to.contain('TensorFlow.js');
      expect(textOf('--T_0 1 --eta_max 1 --epochs 5')).not.to.contain('one update');
      expect(unwrapped(textOf('--T_0 4 --unit batch --updateFreq epoch --eta_max 1'))).to.contain(
        'it is assumed that every batch sets the learning rate',
      );
      for (const known of ['--batchesPerEpoch 2', '--updateFreq epoch'])
        expect(textOf(`--T_0 4 --eta_max 1 ${known}`)).not.to.contain('Note');
    });

    it('draws each of few updates as a step', () => {
      const { text } = run('--T_0 4 --eta_max 0.1 --unit batch --batches 8');
      const epochs = run('--T_0 4 --eta_max 0.1 --updateFreq epoch --epochs 8');
      const plot = (chart: string) => chart.split('\n').slice(1, 12).join('\n');
      const count = (chart: string, dots: RegExp) => plot(chart).match(dots)?.length ?? 0;
      expect(count(text, /⠉⠉⠉⠉⠉⠉⠉/g)).to.be.at.least(2);
      expect(count(epochs.text, /⠉⠉⠉⠉⠉⠉⠉/g)).to.be.at.least(2);
      expect(count(textOf(`${SHORT} --epochs 8`), /⠉⠉⠉⠉⠉⠉⠉/g)).to.equal(0);
      expect(plot(text)).not.to.match(/0┤.*\S/); // the last update is at 0.0146
    });

    it('draws a curve if updates are unknown or many', () => {
      const schedule = cosineAnnealing({ T_0: 4, eta_max: 0.1 });
      expect(textOf(`${SHORT} --epochs 8`)).to.contain(toText({ schedule, to: 8 }));
      expect(textOf(`${SHORT} --epochs 8 --batchesPerEpoch 1000`)).to.contain(toText({ schedule, to: 8 }));
    });

    it('stars the cycle that the run ends in, and gives the rate there', () => {
      const text = textOf(`${SHORT} --epochs 6 --batchesPerEpoch 2`);
      expect(rowsOf(text)[1]).to.deep.equal([
        1,
        4,
        4,
        '8*',
        0.1,
        rounded(cosineAnnealing({ T_0: 4, eta_max: 0.1 })(1.5)),
      ]);
      expect(text).to.contain('* The run ends at epoch 6');
    });

    it('has no rates for a cycle without an update', () => {
      expect(
        rowsOf(textOf('--cycles 1,0.1,0.2,1 --eta_max 1 --updateFreq epoch'))[2]?.slice(4),
      ).to.deep.equal(['-', '-']);
    });

    it('shows the time before the first cycle and after the last one, and the peak above a warm-up', () => {
      const rows = rowsOf(
        textOf('--T_0 3 --cycles 1 --eta_max 0.1 --eta_min 0.01 --start 2 --warmup 1 --epochs 8'),
      );
      expect(rows).to.deep.equal([
        ['before', 0, 2, 2, 0.01, '-', 0.01],
        [0, 2, 4, 6, 0.01, 0.1, 0.01],
        ['hold', 6, 2, 8, 0.01, '-', 0.01],
      ]);
    });

    it('ends where the last cycle stops training', () => {
      const stop = '--T_0 4 --cycles 2 --eta_max 0.1 --epochs 12 --afterLastCycle stop';
      expect(textOf(stop)).to.contain('training stops after the last cycle, at epoch 8 of 12 epochs');
      const { learningRates, to } = JSON.parse(contentOf(`${stop} --batchesPerEpoch 2 --json`));
      expect([learningRates.length, to]).to.deep.equal([16, 8]);
    });
  });

  it('tells what the callback would tell before training', () => {
    const configs = [
      { T_0: 10, T_mult: 2, eta_max: 0.1 },
      { T_0: 3, cycles: 1, eta_max: 0.1 },
      { T_0: 1000, eta_max: 0.1 },
      { T_0: 1, eta_max: 0.1, updateFreq: 'epoch' },
      { T_0: 5, eta_max: 0.1, eta_min: 0.1 },
      { T_0: 5, eta_max: 0.1, warmup: 30 },
    ] as const;
    for (const config of configs) {
      const args = Object.entries(config).flatMap(([key, value]) => [`--${key}`, String(value)]);
      const { notices } = plan(config, { epochs: 25, batchesPerEpoch: 50 });
      expect(notices, JSON.stringify(config)).not.to.have.length(0);
      const { text } = run([...args, '--epochs', '25', '--batchesPerEpoch', '50']);
      const told = unwrapped(text)
        .split('Note: ')
        .slice(1)
        .map((note) => note.trim());
      expect(told).to.deep.equal(notices.map(({ message }) => message));
    }
  });

  it('lists ends that differ by digits that differ', () => {
    const rows = rowsOf(textOf('--T_0 1e-9 --epochs 10 --eta_max 1'));
    const ends = rows.map((row) => row[3]);
    expect(new Set(ends).size).to.equal(ends.length);
    expect(ends.slice(-3)).to.deep.equal([9.999999998, 9.999999999, 10]);
    expect(textOf('--T_0 1e-9 --epochs 10 --eta_max 1')).not.to.match(/10, 10/);
  });

  it('lists twenty cycles at most, and the last ones of more', () => {
    expect(rowsOf(textOf('--T_0 1 --eta_max 1 --epochs 20'))).to.have.length(20);
    const names = rowsOf(textOf('--T_0 1 --eta_max 1 --epochs 50')).map(([name]) => name);
    expect(names).to.deep.equal([...Array(14).keys(), '...', 47, 48, 49]);
  });

  it('runs for all cycles, or four of endless ones, or `total`, if no length is given', () => {
    const to = (command: string) => JSON.parse(contentOf(`${command} --eta_max 1 --json`)).to;
    expect(to('--T_0 3')).to.equal(12);
    expect(to('--cycles 5,6,7,8,9')).to.equal(35);
    expect(to('--T_0 3 --total 40')).to.equal(40);
    expect(to('--cycles 4 --total 40')).to.equal(40);
    expect(to('--cycles 4 --epochs 60')).to.equal(60);
  });

  it('shows a number of cycles that no training can have', () => {
    const text = textOf('--cycles 1e15 --T_0 10 --eta_max 1');
    expect(rowsOf(text)[0]).to.deep.equal([0, 0, 10, 10, 1, 0]);
    expect(text).not.to.contain('training ends');
  });

  it('counts batches with unit batch: as they are, or in epochs of batchesPerEpoch', () => {
    const batches = textOf('--T_0 50 --unit batch --eta_max 1 --batches 100');
    expect(textOf('--T_0 50 --unit batch --eta_max 1 --epochs 10 --batchesPerEpoch 10')).to.equal(batches);
    expect(rowsOf(batches).map((row) => row[3])).to.deep.equal([50, 100]);
  });

  it('accepts every key of the config as an option', () => {
    const values: Record<string, unknown> = {
      T_0: 4,
      T_mult: 2,
      cycles: 3,
      total: 40,
      start: 1,
      eta_min: [0.01, 0.02],
      eta_max: 1,
      eta_max_mult: 0.5,
      amplitude_mult: 1,
      endpoint: true,
      warmup: 2,
      plateau: 0.5,
      unit: 'epoch',
      updateFreq: 'epoch',
      batchesPerEpoch: 7,
      afterLastCycle: 'stop',
      verbose: 1,
      historyLimit: 5,
    };
    expect(Object.keys(values).concat('eta_min_ratio')).to.have.members([...configKeys]);
    const args = Object.entries(values).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const { config } = JSON.parse([...(run([...args, '--json']).files[0]?.content ?? [])].join(''));
    expect(config).to.deep.include({
      ...values,
      warmup: { length: 2, everyCycle: false, shape: 'linear', placement: 'before' },
    });
    expect(
      JSON.parse(contentOf('--T_0 3 --eta_max 1 --eta_min_ratio .1 --json')).config.eta_min_ratio,
    ).to.equal(0.1);
  });

  it('takes the keys of a warm-up one by one, beside a length, and without quotes', () => {
    const warmupOf = (args: string) => JSON.parse(contentOf(`${SHORT} ${args} --json`)).config.warmup;
    expect(warmupOf('--warmup 1 --warmup.shape cosine --warmup.everyCycle')).to.deep.equal({
      length: 1,
      everyCycle: true,
      shape: 'cosine',
      placement: 'before',
    });
    expect(warmupOf('--warmup.length 2')).to.deep.equal(warmupOf('--warmup 2'));
  });

  it('takes a flag without a value, wherever it stands', () => {
    const expected = textOf(`${SHORT} --batchesPerEpoch 2 --endpoint true`);
    for (const args of [
      '--endpoint --batchesPerEpoch 2',
      '--batchesPerEpoch 2 --endpoint',
      '--batchesPerEpoch 2 --endpoint=true',
    ])
      expect(textOf(`${SHORT} ${args}`)).to.equal(expected);
    expect(textOf(`${SHORT} --batchesPerEpoch 2 --endpoint false`)).to.equal(
      textOf(`${SHORT} --batchesPerEpoch 2`),
    );
  });

  describe('with --from FILE', () => {
    const timm = { t_initial: 30, cycle_limit: 3, base_lr: 0.1, cycle_decay: 0.5 };
    const files = {
      'timm.json': timm,
      'config.json': { T_0: 4, eta_max: 0.1 },
      'bad.json': { ...timm, base_lr: -1 },
    };

    it("takes the config from a file, ours or a library's, and says which", () => {
      const json = (command: string) => JSON.parse(contentOf(`${command} --json`, { files }));
      expect(json('--from config.json')).to.deep.equal(json(SHORT));
      expect(json('--from timm.json').config).to.deep.include(fromTimm(timm));
      expect(json('--from timm:timm.json')).to.deep.equal(json('--from timm.json'));
      expect(unwrapped(textOf('--from timm.json', { files }))).to.contain(
        'Note: timm.json has parameters of timm; as a config: { "unit": "epoch",',
      );
      expect(textOf('--from config.json', { files })).to.equal(textOf(SHORT));
    });

    it('lets options replace keys of it', () => {
      const json = JSON.parse(contentOf('--from timm.json --T_0 7 --warmup 1 --json', { files }));
      expect(json.config).to.deep.include({ T_0: 7, eta_max: 0.1 });
    });

    it('tells what is wrong with it in the words of the library, with all else', () => {
      expect(messageOf('--from bad.json --epochs 0 --widh 3', { files })).to.equal(
        '`widh`: unknown option; did you mean width?\n`from.base_lr`: expected a number > 0, got -1\n`epochs`: expected an integer >= 1, got 0',
      );
      expect(messageOf('--from none.json')).to.equal(
        '`from`: expected a file that can be read, got "none.json"; no such file or directory',
      );
    });
  });

  describe('with --compare FILE', () => {
    const files = {
      'b.json': { T_0: 2, eta_max: 0.05 },
      'keras.json': { class_name: 'CosineDecay', config: { initial_learning_rate: 0.1, decay_steps: 80 } },
      'bad.json': { T_0: 0 },
      'cycles.json': { cycles: 2 },
    };

    it('draws, lists and judges both', () => {
      const text = textOf(`${SHORT} --epochs 7 --compare b.json`, { files });
      expect(text)
        .to.contain('⣿ command line   o b.json')
        .and.contain('\ncommand line:\n')
        .and.contain('\nb.json:\n');
      expect(unwrapped(text)).to.contain('Note: b.json: training ends at epoch 7');
    });

    it('lets both cover the same training, in epochs and batches', () => {
      const [first, second] = JSON.parse(
        contentOf(`${SHORT} --epochs 8 --batchesPerEpoch 10 --compare keras.json --json`, { files }),
      );
      expect([first.to, second.to]).to.deep.equal([8, 80]);
      expect(second.learningRates[40]).to.deep.equal([40, 0.05]);
      expect(messageOf(`${SHORT} --epochs 8 --compare keras.json`, { files })).to.equal(
        '`batchesPerEpoch`: expected an integer >= 1, got undefined; set it, since one schedule counts epochs and the other batches',
      );
      const [, filling] = JSON.parse(
        contentOf(`${SHORT} --epochs 8 --compare cycles.json --json`, { files }),
      );
      expect(filling.cycles.map(({ end }: { end: number }) => end)).to.deep.equal([4, 8]);
      expect(filling.config.eta_max).to.equal(0.1);
    });

    it('names each in the CSV', () => {
      const lines = contentOf(`${SHORT} --epochs 1 --compare b.json --csv`, { files }).trim().split('\n');
      expect(lines).to.deep.equal([
        'schedule,epoch,learning_rate,cycle,T_cur,T_i,phase',
        'command line,0,0.1,0,0,4,anneal',
        'b.json,0,0.05,0,0,2,anneal',
      ]);
    });

    it('names the first by where it comes from', () => {
      const first = (args: string) =>
        JSON.parse(contentOf(`${args} --epochs 4 --compare b.json --json`, { files }))[0].name;
      expect(first('--from b.json')).to.equal('b.json');
      expect(first('--from b.json --T_0 4')).to.equal('b.json with options');
      expect(first(SHORT)).to.equal('command line');
    });

    it('draws both as the steps of their updates', () => {
      const svg = contentOf(`${SHORT} --epochs 4 --batchesPerEpoch 2 --compare b.json --svg`, { files });
      const second = cosineAnnealing({ T_0: 2, eta_max: 0.05, batchesPerEpoch: 2 });
      const first = cosineAnnealing({ T_0: 4, eta_max: 0.1, batchesPerEpoch: 2 });
      const [series] = drawnSchedule({ schedule: second, to: 4 }).curves;
      expect(series?.kind).to.equal('step');
      expect(svg).to.equal(
        toSVG(
          { schedule: first, to: 4, name: 'command line' },
          { series: series ? [{ ...series, name: 'b.json' }] : [] },
        ),
      );
    });

    it('says what is wrong with it under its name', () => {
      expect(messageOf(`${SHORT} --compare bad.json`, { files })).to.equal(
        '`compare.T_0`: expected a number > 0, got 0',
      );
    });
  });

  describe('the lists of updates', () => {
    it('have the rate of every update, equal to the schedule', () => {
      const lr = cosineAnnealing({ T_0: 2, eta_max: 0.1 });
      const steps = Array.from({ length: 16 }, (_, step) => [step / 4, lr(step / 4)]);
      const args = '--T_0 2 --eta_max 0.1 --batchesPerEpoch 4 --epochs 4';
      const [header, ...rows] = contentOf(`${args} --csv rates.csv`).trim().split('\n');
      expect(header).to.equal('epoch,learning_rate,cycle,T_cur,T_i,phase');
      expect(rows.map((row) => row.split(',').slice(0, 2).map(Number))).to.deep.equal(steps);
      const json = JSON.parse(contentOf(`${args} --json`));
      expect(json.learningRates).to.deep.equal(steps);
      expect(json.cycles).to.deep.equal([
        { cycle: 0, start: 0, end: 2 },
        { cycle: 1, start: 2, end: 4 },
      ]);
    });

    it('have more than a million rows, or are refused', () => {
      let rows = 0;
      for (const piece of run('--T_0 10 --eta_max 1 --epochs 1000001 --csv').files[0]?.content ?? [])
        rows += piece.split('\n').length - 1;
      expect(rows).to.equal(1_000_002);
      expect(messageOf('--T_0 10 --eta_max 1 --epochs 1e12 --csv')).to.equal(
        '`csv`: expected at most 100000000 lines, got 1000000000000; shorten the run',
      );
      expect(messageOf('--T_0 1e-9 --eta_max 1 --epochs 10 --json')).to.match(
        /^`json`: expected at most 100000000 lines/,
      );
    });

    it('take the place of the text on standard output, whose notes then go to standard error', () => {
      for (const args of ['--csv', '--csv -', '--json', '--json=-', '--svg']) {
        const { text, files, remarks } = run(`${SHORT} ${args}`);
        expect([text, files[0]?.path]).to.deep.equal(['', '-']);
        expect(remarks).to.have.length(1);
      }
      const { text, files, remarks } = run(`${SHORT} --csv a.csv --json a.json`);
      expect(text).to.equal(textOf(SHORT));
      expect(files.map(({ path }) => path)).to.deep.equal(['a.csv', 'a.json']);
      expect(remarks).to.deep.equal([]);
      expect(messageOf(`${SHORT} --csv --json`)).to.equal(
        '`json`: only one can go to standard output; pass the name of a file',
      );
    });
  });

  it('writes the chart as SVG, of the same run', () => {
    const schedule = cosineAnnealing({ T_0: 2, eta_max: 0.1 });
    expect(contentOf('--T_0 2 --eta_max 0.1 --epochs 4 --svg chart.svg')).to.equal(
      toSVG({ schedule, to: 4 }),
    );
    expect(contentOf('--T_0 2 --eta_max 0.1 --epochs 4 --log --svg chart.svg')).to.equal(
      toSVG({ schedule, to: 4 }, { logScale: true }),
    );
  });

  describe('in a terminal', () => {
    const commands = [
      EXAMPLE,
      `${EXAMPLE} --batchesPerEpoch 7`,
      '--T_0 10 --T_mult 2 --eta_max 0.000123456 --epochs 100 --warmup 3 --batchesPerEpoch 33',
      '--cycles 3.3,4.4,5.55 --eta_max 0.1 --epochs 20 --eta_min 1e-7 --start 1',
      '--from timm.json --compare keras.json --batchesPerEpoch 100',
      '--help',
    ];
    const files = {
      'timm.json': { t_initial: 30, cycle_limit: 3, base_lr: 0.1, warmup_t: 3, cycle_decay: 0.5 },
      'keras.json': { class_name: 'CosineDecay', config: { initial_learning_rate: 0.1, decay_steps: 9000 } },
    };

    for (const columns of [40, 60, 80, 120]) {
      it(`fits into ${columns} columns`, () => {
        for (const command of commands) {
          const lines = textOf(command, { columns, files }).split('\n');
          expect(Math.max(...lines.map((line) => line.length)), command).to.be.at.most(columns);
        }
      });
    }

    it('uses the width and height that are asked for', () => {
      const schedule = cosineAnnealing({ T_0: 4, eta_max: 0.1 });
      const chart = toText({ schedule, to: 16 }, { width: 50, height: 12 });
      expect(textOf(`${SHORT} --width 50 --height 12`, { columns: 200 })).to.contain(chart);
    });

    it('writes ASCII only if asked or if the terminal has nothing else', () => {
      const plain = textOf(SHORT, { ascii: true });
      expect(plain).to.match(/^[ -~\n]*$/);
      expect(textOf(`${SHORT} --ascii`)).to.equal(plain);
      expect(textOf(`${SHORT} --ascii false`, { ascii: true })).to.equal(textOf(SHORT));
    });

    it('draws on a logarithmic axis', () => {
      const schedule = cosineAnnealing({ T_0: 4, eta_max: 0.1 });
      expect(textOf(`${SHORT} --log`)).to.contain(toText({ schedule, to: 16 }, { logScale: true }));
    });
  });

  describe('--help and --version', () => {
    it('gives the meaning of every key, in the four groups of the config', () => {
      const help = unwrapped(textOf('--help'));
      expect(textOf('-h')).to.equal(textOf('--help'));
      expect(run([]).text).to.equal(textOf('--help'));
      for (const meanings of [...Object.values(MEANINGS), WARMUP_MEANINGS])
        for (const meaning of Object.values(meanings)) expect(help).to.contain(unwrapped(meaning));
      const headings = textOf('--help').match(/^[A-Z]\w+(?=:$)/gm);
      expect(headings).to.deep.equal(['Cycles', 'Rates', 'Clock', 'Bookkeeping', 'Run', 'Output']);
      for (const key of configKeys) expect(textOf('--help')).to.match(new RegExp(`^ {2}--${key} +\\S`, 'm'));
    });

    it('breaks no comparison at its space', () => {
      expect(textOf('--help')).not.to.match(/[<>]=?\n/);
    });

    it('prints the version', () => {
      expect(textOf('--version')).to.equal('1.2.3\n');
    });
  });

  it('tells everything wrong at once, by the names of the options', () => {
    const wrong =
      '--T_mult --epocs 3 -T_0 5 --lr 3 --batchSize 32 --T_0 x --T_0 5 --width 3 --epochs 0 --log 7 --compare none --eta_min -1';
    expect(messageOf(wrong).split('\n')).to.deep.equal([
      '`T_mult`: expected a value; as in --T_mult VALUE',
      '`epocs`: unknown option; did you mean epochs?',
      '`-T_0`: unexpected argument; did you mean --T_0?',
      '`5`: unexpected argument; a value comes after the name of an option, such as --T_0 10',
      '`lr`: unknown option; did you mean eta_max?',
      '`batchSize`: unknown option; it belongs to model.fit',
      '`T_0`: given twice; remove one of the two',
      '`compare`: expected a file that can be read, got "none"; no such file or directory',
      '`width`: expected an integer from 30 to 1000, got 3',
      '`log`: expected true or false, got 7',
      '`epochs`: expected an integer >= 1, got 0',
      '`T_0`: expected a number > 0, got "x"',
      '`eta_min`: expected a number >= 0, got -1',
    ]);
  });

  it('misses nothing that a wrong word was meant for', () => {
    const missing =
      '`eta_max`: expected a number > 0, got undefined; set it, since there is no optimizer to read it from';
    expect(messageOf('--T0 10')).to.equal(`\`T0\`: unknown option; did you mean T_0?\n${missing}`);
    expect(messageOf('--T_0')).to.equal(`\`T_0\`: expected a value; as in --T_0 VALUE\n${missing}`);
    expect(messageOf('--T_0 3')).to.equal(missing);
  });

  it('refuses lengths that say nothing, with a cure', () => {
    expect(messageOf(`${SHORT} --batches 30`)).to.equal(
      "`batches`: expected `unit: 'batch'` with it; or pass `epochs` instead",
    );
    expect(messageOf(`${SHORT} --epochs=-3`)).to.equal('`epochs`: expected an integer >= 1, got -3');
    expect(messageOf(`${SHORT} --epochs -3`)).to.equal('`epochs`: expected an integer >= 1, got -3');
    expect(messageOf(`${SHORT} --epochs 1e300`)).to.contain('`epochs`');
    expect(messageOf(`${SHORT} --unit batch --epochs 5`)).to.equal(
      "`batchesPerEpoch`: expected an integer >= 1, got undefined; set it, to count `epochs` with `unit: 'batch'`, or pass `batches` instead",
    );
    expect(messageOf(`${SHORT} --unit batch --epochs 5 --batches 5`)).to.equal(
      '`epochs`: not together with `batches`; remove one of the two',
    );
    expect(messageOf('--cycles 3 --eta_max 1 --epochs 0')).to.equal(
      '`epochs`: expected an integer >= 1, got 0',
    );
  });
});
