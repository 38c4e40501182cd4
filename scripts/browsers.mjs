// The oldest browsers in which this package runs as published. `npm run check:consumers` builds for them, and trains on
// Chrome's engine of that age.

export const BROWSERS = { chrome: '102', edge: '102', firefox: '104', safari: '15.4' };

/** As esbuild's `target` names them. */
export const ENGINES = Object.entries(BROWSERS).map(([name, version]) => name + version);
