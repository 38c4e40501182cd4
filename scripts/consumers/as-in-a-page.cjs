// Makes TensorFlow.js take Node for a page without WebGL.
const element = { getContext: () => null, addEventListener() {}, relList: { supports: () => true } };
globalThis.window = globalThis;
globalThis.document = { createElement: () => element };
delete globalThis.process;
