import { expect } from 'chai';
import { CosineAnnealingCallback } from '../../lib/training/callback';
import { nextFrame } from '../../lib/training/next-frame';
import { train } from '../support/datasets';
import { tinyModel } from '../support/models';

type Listener = () => void;

/** What nextFrame uses of a browser's page: it draws when told to, and can be hidden. */
class FakePage {
  visibilityState = 'visible';
  readonly listeners = new Set<Listener>();
  readonly frames: Listener[] = [];

  addEventListener = (type: string, listener: Listener) => {
    expect(type).to.equal('visibilitychange');
    this.listeners.add(listener);
  };
  removeEventListener = (type: string, listener: Listener) => {
    expect(type).to.equal('visibilitychange');
    this.listeners.delete(listener);
  };
  requestAnimationFrame = (callback: Listener) => this.frames.push(callback);

  draw(): void {
    for (const frame of this.frames.splice(0)) frame();
  }

  become(visibilityState: 'hidden' | 'visible'): void {
    this.visibilityState = visibilityState;
    for (const listener of [...this.listeners]) listener();
  }
}

/** Does the work with these globals in place of those of Node.js. */
async function withGlobals(globals: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    await work();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

const inPage = (page: FakePage, work: () => Promise<void>, others = {}) =>
  withGlobals({ document: page, requestAnimationFrame: page.requestAnimationFrame, ...others }, work);

/** Whether a promise is resolved within some tasks. */
async function isResolved(promise: Promise<void>): Promise<boolean> {
  let resolved = false;
  void promise.then(() => {
    resolved = true;
  });
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  return resolved;
}

describe('nextFrame', () => {
  it('waits for an animation frame of a page that is seen, and listens no longer than that', async () => {
    const page = new FakePage();
    await inPage(page, async () => {
      const frame = nextFrame();
      expect(await isResolved(frame)).to.equal(false);
      expect(page.listeners.size).to.equal(1);
      page.draw();
      await frame;
      expect(page.listeners.size).to.equal(0);
    });
  });

  it('waits for no frame in a hidden page, which gets none', async () => {
    const page = new FakePage();
    page.become('hidden');
    await inPage(page, async () => {
      expect(await isResolved(nextFrame())).to.equal(true);
      expect(page.frames).to.deep.equal([]);
      expect(page.listeners.size).to.equal(0);
    });
  });

  it('waits for no frame if the page can give none', async () => {
    const page = new FakePage();
    await inPage(page, nextFrame, { requestAnimationFrame: undefined });
    expect(page.listeners.size).to.equal(0);
  });

  it('waits no longer once the page is hidden in the middle, and once only', async () => {
    const page = new FakePage();
    await inPage(page, async () => {
      const frame = nextFrame();
      expect(await isResolved(frame)).to.equal(false);
      page.become('hidden');
      await frame;
      page.draw();
      expect(page.listeners.size).to.equal(0);
    });
  });

  it('uses messages in a hidden browser, which has no setImmediate and slows timers down', async () => {
    const page = new FakePage();
    page.become('hidden');
    const { MessageChannel } = globalThis;
    let channels = 0;
    class Counted extends MessageChannel {
      constructor() {
        super();
        channels++;
      }
    }
    const others = { setImmediate: undefined, MessageChannel: Counted };
    await inPage(
      page,
      async () => {
        for (let i = 0; i < 3; i++) await nextFrame();
        expect(channels).to.equal(3);
      },
      others,
    );
  });

  it('resolves in Node.js, with a task and not at once', async () => {
    let ticked = false;
    setImmediate(() => {
      ticked = true;
    });
    await nextFrame();
    expect(ticked).to.equal(true);
  });
});

describe('Training in a page that is seen', () => {
  it('waits for its animation frames as often as yieldEvery says', async () => {
    for (const [yieldEvery, frames] of [
      ['batch', 12],
      ['epoch', 3],
      ['never', 0],
    ] as const) {
      const page = new FakePage();
      const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger: null, yieldEvery });
      let drawn = 0;
      const display = setInterval(() => {
        drawn += page.frames.length;
        page.draw();
      }, 1);
      await inPage(page, async () => {
        await train(tinyModel(), annealing);
      }).finally(() => clearInterval(display));
      expect(drawn, yieldEvery).to.equal(frames);
    }
  });
});

describe('Training in a hidden page', () => {
  it('ends, whatever yieldEvery is', async () => {
    const page = new FakePage();
    page.become('hidden');
    for (const yieldEvery of ['auto', 'batch', 'epoch', 'never'] as const) {
      const annealing = new CosineAnnealingCallback({ T_0: 1 }, { logger: null, yieldEvery });
      await inPage(page, async () => {
        await train(tinyModel(), annealing);
      });
      expect(annealing.step).to.equal(12);
    }
    expect(page.frames).to.deep.equal([]);
  });
});
