/** What of a browser is used; TypeScript's own types for it would be everywhere in this package. */
interface Page {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}
declare const document: Page | undefined;
declare const requestAnimationFrame: ((callback: () => void) => number) | undefined;
declare const MessageChannel: new () => {
  readonly port1: { onmessage: (() => void) | null; close(): void };
  readonly port2: { postMessage(message: undefined): void };
};

/**
 * Resolves when the page had a chance to draw and to answer. A hidden page gets no animation frames, so there, and in
 * Node.js, it resolves with the next task; so does a wait during which the page is hidden.
 */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const page = typeof document === 'undefined' ? undefined : document;
    if (
      page === undefined ||
      page.visibilityState === 'hidden' ||
      typeof requestAnimationFrame === 'undefined'
    ) {
      nextTask(resolve);
      return;
    }
    const done = () => {
      page.removeEventListener('visibilitychange', done);
      resolve();
    };
    page.addEventListener('visibilitychange', done);
    requestAnimationFrame(done);
  });
}

/** Browsers slow timers down in hidden pages, but not messages. */
function nextTask(callback: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}
