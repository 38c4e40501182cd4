import * as tf from '@tensorflow/tfjs';
import { PIXELS, TEST_IMAGES, TRAINING_IMAGES } from '../../subset.mts';

/** Images as [n, 28, 28, 1], from 0 to 1, and their digits, one-hot. */
export interface Examples {
  readonly images: tf.Tensor4D;
  readonly digits: tf.Tensor2D;
}

export interface Mnist {
  readonly training: Examples;
  readonly test: Examples;
}

/** Loads what the build put into mnist.bin: of the training images the first `count`, and test images in proportion. */
export async function loadMnist(count: number): Promise<Mnist> {
  const response = await fetch('mnist.bin');
  if (!response.ok) throw new Error(`mnist.bin: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const testCount = Math.ceil((count * TEST_IMAGES) / TRAINING_IMAGES);
  return { training: examples(bytes, 0, count), test: examples(bytes, TRAINING_IMAGES, testCount) };
}

function examples(bytes: Uint8Array, first: number, count: number): Examples {
  const labels = (TRAINING_IMAGES + TEST_IMAGES) * PIXELS;
  const pixels = bytes.subarray(first * PIXELS, (first + count) * PIXELS);
  const digits = bytes.subarray(labels + first, labels + first + count);
  return tf.tidy(() => ({
    images: tf.div<tf.Tensor4D>(tf.tensor4d(pixels, [count, 28, 28, 1], 'float32'), 255),
    digits: tf.cast(tf.oneHot(tf.tensor1d(digits, 'int32'), 10), 'float32') as tf.Tensor2D,
  }));
}

export function disposeMnist({ training, test }: Mnist): void {
  tf.dispose([training.images, training.digits, test.images, test.digits]);
}
