/// <reference lib="dom" />
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { smooth } from '../../examples/browser/src/train/smooth';
import { type CosineAnnealingCallback, cosineAnnealing, type LearningRateChange } from '../../lib';
import { byId, drawn, Site, violationsOn } from './support';

// What the page leaves for the console, and for this test.
declare const annealing: CosineAnnealingCallback;

const CONFIG = { T_0: 1, T_mult: 2, eta_max: 0.05, eta_min: 0.0001 };
const lr = cosineAnnealing(CONFIG);
/** Node and the browser need not round Math.sin alike. */
const TOLERANCE = 1e-12;
const BATCHES = 10;
const linkTo = (epochs: number, batches = BATCHES, eta_max = 0.05) =>
  `#T_0=1&T_mult=2&eta_max=${eta_max}&eta_min=0.0001&epochs=${epochs}&batches=${batches}`;

describe('the page, to train with', () => {
  const site = Site.forThisFile();
  let page: Page;

  afterEach(() => page.context().close());

  const reach = (...phases: string[]) =>
    page.waitForSelector(phases.map((phase) => `body[data-phase=${phase}]`).join());
  const status = () => byId(page, 'status').innerText();
  const choose = async (backend: string, tab = page) => void (await tab.selectOption('#backend', backend));
  const focused = () => page.evaluate(() => document.activeElement?.id);
  const historyOf = (): Promise<LearningRateChange[]> => page.evaluate(() => Array.from(annealing.history));

  async function train(link: string, backend = 'cpu', ...until: string[]): Promise<void> {
    page = await site.open(link);
    await choose(backend);
    await page.click('#train');
    await reach(...until);
  }

  for (const backend of ['cpu', 'wasm', 'webgl']) {
    it(`trains on ${backend} with the very rates of the design, and stays responsive`, async () => {
      page = await site.open(linkTo(3, backend === 'webgl' ? 5 : BATCHES));
      await choose(backend);
      // Watched from within, since training can be over before a look from outside.
      const training = page.evaluate(async () => {
        const seen = { frames: 0, focused: new Set<string>() };
        while (document.body.dataset['phase'] !== 'finished') {
          await new Promise((resolve) => requestAnimationFrame(resolve));
          if (document.body.dataset['phase'] !== 'training') continue;
          seen.frames++;
          seen.focused.add(document.activeElement?.id ?? '');
        }
        return { frames: seen.frames, focused: [...seen.focused] };
      });
      await byId(page, 'train').press('Enter');
      await reach('finished');
      const { frames, focused: focusedWhile } = await training;
      expect(focusedWhile).to.deep.equal(['stop']);
      expect(await focused()).to.not.equal('');
      const history = await historyOf();
      const batches = backend === 'webgl' ? 5 : BATCHES;
      expect(history).to.have.length(3 * batches);
      for (const { epoch, batch, learningRate } of history) {
        const planned = lr(epoch + batch / batches);
        expect(Math.abs(learningRate - planned)).to.be.at.most(TOLERANCE * planned);
      }
      expect(frames).to.be.above(3);
      expect(await status()).to.match(/^Done.* after 3 epochs/);
      expect(await page.locator('#restarts').getAttribute('value')).to.equal('1');
      expect(await page.locator('#loss-chart svg, #error-chart svg').count()).to.equal(2);
      expect(await byId(page, 'loss-chart').innerHTML()).to.contain('cycle ends');
    });
  }

  it('goes on after Stop, reloads and more epochs as if nothing had been; Start over asks first', async () => {
    await train(linkTo(40, 20), 'cpu', 'training');
    await page.click('#stop');
    await reach('stopped');
    expect(await focused()).to.equal('resume');
    await page.click('#resume');
    await reach('training');
    await page.waitForFunction(() => annealing.step % 20 === 7, undefined, { polling: 1 });
    await page.reload();
    await reach('stopped');
    expect(await status()).to.match(/^Stopped after epoch \d+ of 40; kept in this browser/);
    await page.goto(site.url(linkTo(60, 20)));
    await page.reload();
    await reach('stopped');
    await page.click('#resume');
    await reach('training');
    await page.click('#stop');
    await reach('stopped');
    const history = await historyOf();
    expect(history.map(({ step }) => step)).to.deep.equal(Array.from(history.keys()));
    for (const { epoch, batch, learningRate } of history)
      expect(learningRate).to.be.closeTo(lr(epoch + batch / 20), 1e-12);
    expect(await status()).to.match(/of 60/);
    await page.click('#start-over');
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await page.isEnabled('#resume')).to.equal(true);
    await page.click('#start-over');
    await page.click('#yes');
    await reach('ready');
    expect(await page.evaluate(() => localStorage.length)).to.equal(0);
    expect(await focused()).to.equal('train');
  });

  it('keeps a run apart from other designs: they change neither its schedule nor its batches', async () => {
    await train(linkTo(8, 10), 'cpu', 'training');
    await page.click('#stop');
    await reach('stopped');
    await page.goto(site.url(linkTo(9, 20, 0.2)));
    await page.reload();
    await reach('stopped');
    expect(await status()).to.match(/eta_max 0\.05; 8 epochs of 10 batches on cpu/);
    await page.click('#resume');
    await reach('finished');
    expect(await historyOf()).to.have.length(80);
    expect(await byId(page, 'eta_max').inputValue()).to.equal('0.2');
  });

  it('says in words that a run diverged, also after a reload, and is not stuck', async () => {
    await train(linkTo(3, 10, 1e20), 'cpu', 'diverged');
    const words = /^Diverged in epoch 1: the loss is no longer a number\. Start over with a lower eta_max/;
    expect(await status()).to.match(words);
    expect(await page.isDisabled('#resume')).to.equal(true);
    expect(await violationsOn(page)).to.deep.equal([]);
    await page.reload();
    await reach('diverged', 'ready');
    await page.click('#start-over');
    await page.click('#yes');
    await reach('ready');
    await byId(page, 'eta_max').fill('0.05');
    await page.click('#train');
    await reach('finished');
  });

  it('trains in one tab at a time, and in the other once that one is closed', async () => {
    await train(linkTo(2, 5), 'cpu', 'finished');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.waitForSelector('body[data-phase=waiting]');
    expect(await byId(other, 'status').innerText()).to.match(/^Another tab of this page may be training/);
    expect(await other.isDisabled('#train')).to.equal(true);
    await page.close();
    page = other;
    await reach('finished');
  });

  it('trains on while the page is hidden', async () => {
    page = await site.open(linkTo(5));
    await choose('cpu');
    await page.click('#train');
    await reach('training');
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      globalThis.requestAnimationFrame = () => 0;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.waitForFunction(() => document.body.dataset['phase'] === 'finished', undefined, {
      polling: 50,
    });
    expect(await historyOf()).to.have.length(50);
  });

  it('finds an eta_max, shows how, and fills it in if asked to', async () => {
    page = await site.open(linkTo(3, 20));
    await choose('cpu');
    await page.click('#find');
    await page.waitForFunction(() =>
      /of at most 300 updates/.test(document.getElementById('status')?.textContent ?? ''),
    );
    await page.waitForSelector('#use-found');
    expect(await page.locator('#search-chart svg').count()).to.equal(1);
    const [, peak] =
      /^Found ([\d.e-]+) for 3 epochs/.exec(await byId(page, 'search-words').innerText()) ?? [];
    expect(Number(peak)).to.be.within(1e-3, 10);
    expect(await byId(page, 'eta_max').inputValue()).to.equal('0.05');
    await page.click('#use-found');
    await drawn(page);
    expect(await byId(page, 'eta_max').inputValue()).to.equal(peak);
  });

  it('compares the design with constant, step decay and one cosine on the same data', async () => {
    page = await site.open(linkTo(2, 10));
    await choose('cpu');
    await page.click('#contest');
    await page.waitForFunction(
      () => document.getElementById('contest-words')?.textContent !== '',
      undefined,
      { timeout: 60_000 },
    );
    const words = await byId(page, 'contest-words').innerText();
    for (const name of ['this design', 'constant', 'step decay', 'one cosine']) {
      expect(words).to.match(new RegExp(`${name} \\d`));
      expect(await byId(page, 'contest-chart').innerHTML()).to.contain(name);
    }
    await reach('ready');
  });

  it('says why it can’t train, and what the browser lacks', async () => {
    page = await site.newPage();
    await page.addInitScript(() => {
      for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
        prototype.getContext = new Proxy(prototype.getContext, {
          apply: (getContext, canvas, [type, ...options]) =>
            type.includes('webgl') ? null : Reflect.apply(getContext, canvas, [type, ...options]),
        });
      }
    });
    await page.goto(site.url(linkTo(1, 5)));
    await page.click('#train');
    await reach('finished');
    expect(await page.inputValue('#backend')).to.equal('wasm');
    expect(await page.textContent('#messages')).to.contain('webgl is not to be had in this browser');
    await page.click('#start-over');
    await page.click('#yes');
    await reach('ready');
    await byId(page, 'T_0').fill('0');
    await drawn(page);
    expect(await status()).to.equal('Not ready: something is wrong in the form.');
    expect(await page.isDisabled('#train')).to.equal(true);
    await byId(page, 'T_0').fill('1');
    await byId(page, 'batches').fill('9000');
    await drawn(page);
    expect(await status()).to.match(/^Not ready: this page has 6000 images, too few for 9000 batches/);
    site.complaints.splice(0); // TensorFlow.js says that WebGL is missing
  });
});

describe('smooth', () => {
  const noisy = Array.from({ length: 200 }, (_, i) => Math.exp(-i / 40) * (1 + 0.3 * Math.sin(7 * i)));

  it('keeps a falling loss where it is: neither late nor biased', () => {
    const falling = noisy.map((_, i) => 2.3 * Math.exp(-i / 40));
    for (const [i, value] of smooth(falling).entries()) expect(value).to.be.closeTo(falling[i] ?? NaN, 1e-12);
  });

  it('is never above all that it is taken from', () => {
    for (const [i, value] of smooth(noisy).entries())
      expect(value).to.be.at.most(Math.max(...noisy.slice(Math.max(0, i - 12), i + 13)) * (1 + 1e-12));
  });
});
