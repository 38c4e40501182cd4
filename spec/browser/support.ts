/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** What of vite's servers is used; vite is installed with the page. */
interface Server {
  readonly resolvedUrls: { readonly local: readonly string[] } | null;
  close(): Promise<void>;
}

export const PAGE = join(__dirname, '../../examples/browser');

/** Something that is installed with the page. */
export const installed = (name: string) => require.resolve(name, { paths: [PAGE] });

const { preview } = require(installed('vite')) as { preview(options: object): Promise<Server> };

/** The browser and the built page of a file of specs, and what the page complains of. */
export class Site {
  readonly complaints: string[] = [];
  #browser: Browser | undefined;
  #server: Server | undefined;

  /** Starts and ends it around the specs of the file that calls this. */
  static forThisFile(): Site {
    const site = new Site();
    before(async () => {
      const { TEST_BROWSER } = process.env;
      if (TEST_BROWSER === undefined)
        throw new Error('run this by `npm run test:browser`, which finds the browser');
      site.#browser = await chromium.launch(JSON.parse(TEST_BROWSER));
      site.#server = await preview({
        root: PAGE,
        preview: { port: 0, host: '127.0.0.1' },
        logLevel: 'error',
      });
    });
    after(async () => {
      await site.#browser?.close();
      await site.#server?.close();
    });
    afterEach('the page neither threw nor wrote an error to its console', () => {
      expect(site.complaints.splice(0)).to.deep.equal([]);
    });
    return site;
  }

  url(path: string): string {
    return new URL(path, this.#server?.resolvedUrls?.local[0]).href;
  }

  /** An empty tab in a context of its own, with an empty storage; what it complains of is noted. */
  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    if (this.#browser === undefined) throw new Error('the browser has not been started');
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    context.on('page', (page) => this.#listenTo(page));
    return context.newPage();
  }

  /** The page in a context of its own. */
  async open(path = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.newPage(options);
    await page.goto(this.url(path));
    return page;
  }

  #listenTo(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
  }
}

/** What axe finds wrong with a page, with everything opened. */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.addScriptTag({ content: readFileSync(installed('axe-core/axe.min.js'), 'utf8') });
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`,
    );
  });
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** The element with this id, which may hold a dot. */
export const byId = (page: Page, id: string) => page.locator(`[id="${id}"]`);

/** Waits until what has changed is drawn. */
export const drawn = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
