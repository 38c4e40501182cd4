const NAME = 'tfjs-cosine-annealing';

/**
 * Makes sure that one tab of this page trains at a time, since they share what is kept.
 *
 * @param onBusy Called if another tab has that right; the promise then waits until it is closed.
 */
export function becomeTheOne(onBusy: () => void): Promise<void> {
  if (!('locks' in navigator)) return Promise.resolve(); // older than 2022, or not served by https
  return new Promise((resolve) => {
    const held = () => {
      resolve();
      return new Promise<never>(() => {}); // until this tab is closed
    };
    void navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      if (lock) return held();
      onBusy();
      void navigator.locks.request(NAME, held);
      return undefined;
    });
  });
}
