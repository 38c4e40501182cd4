import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { loadTestClothes, loadTrainingClothes } from '../examples/shared/fashion-mnist';

describe('The loader of Fashion-MNIST', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fashion-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Two images, the first black and the second white, of a bag and a shirt. */
  const images = Buffer.concat([
    Buffer.from([0, 0, 8, 3]),
    Buffer.alloc(12),
    Buffer.alloc(784),
    Buffer.alloc(784, 255),
  ]);
  const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 8, 6]);

  it("reads Debian's compressed files, and plain ones", () => {
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(images));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(labels));
    writeFileSync(join(folder, 't10k-images-idx3-ubyte'), images);
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), labels);
    for (const load of [loadTrainingClothes, loadTestClothes]) {
      const clothes = load(2, folder);
      expect(clothes.images.shape).to.deep.equal([2, 28, 28, 1]);
      expect([...clothes.images.mean([1, 2, 3]).dataSync()]).to.deep.equal([0, 1]);
      expect([...clothes.labels.argMax(1).dataSync()]).to.deep.equal([8, 6]);
    }
  });

  it('says in one line what to do if it is not there', () => {
    expect(() => loadTestClothes(2, join(folder, 'nowhere'))).to.throw(
      /^Fashion-MNIST isn't there \(.*nowhere.t10k-images-idx3-ubyte\): apt-get install dataset-fashion-mnist, or name its folder in FASHION_MNIST$/,
    );
  });
});
