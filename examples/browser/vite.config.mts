import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { mnist } from './mnist.mts';

export default defineConfig({
  base: './',
  plugins: [mnist()],
  resolve: {
    // Only because this page lives in the package's own repository, whose sources it uses as they stand: with
    // `npm install tfjs-cosine-annealing` neither of the two is needed.
    alias: { 'tfjs-cosine-annealing': fileURLToPath(new URL('../../lib/index.ts', import.meta.url)) },
    dedupe: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  },
  build: { rolldownOptions: { input: ['index.html', 'vis.html'] }, chunkSizeWarningLimit: 2_000 },
});
