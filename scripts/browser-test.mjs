// The browser test: `npm run test:browser`. Builds the package and the page of examples/browser, and tries both in a
// Chromium that is already installed: the one that CHROMIUM names, one on the PATH, or Google Chrome if it is in its
// usual place. If there is none, the test is skipped, but in CI it fails.
import { execSync, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'examples', 'browser');

const browser = await findBrowser();
if (browser === undefined) {
  const how = 'install Chromium or Google Chrome, or name its program in CHROMIUM';
  if (process.env.CI) console.error(`browser test failed: no browser found, and CI needs one; ${how}`);
  else console.log(`browser test skipped: no browser found; ${how}`);
  process.exitCode = process.env.CI ? 1 : 0;
} else {
  execSync('npm run --silent build', { cwd: root, stdio: 'inherit' });
  if (!isInstalled()) execSync('npm ci', { cwd: page, stdio: 'inherit' });
  execSync('npm run --silent build', { cwd: page, stdio: 'inherit' });
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const env = { ...process.env, TEST_BROWSER: JSON.stringify(browser) };
  const args = [mocha, '--config', join(root, 'spec', 'browser', '.mocharc.json'), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

/** What playwright launches it with; undefined where none starts. */
async function findBrowser() {
  const { CHROMIUM } = process.env;
  const candidates = [...NAMES.map(onPath), undefined].map((executablePath) =>
    executablePath ? { executablePath } : { channel: 'chrome' },
  );
  for (const options of CHROMIUM ? [{ executablePath: CHROMIUM }] : candidates) {
    try {
      await (await chromium.launch(options)).close();
      return options;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether the page's dependencies are there, and as new as the lock file. */
function isInstalled() {
  const timeOf = (file) => statSync(join(page, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return timeOf('node_modules/.package-lock.json') >= timeOf('package-lock.json');
}
