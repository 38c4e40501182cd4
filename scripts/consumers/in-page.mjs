// Runs the bundle as if in a page, without WebGL.
const element = { getContext: () => null, addEventListener() {}, relList: { supports: () => true } };
globalThis.window = globalThis;
globalThis.document = { createElement: () => element };
delete globalThis.process;
await import('./dist/page.mjs');
