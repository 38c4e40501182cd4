/// <reference lib="dom" />
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TensorFlow from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type CosineAnnealingCallback, cosineAnnealing, type LearningRateChange } from '../../lib';
import { PAGE, Site } from './support';

// What the pages leave for the console, and for this test.
declare const annealing: CosineAnnealingCallback;
declare const tf: typeof TensorFlow;
declare const CosineAnnealing: { CosineAnnealingCallback: typeof CosineAnnealingCallback };

const lr = cosineAnnealing({ T_0: 1, T_mult: 2, eta_max: 0.05, eta_min: 0.0001 });
/** Node and the browser need not round Math.sin alike. */
const TOLERANCE = 1e-12;

const site = Site.forThisFile();
describe('beside tfjs-vis, the callback', () => {
  it('fitCallbacks draws loss and lr while it trains, and linechart the history', async () => {
    const page = await site.newPage();
    await page.goto(site.url('vis.html'));
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
    page = await site.newPage();
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

const FIXTURES = resolve('spec', 'fixtures', 'charts');
const drawings = readdirSync(FIXTURES).filter((name) => name.endsWith('.svg'));

describe('a drawing of toSVG', () => {
  it('is well-formed, and all of it is in sight', async () => {
    expect(drawings).to.not.deep.equal([]);
    const page = await site.newPage();
    for (const name of drawings) {
      await page.goto(pathToFileURL(join(FIXTURES, name)).href);
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
      expect([errors, root], name).to.deep.equal([0, 'svg']);
      expect(Math.min(box.width / view.width, box.height / view.height), name).to.be.above(0.8);
      expect(Math.min(box.x, box.y), name).to.be.at.least(0);
      expect(box.x + box.width, name).to.be.at.most(view.width);
      expect(box.y + box.height, name).to.be.at.most(view.height);
    }
    await page.context().close();
  });
});

const historyOf = (page: Page): Promise<LearningRateChange[]> =>
  page.evaluate(() => Array.from(annealing.history));

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
