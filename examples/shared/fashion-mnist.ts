// Fashion-MNIST (Xiao et al., arXiv 1708.07747): images of clothes, stored like MNIST's digits, and harder to tell apart.
// It's Debian's package dataset-fashion-mnist; FASHION_MNIST names another folder that has its four files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Digits, fromIDX, size } from './mnist';

const FOLDER = process.env['FASHION_MNIST'] ?? '/usr/share/datasets/fashion-mnist';

/** The first images of its training part. */
export const loadTrainingClothes = (count = size.trainingImages, folder = FOLDER): Digits =>
  load(join(folder, 'train'), count);

/** The first images of its test part. */
export const loadTestClothes = (count = size.testImages, folder = FOLDER): Digits =>
  load(join(folder, 't10k'), count);

const load = (part: string, count: number): Digits =>
  fromIDX(read(`${part}-images-idx3-ubyte`), read(`${part}-labels-idx1-ubyte`), count);

function read(path: string): Uint8Array {
  if (existsSync(path)) return readFileSync(path);
  if (existsSync(`${path}.gz`)) return gunzipSync(readFileSync(`${path}.gz`));
  throw new Error(
    `Fashion-MNIST isn't there (${path}): apt-get install dataset-fashion-mnist, or name its folder in FASHION_MNIST`,
  );
}
