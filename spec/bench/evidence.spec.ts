import { expect } from 'chai';
import {
  CHECKPOINTS,
  casesOf,
  epochsLeft,
  type Job,
  jobsLeft,
  keyOf,
  LONGEST,
  type Result,
  SEEDS,
  tune,
} from '../../bench/evidence-plan';
import { epochsTo, errorsAt, foundTable, rowsOf, seedsOf, tableOf } from '../../bench/evidence-report';
import { shares } from '../../bench/evidence-schedules';
import { interval, paired } from '../../bench/statistics';

/** A training whose error is 1 % at the best peak and grows with the distance from it. */
function trained(job: Job): Result {
  if (job.part === 'search') return { ...job, eta_max: 0.15, spent: 400, seconds: 1 };
  const scale = job.schedule === 'Schedule-Free SGD' ? 10 : 1;
  const best = scale * (job.data === 'MNIST' ? 0.2 : 0.005);
  const atEnd = 0.01 * (1 + Math.abs(Math.log2(job.eta_max / best)));
  const errors = Array.from({ length: job.epochs }, (_, i) => atEnd + 0.001 * (job.epochs - 1 - i));
  const curve = job.part === 'tuning' ? errors.slice(-1) : errors;
  return { ...job, errors: { model: curve, 'last two': curve }, seconds: 1 };
}

/** Every training there is, in its order. */
function trainAll(): Result[] {
  const results: Result[] = [];
  for (let [job] = jobsLeft(results); job !== undefined; [job] = jobsLeft(results))
    results.push(trained(job));
  return results;
}

const all = trainAll();
const constant = { data: 'MNIST', schedule: 'constant', epochs: LONGEST } as const;

describe('The plan of the evidence', () => {
  it('trains every case with every seed, nothing twice', () => {
    expect(new Set(all.map(keyOf)).size).to.equal(all.length);
    for (const data of ['MNIST', 'Fashion-MNIST'] as const) {
      for (const row of casesOf(data)) {
        const own = all.filter(
          (result) =>
            result.part === 'table' &&
            result.data === data &&
            result.schedule === row.schedule &&
            result.epochs === row.epochs,
        );
        expect(own.map(({ seed }) => seed)).to.have.members(SEEDS);
      }
    }
    expect(epochsLeft(all)).to.equal(0);
  });

  it('never tunes with a seed of the tables', () => {
    const seeds = all.filter(({ part }) => part === 'tuning').map(({ seed }) => seed);
    expect(seeds).not.to.have.any.members(SEEDS);
  });

  it('goes on with what is left, wherever it was ended', () => {
    const half = all.slice(0, all.length / 2);
    expect(jobsLeft(half)[0]).to.deep.equal(jobsLeft(half.slice(0, -1))[1]);
    expect(jobsLeft(half).map(keyOf)).not.to.have.any.members(half.map(keyOf));
  });

  it('tries a further peak as long as the best one is at an end of the grid, twice at most', () => {
    const peaks = (data: string) =>
      all.flatMap((job) =>
        job.part === 'tuning' && job.data === data && job.schedule === 'constant' ? [job.eta_max] : [],
      );
    expect(new Set(peaks('MNIST'))).to.deep.equal(new Set([0.05, 0.1, 0.2, 0.4]));
    expect(tune(constant, all)).to.deep.equal({ best: { eta_max: 0.2, warmup: 0 } });
    expect(new Set(peaks('Fashion-MNIST'))).to.deep.equal(new Set([0.05, 0.1, 0.2, 0.025, 0.0125]));
    expect(tune({ ...constant, data: 'Fashion-MNIST' }, all)).to.deep.equal({
      best: { eta_max: 0.0125, warmup: 0 },
    });
  });

  it('plans a schedule that needs a horizon for each length by itself', () => {
    const cases = casesOf('MNIST');
    const lengths = (name: string) =>
      cases.filter(({ schedule }) => schedule === name).map(({ epochs }) => epochs);
    expect(lengths('one cosine')).to.deep.equal(CHECKPOINTS);
    expect(lengths('warm restarts')).to.deep.equal([LONGEST]);
  });
});

describe('The schedules of the evidence', () => {
  it('drop by 10 at half and at three quarters', () => {
    const rates = [0, 7.49, 7.5, 11.24, 11.25, 14.99].map((t) => shares['step decay'](t, 15));
    expect(rates).to.deep.equal([1, 1, 0.1, 0.1, 0.01, 0.01]);
  });

  it('warm up, stay and decay in 5, 75 and 20 % of the training', () => {
    const share = shares['warm-up, stable, decay'];
    expect([0, 0.5, 1, 10, 16, 18, 20].map((t) => share(t, 20))).to.deep.equal([0, 0.5, 1, 1, 1, 0.5, 0]);
  });
});

describe('The statistics', () => {
  it("give Student's interval of a mean", () => {
    const { center, half } = interval([1, 2, 3, 4, 5]);
    expect(center).to.equal(3);
    expect(half).to.be.closeTo(1.96324, 1e-5); // 2.77645 * sqrt(2.5 / 5)
  });

  it('come close to the tabulated t beyond their table', () => {
    const many = Array.from({ length: 31 }, (_, i) => i);
    expect(interval(many).half).to.be.closeTo((2.0423 * 9.0921) / Math.sqrt(31), 0.01);
  });

  it('let what both of a pair have in common cancel', () => {
    expect(paired([1.5, 11.5, 101.5], [1, 11, 101])).to.deep.equal({ center: 0.5, half: 0 });
  });

  it('know no spread of a single value', () => {
    expect(interval([1]).half).to.be.NaN;
  });
});

describe('The report of the evidence', () => {
  const rows = rowsOf('MNIST', all);
  const row = (name: string) => {
    const found = rows.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no row ${name}`);
    return found;
  };

  it('has a schedule with a horizon twice: planned for each length, and the longest on its way', () => {
    expect(errorsAt(row('one cosine, planned for each length'), 7)).to.deep.equal(SEEDS.map(() => 1));
    expect(errorsAt(row('one cosine, planned for each length'), 8)).to.equal(undefined);
    expect(errorsAt(row('one cosine, planned for 15'), 7)?.[0]).to.be.closeTo(1.8, 1e-9);
  });

  it('has no error at an epoch where one seed has none', () => {
    const gap = {
      name: '',
      peak: '',
      isPerLength: false,
      curves: [
        [2, 1],
        [2, null],
      ],
    };
    expect([1, 2].map((epoch) => errorsAt(gap, epoch))).to.deep.equal([[2, 2], undefined]);
  });

  it('counts the epochs to a mean error, and knows if it is never reached', () => {
    expect(epochsTo(1.5, row('warm restarts'))).to.equal(10);
    expect(epochsTo(1.5, row('one cosine, planned for each length'))).to.equal(1);
    expect(epochsTo(0.5, row('warm restarts'))).to.equal(undefined);
  });

  it('says how far a schedule lies above warm restarts', () => {
    const worse = all.map((result) =>
      result.part === 'table' && result.schedule === 'constant'
        ? { ...result, errors: { model: trainedErrors(result).map((error) => Number(error) + 0.002) } }
        : result,
    );
    expect(tableOf('MNIST', worse)).to.match(/^\| constant +\|.* 1\.20 \(\+0\.20 ± 0\.00\) +\| > 15 +\|$/m);
  });

  it('leaves out a seed of which a training is missing', () => {
    const [first] = all.filter(({ part, seed }) => part === 'table' && seed === 4);
    const without = all.filter((result) => result !== first);
    expect(seedsOf('MNIST', without)).to.deep.equal([1, 2, 3, 5]);
    expect(rowsOf('MNIST', without).every(({ curves }) => curves.length === 4)).to.equal(true);
  });

  it('compares the peaks that were found with the tuned one', () => {
    expect(foundTable(all)).to.match(
      /\| MNIST +\| one cosine +\| 0\.2 +\| 0\.15, 0\.15, 0\.15, 0\.15, 0\.15 \| 400 +\| 1\.00 +\| 1\.42 +\| \+0\.42 ± 0\.00 +\|/,
    );
  });
});

const trainedErrors = (result: Result) => ('errors' in result ? (result.errors['model'] ?? []) : []);
