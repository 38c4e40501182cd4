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
    await drawn(page);
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
  await addAxe(page);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`,
    );
  });
}

/**
 * The contrast of what is drawn in a colour with what lies behind it, for every element that is shown, by WCAG's formula:
 * axe judges text alone.
 *
 * @param drawn Selectors, with the CSS property that holds the colour.
 */
export async function contrastsOn(
  page: Page,
  drawn: readonly (readonly [selector: string, property: string])[],
) {
  await addAxe(page);
  return page.evaluate((wanted) => {
    const { Color, getContrast } = (globalThis as unknown as { axe: Axe }).axe.commons.color;
    const colorOf = (element: Element, property: string) => {
      const color = new Color();
      color.parseString(getComputedStyle(element).getPropertyValue(property));
      return color;
    };
    const ancestors = (element: Element | null): Element[] =>
      element ? [element, ...ancestors(element.parentElement)] : [];
    const backgroundOf = (element: Element) => {
      const svg = element.closest('svg');
      if (svg?.contains(element.parentElement)) return colorOf(svg.querySelector('rect') ?? svg, 'fill');
      const backgrounds = ancestors(element.parentElement).map((one) => colorOf(one, 'background-color'));
      return backgrounds.find(({ alpha }) => alpha === 1) ?? new Color(255, 255, 255);
    };
    return wanted.flatMap(([selector, property]) =>
      Array.from(document.querySelectorAll(selector))
        .filter((element) => element.checkVisibility())
        .map((element) => {
          const color = colorOf(element, property);
          for (const one of ancestors(element)) color.alpha *= Number(getComputedStyle(one).opacity);
          const name = `${property} of ${selector}${element.id && ` (#${element.id})`}`;
          return { selector, name, contrast: getContrast(backgroundOf(element), color) };
        }),
    );
  }, drawn);
}

async function addAxe(page: Page): Promise<void> {
  if (await page.evaluate(() => 'axe' in globalThis)) return;
  await page.addScriptTag({ content: readFileSync(installed('axe-core/axe.min.js'), 'utf8') });
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  readonly commons: {
    readonly color: {
      readonly Color: new (red?: number, green?: number, blue?: number) => AxeColor;
      getContrast(background: AxeColor, foreground: AxeColor): number;
    };
  };
}

interface AxeColor {
  alpha: number;
  parseString(css: string): void;
}

/** The element with this id, which may hold a dot. */
export const byId = (page: Page, id: string) => page.locator(`[id="${id}"]`);

/** Waits until what has changed is drawn. */
export const drawn = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
