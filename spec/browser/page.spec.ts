/// <reference lib="dom" />
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TensorFlow from '@tensorflow/tfjs';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type CosineAnnealingCallback, cosineAnnealing, type LearningRateChange } from '../../lib';

// What the pages leave for the console, and for this test.
declare const annealing: CosineAnnealingCallback;
declare const tf: typeof TensorFlow;
declare const CosineAnnealing: { CosineAnnealingCallback: typeof CosineAnnealingCallback };
declare const record: Recorded;

/** What is noted in the page at every animation frame while it trains. */
interface Recorded {
  /** Milliseconds since the page began to load. */
  frames: number[];
  layoutShift: number;
  numbers: Record<string, string>[];
}

/** What of vite's server is used; vite is installed with the page. */
interface PreviewServer {
  readonly resolvedUrls: { readonly local: readonly string[] } | null;
  close(): Promise<void>;
}

const PAGE = join(__dirname, '../../examples/browser');
const { preview } = require(require.resolve('vite', { paths: [PAGE] })) as {
  preview(options: object): Promise<PreviewServer>;
};

const EPOCHS = 7;
const SCHEDULE = { T_0: 1, T_mult: 2, eta_max: 0.05, eta_min: 0.0001 };
const lr = cosineAnnealing(SCHEDULE);
/** Node and the browser need not round Math.sin alike. */
const TOLERANCE = 1e-12;

let browser: Browser;
let server: PreviewServer;
const complaints: string[] = [];

before(async () => {
  const { TEST_BROWSER } = process.env;
  if (TEST_BROWSER === undefined)
    throw new Error('run this by `npm run test:browser`, which finds the browser');
  browser = await chromium.launch(JSON.parse(TEST_BROWSER));
  server = await preview({ root: PAGE, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

afterEach('the page neither threw nor wrote an error to its console', () => {
  expect(complaints.splice(0)).to.deep.equal([]);
});

for (const { backend, images } of [
  { backend: 'cpu', images: 1280 },
  { backend: 'wasm', images: 1280 },
  { backend: 'webgl', images: 320 },
]) {
  const batchesPerEpoch = images / 64;

  describe(`the page, on the ${backend} backend`, () => {
    let page: Page;
    let history: LearningRateChange[];
    let recorded: Recorded;

    before(async () => {
      page = await openPage(`?backend=${backend}&images=${images}`);
      await page.fill('#epochs', String(EPOCHS));
      await page.click('#train');
      await reach(page, 'finished');
      history = await historyOf(page);
      recorded = await page.evaluate(() => record);
    });

    after(() => page.context().close());

    it('trains on the backend asked for, and learns', async () => {
      expect(await page.textContent('nav [aria-current]')).to.match(new RegExp(backend, 'i'));
      expect(Number(await shownBy(page, 'loss'))).to.be.below(2); // guessing has ln 10 = 2.3
    });

    it('restarts after 1 and 3 epochs, at eta_max', () => {
      const restarts = history.filter(({ restart }) => restart);
      expect(restarts.map(({ epoch, batch }) => [epoch, batch])).to.deep.equal([
        [1, 0],
        [3, 0],
      ]);
      expect(restarts.map(({ learningRate }) => learningRate)).to.deep.equal([0.05, 0.05]);
    });

    it('sets the learning rate of every update as the schedule says', async () => {
      expectSchedule(history, batchesPerEpoch);
      const inPage = await page.evaluate(
        (batches) => Array.from(annealing.history, (c) => annealing.schedule?.(c.epoch + c.batch / batches)),
        batchesPerEpoch,
      );
      expect(history.map(({ learningRate }) => learningRate)).to.deep.equal(inPage);
    });

    it("shows the schedule's numbers while it trains", () => {
      const { numbers } = recorded;
      expect(new Set(numbers.map((shown) => shown['learning-rate'])).size).to.be.above(EPOCHS);
      for (const shown of numbers) expectNumbers(shown);
    });

    it("shows the schedule's numbers when it has trained", async () => {
      const last = EPOCHS - 1 / batchesPerEpoch;
      const { cycle, T_cur, T_i } = lr.cycleAt(last);
      expectClose(Number(await shownBy(page, 'learning-rate')), lr(last));
      expectClose(Number(await shownBy(page, 'T_cur')), T_cur);
      expect([await shownBy(page, 'cycle'), await shownBy(page, 'T_i')]).to.deep.equal([
        `${cycle}`,
        `${T_i}`,
      ]);
      expect(await shownBy(page, 'restarts')).to.equal('2');
      const text = Number(await page.textContent('#learning-rate'));
      expect(text).to.equal(Number(lr(last).toPrecision(3)));
    });

    it('stays responsive: animation frames keep coming while it trains', () => {
      const waits = recorded.frames.slice(1).map((time, i) => time - (recorded.frames[i] as number));
      const [median = Number.NaN] = waits.sort((a, b) => a - b).slice(waits.length / 2);
      console.log(
        `      ${recorded.frames.length} frames, the median ${median.toFixed(0)} ms after the one before`,
      );
      expect(recorded.frames.length).to.be.above(2 * EPOCHS);
      expect(median).to.be.below(100);
    });

    it('shifts nothing on the page while it trains', () => {
      expect(recorded.layoutShift).to.equal(0);
    });

    it('goes on after Stop and Resume, and after a reload amid an epoch, as if nothing had been', async () => {
      await page.click('#start-over');
      await reach(page, 'ready');
      await page.click('#train');
      await trainTo(page, 1.5, 'stop');
      await reach(page, 'stopped');
      await page.click('#resume');
      await trainTo(page, 3.5, 'reload');
      await reach(page, 'stopped');
      expect(await page.textContent('#status')).to.match(/^Stopped after epoch [34] of 7/);
      expect(await page.inputValue('#epochs')).to.equal(String(EPOCHS));
      await page.click('#resume');
      await reach(page, 'finished');
      const resumed = await historyOf(page);
      expect(resumed).to.deep.equal(history);
      expect(resumed.map(({ step }) => step)).to.deep.equal(Array.from(resumed.keys()));
    });

    it('is finished after a reload, and goes on when epochs are raised', async () => {
      await page.reload();
      await reach(page, 'finished');
      expect(await page.isDisabled('#resume')).to.equal(true);
      await page.fill('#epochs', '8');
      await page.click('#resume');
      await page.waitForSelector('body[data-phase=finished]:has(#restarts[value="3"])');
      expectSchedule(await historyOf(page), batchesPerEpoch);
    });
  });
}

describe('the form', () => {
  let page: Page;

  before(async () => {
    page = await openPage('?backend=cpu&images=320');
  });

  after(() => page.context().close());

  afterEach(() => page.reload().then(() => reach(page, 'ready')));

  it('says beside a field what is wrong with it, in the words of the package', async () => {
    await page.fill('#T_0', '0');
    await nextFrame(page);
    expect(await page.textContent('#T_0-error')).to.equal('expected a number > 0, got 0');
    expect(await page.getAttribute('#T_0', 'aria-invalid')).to.equal('true');
    expect(await page.isDisabled('#train')).to.equal(true);
    await page.fill('#T_0', '2');
    await nextFrame(page);
    expect(await page.textContent('#T_0-error')).to.equal('');
    expect(await page.getAttribute('#T_0', 'aria-invalid')).to.equal('false');
    expect(await page.isEnabled('#train')).to.equal(true);
  });

  for (const [field, value, problem] of [
    ['T_0', '', /^expected a number > 0, got nothing/],
    ['T_mult', '-1', /^expected a number > 0, got -1/],
    ['T_mult', '0.5', /^expected a number >= 1 without `cycles`, since below 1 the cycles shrink to nothing/],
    ['eta_max', '', /^expected a number > 0, got nothing/],
    ['eta_min', '0.2', /^expected at most `eta_max` \(0\.05\), got 0\.2/],
    ['epochs', '2.5', /^expected an integer from 1 to 200, got 2\.5/],
  ] as const) {
    it(`refuses ${field} "${value}" beside ${field} alone`, async () => {
      await page.fill(`#${field}`, value);
      const errors = await page.locator('.error:not(:empty)').evaluateAll((all) => all.map(({ id }) => id));
      expect(errors).to.deep.equal([`${field}-error`]);
      expect(await page.textContent(`#${field}-error`)).to.match(problem);
    });
  }

  it('redraws the schedule at each change of a field or a slider', async () => {
    for (const [selector, value] of [
      ['#T_0', '3'],
      ['#T_mult', '1'],
      ['#eta_min', '0.01'],
      ['#eta_max', '0.5'],
      ['[data-for=T_0]', '5'],
      ['[data-for=eta_min]', '-6'],
      ['#epochs', '20'],
    ] as const) {
      const before = await drawing(page);
      await page.fill(selector, value);
      await nextFrame(page);
      expect(await drawing(page), selector).to.not.equal(before);
    }
    expect(await page.inputValue('#eta_min')).to.equal('0');
    expect(await page.textContent('#epochs-hint')).to.equal('Cycles end at 5, 10, 15, 20, 25, …');
    expect(await shownBy(page, 'learning-rate')).to.equal('0.5');
  });
});

describe('the page, where something is missing', () => {
  it('falls back to wasm where the browser has no WebGL', async () => {
    const page = await newPage();
    await page.addInitScript(() => {
      for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
        prototype.getContext = new Proxy(prototype.getContext, {
          apply: (getContext, canvas, [type, ...options]) =>
            type.includes('webgl') ? null : Reflect.apply(getContext, canvas, [type, ...options]),
        });
      }
    });
    await page.goto(urlOf('?images=320'));
    await reach(page, 'ready');
    expect(await page.textContent('nav [aria-current]')).to.equal('wasm');
    expect(await page.textContent('#messages')).to.match(/^webgl is not to be had in this browser/);
    await page.context().close();
    complaints.splice(0); // TensorFlow.js says so as well
  });

  it('says that a saved state is damaged, and starts over', async () => {
    const page = await openPage('?backend=cpu&images=320');
    await page.fill('#epochs', '1');
    await page.click('#train');
    await reach(page, 'finished');
    await page.evaluate(() => {
      const key = 'tfjs-cosine-annealing.cpu';
      localStorage.setItem(key, (localStorage.getItem(key) ?? '').replace('"step":5', '"step":-5'));
    });
    await page.reload();
    await reach(page, 'failed');
    expect(await page.textContent('#status')).to.match(/`position.step`: expected an integer/);
    complaints.splice(0);
    await page.click('#start-over');
    await reach(page, 'ready');
    await page.context().close();
  });
});

describe('beside tfjs-vis', () => {
  it('fitCallbacks draws loss and lr while it trains, and linechart the history', async () => {
    const page = await newPage();
    await page.goto(urlOf('vis.html'));
    await page.waitForFunction(() => 'annealing' in globalThis);
    expectSchedule(await historyOf(page), 5);
    const drawn = await page.locator('canvas.marks').evaluateAll((all) =>
      all.map((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
        const chart = canvas.parentElement?.dataset['name'] ?? 'history';
        return { chart, colors: new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size };
      }),
    );
    expect(drawn.map(({ chart }) => chart)).to.deep.equal(['loss', 'lr', 'loss', 'lr', 'history']);
    for (const { colors } of drawn) expect(colors).to.be.above(10);
    await page.context().close();
  });
});

describe('from a script tag', () => {
  let page: Page;

  before(async () => {
    page = await newPage();
    await page.goto(pathToFileURL(join(PAGE, 'script-tag', 'index.html')).href);
    await page.waitForFunction(() => 'annealing' in globalThis);
  });

  after(() => page.context().close());

  it('trains with the tf of tf.min.js', async () => {
    expect(await page.evaluate(() => annealing instanceof tf.CustomCallback)).to.equal(true);
    const history = await historyOf(page);
    expect(history.map(({ epoch, restart }) => (restart ? epoch : 0)).filter(Boolean)).to.deep.equal([1, 3]);
    const schedule = cosineAnnealing({ T_0: 1, T_mult: 2, eta_max: 0.1, eta_min: 0.001 });
    for (const { epoch, batch, learningRate } of history)
      expectClose(learningRate, schedule(epoch + batch / 8));
    expect(history).to.have.length(56);
  });

  it('leaves the page its animation frames, unlike a bare tf.Callback', async () => {
    const { none, annealed, bare } = await page.evaluate(framesDuringFits);
    const texts = Object.entries({ none, annealed, bare }).map(
      ([name, rate]) => `${name} ${rate.toFixed(1)}`,
    );
    console.log(`      frames a second: ${texts.join(', ')}`);
    expect(annealed).to.be.above(none / 2);
    expect(none).to.be.above(0);
    expect(bare).to.equal(0);
  });
});

const svgFolder = resolve('spec', 'fixtures', 'plot');
const drawings = existsSync(svgFolder) ? readdirSync(svgFolder).filter((name) => name.endsWith('.svg')) : [];

describe('a drawing of toSVG', () => {
  for (const name of drawings) {
    it(`${name} is well-formed, and all of it is in sight`, async () => {
      const page = await newPage();
      await page.goto(pathToFileURL(join(svgFolder, name)).href);
      const { errors, root, box, view } = await page.evaluate(() => {
        const svg = document.documentElement as unknown as SVGSVGElement;
        const { x, y, width, height } = svg.getBBox();
        return {
          errors: document.querySelectorAll('parsererror').length,
          root: svg.localName,
          box: { x, y, width, height },
          view: { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height },
        };
      });
      expect([errors, root]).to.deep.equal([0, 'svg']);
      expect(Math.min(box.width / view.width, box.height / view.height)).to.be.above(0.8);
      expect(Math.min(box.x, box.y)).to.be.at.least(0);
      expect(box.x + box.width).to.be.at.most(view.width);
      expect(box.y + box.height).to.be.at.most(view.height);
      await page.context().close();
    });
  }
});

/** A page in a context of its own, with an empty localStorage; what it complains of is noted. */
async function newPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return page;
}

const urlOf = (path: string) => new URL(path, server.resolvedUrls?.local[0]).href;

async function openPage(query: string): Promise<Page> {
  const page = await newPage();
  await page.addInitScript(recordTraining);
  await page.goto(urlOf(query));
  await reach(page, 'ready');
  return page;
}

const reach = (page: Page, phase: string) => page.waitForSelector(`body[data-phase=${phase}]`);

/** Waits until the page has trained up to a position, in epochs, and at once does something there. */
async function trainTo(page: Page, position: number, action: 'stop' | 'reload'): Promise<void> {
  await page.waitForFunction(
    ({ position, action }) => {
      const cycleStart = annealing.schedule?.cycleStart(annealing.cycle) ?? 0;
      const isTraining = document.body.dataset['phase'] === 'training';
      if (!isTraining || cycleStart + annealing.T_cur < position) return false;
      if (action === 'stop') document.getElementById('stop')?.click();
      else setTimeout(() => location.reload());
      return true;
    },
    { position, action },
    { polling: 'raf' },
  );
}

/** Waits until what has changed is drawn. */
const nextFrame = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

const historyOf = (page: Page): Promise<LearningRateChange[]> =>
  page.evaluate(() => Array.from(annealing.history));

const shownBy = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((data) => (data as HTMLDataElement).value);

const drawing = (page: Page) =>
  page.locator('#rate-chart canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

/** Runs in the page, before its own code. */
function recordTraining(): void {
  const recorded: Recorded = { frames: [], layoutShift: 0, numbers: [] };
  const isTraining = () => document.body?.dataset['phase'] === 'training';
  const onFrame = (now: number) => {
    requestAnimationFrame(onFrame);
    if (!isTraining()) return;
    recorded.frames.push(now);
    const data = document.querySelectorAll<HTMLDataElement>('data');
    recorded.numbers.push(Object.fromEntries(Array.from(data, ({ id, value }) => [id, value])));
  };
  requestAnimationFrame(onFrame);
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries() as unknown as { value: number }[])
      if (isTraining()) recorded.layoutShift += value;
  }).observe({ type: 'layout-shift' });
  Object.assign(globalThis, { record: recorded });
}

/** Runs in the page: animation frames a second, during a fit with no callback, with ours, and with a bare tf.Callback. */
async function framesDuringFits() {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 32, inputShape: [256] }), tf.layers.dense({ units: 1 })],
  });
  model.compile({ optimizer: tf.train.sgd(0.001), loss: 'meanSquaredError' });
  const xs = tf.randomNormal([2048, 256]);
  const ys = tf.zeros([2048, 1]);
  class Bare extends tf.Callback {}
  let frames = 0;
  const count = () => {
    frames++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  const framesWith = async (callbacks?: TensorFlow.ModelFitArgs['callbacks']) => {
    const before = frames;
    const begin = performance.now();
    await model.fit(xs, ys, { epochs: 4, batchSize: 16, ...(callbacks && { callbacks }) });
    return ((frames - before) / (performance.now() - begin)) * 1000;
  };
  return {
    none: await framesWith(),
    annealed: await framesWith(new CosineAnnealing.CosineAnnealingCallback({ T_0: 1 })),
    bare: await framesWith(new Bare()),
  };
}

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).to.be.at.most(TOLERANCE * expected);
}

/** One change for each update, with the schedule's learning rate. */
function expectSchedule(history: LearningRateChange[], batchesPerEpoch: number): void {
  for (const [i, { step, epoch, batch, learningRate }] of history.entries()) {
    expect([step, epoch * batchesPerEpoch + batch]).to.deep.equal([i, i]);
    expectClose(learningRate, lr(epoch + batch / batchesPerEpoch));
  }
}

/** The numbers that are shown at one moment agree with each other, by the schedule. */
function expectNumbers(shown: Record<string, string>): void {
  const cycle = Number(shown['cycle']);
  expect(shown['restarts']).to.equal(shown['cycle']);
  expect(Number(shown['T_i'])).to.equal(2 ** cycle);
  expectClose(Number(shown['learning-rate']), lr(lr.cycleStart(cycle) + Number(shown['T_cur'])));
}
