import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { mnist } from './mnist.mts';

const lib = (name: string) => fileURLToPath(new URL('../../lib/', import.meta.url)) + name;

export default defineConfig({
  base: './',
  plugins: [mnist()],
  resolve: {
    // Only because this page lives in the package's own repository, whose sources it uses as they stand: with
    // `npm install tfjs-cosine-annealing` none of this is needed.
    alias: [
      { find: /^tfjs-cosine-annealing$/, replacement: lib('index.ts') },
      { find: /^tfjs-cosine-annealing\/(\w+)$/, replacement: lib('$1.ts') },
    ],
    dedupe: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  },
  build: { rolldownOptions: { input: ['index.html', 'vis.html'] }, chunkSizeWarningLimit: 2_000 },
});
