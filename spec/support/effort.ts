/** How often a costly test tries: fewer times where it runs while people work, more in CI. */
export const tries = (atHand: number, inCI: number): number =>
  process.env['CI'] === undefined ? atHand : inCI;
