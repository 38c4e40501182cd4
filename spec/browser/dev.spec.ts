import { expect } from 'chai';
import { installed, PAGE, Site } from './support';

interface DevServer {
  listen(): Promise<DevServer>;
  close(): Promise<void>;
  readonly resolvedUrls: { readonly local: readonly string[] } | null;
}

const { createServer } = require(installed('vite')) as { createServer(options: object): Promise<DevServer> };

describe('npm run dev', () => {
  const site = Site.forThisFile();

  it('serves a page that designs and trains', async function () {
    this.timeout(120_000);
    const server = await createServer({
      root: PAGE,
      server: { port: 0, host: '127.0.0.1' },
      logLevel: 'error',
    });
    const page = await site.newPage();
    try {
      await server.listen();
      await page.goto(`${server.resolvedUrls?.local[0]}#T_0=1&eta_max=0.05&epochs=1&batches=3`);
      await page.waitForSelector('#chart svg');
      await page.selectOption('#backend', 'cpu');
      // The first time, vite prepares TensorFlow.js, and then loads the page once more.
      await page.click('#train');
      await page.waitForSelector('body[data-phase=finished]', { timeout: 60_000 });
      expect(await page.locator('#loss-chart svg').count()).to.equal(1);
    } finally {
      await page.context().close();
      await server.close();
    }
  });
});
