/// <reference lib="dom" />
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

// What the page has of checkpoint-page.ts.
declare const training: typeof import('./checkpoint-page');

const EPOCHS = 40;

describe('A checkpoint in the browser', () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;

  before(async () => {
    const { TEST_BROWSER } = process.env;
    if (TEST_BROWSER === undefined)
      throw new Error('run this by `npm run test:browser`, which finds the browser');
    const entryPoints = [join(__dirname, 'checkpoint-page.ts')];
    const options = { bundle: true, write: false, format: 'iife', globalName: 'training' } as const;
    const [script] = buildSync({ entryPoints, ...options, logLevel: 'error' }).outputFiles;
    server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script?.text : '<!doctype html><script src="page.js"></script>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch(JSON.parse(TEST_BROWSER));
  });

  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(origin);
  });

  afterEach(() => context.close());

  after(async () => {
    await browser?.close();
    server?.close();
  });

  for (const store of ['indexeddb://run', 'localstorage://run']) {
    describe(`at ${store}`, () => {
      it('lets training go on over reloads as if it had never been stopped: rates, losses, weights', async () => {
        const whole = await page.evaluate((epochs) => training.trainWith(undefined, epochs), EPOCHS);
        for (const epoch of [2, 5, 9]) {
          void page
            .evaluate(([url, epochs]) => training.trainWith(url, epochs), [store, EPOCHS] as const)
            .catch(() => {}); // the reload ends it
          await page.waitForFunction((title) => document.title === title, `epoch ${epoch}`, { polling: 1 });
          await page.reload();
        }
        const last = await page.evaluate(([url, epochs]) => training.trainWith(url, epochs), [
          store,
          EPOCHS,
        ] as const);
        expect(last.begin).to.be.at.least(9).and.below(EPOCHS);
        expect(last.lines).to.deep.equal(whole.lines.slice(4 * last.begin));
        expect(last.weights).to.deep.equal(whole.weights);
      });

      it('is undefined before the first save', async () => {
        expect(await page.evaluate((url) => training.load(url, 3), store)).to.equal('none');
        expect(await page.evaluate((url) => training.save(url, 3), store)).to.equal('saved');
        expect(await page.evaluate((url) => training.load(url, 3), store)).to.equal('loaded');
      });

      it('stays what it was if the storage has no room for the next one, which is an error', async () => {
        expect(await page.evaluate((url) => training.save(url, 3), store)).to.equal('saved');
        if (store.startsWith('indexeddb')) await page.evaluate(() => training.fillDatabase()); // it has no small limit
        const result = await page.evaluate((url) => training.save(url, 1_000_000), store);
        expect(result).to.match(/^CosineAnnealingError: `checkpoint`: couldn't be saved: /);
        expect(await page.evaluate((url) => training.load(url, 3), store)).to.equal('loaded');
        await page.reload();
        expect(await page.evaluate((url) => training.load(url, 3), store)).to.equal('loaded');
      });
    });
  }
});
