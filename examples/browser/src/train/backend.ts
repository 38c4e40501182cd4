import * as tf from '@tensorflow/tfjs';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** Best first. */
export const BACKENDS = ['webgl', 'wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

export const isBackend = (name: unknown): name is Backend => BACKENDS.some((backend) => backend === name);

/** Makes TensorFlow.js use the wanted backend; if the browser lacks it, the next best. */
export async function chooseBackend(wanted: Backend): Promise<Backend> {
  for (const name of BACKENDS.slice(BACKENDS.indexOf(wanted))) {
    if (name === 'wasm') await registerWasm();
    if (await tf.setBackend(name)) return name;
  }
  throw new Error('TensorFlow.js has no backend that works in this browser');
}

async function registerWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
}
