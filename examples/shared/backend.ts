// Which TensorFlow.js the examples, specs and benchmarks run on: native where `npm run setup` could install it, else
// pure JavaScript. TFJS_BACKEND=native or TFJS_BACKEND=js decides it by hand.
import type * as TensorFlow from '@tensorflow/tfjs';

type TensorFlowJs = typeof TensorFlow;
type Backend = { tf: TensorFlowJs; native: boolean; backendName: string };
type NativeBinding = { binding: { TF_Version: string } };

// TensorFlow's own log lines about the processor's instructions; set before it is loaded, and kept if you set it.
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';

export const { tf, native, backendName } = chooseBackend(process.env['TFJS_BACKEND'] ?? '');

function chooseBackend(wanted: string): Backend {
  if (!['', 'native', 'js'].includes(wanted)) {
    throw new Error(
      `TFJS_BACKEND is "${wanted}": set it to "native" or "js", or leave it unset to have the better one`,
    );
  }
  if (wanted === 'js') return loadJavaScript('TFJS_BACKEND=js asks for it');
  try {
    return loadNative();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    if (wanted !== 'native')
      return loadJavaScript(`native TensorFlow does not load (npm run setup says more): ${reason}`);
    throw new Error(
      `TFJS_BACKEND=native, but native TensorFlow does not load; run npm run setup: ${reason}`,
      { cause: error },
    );
  }
}

function loadNative(): Backend {
  if (Number.parseInt(process.versions.node, 10) >= 23)
    throw new Error('tfjs-node 4.22 breaks on Node 23 and later');
  const tf = require('@tensorflow/tfjs-node') as TensorFlowJs;
  const { TF_Version } = (tf.backend() as unknown as NativeBinding).binding;
  const { 'tfjs-node': version } = tf.version as { 'tfjs-node'?: string };
  return { tf, native: true, backendName: `native TensorFlow ${TF_Version} (tfjs-node ${version})` };
}

function loadJavaScript(reason: string): Backend {
  const tf = require('@tensorflow/tfjs') as TensorFlowJs;
  void tf.setBackend('cpu');
  // The first tensor prints a banner that advertises tfjs-node, unless this isn't Node.
  tf.env().set('IS_NODE', false);
  tf.scalar(0).dispose();
  tf.env().set('IS_NODE', true);
  return { tf, native: false, backendName: `pure JavaScript (cpu), because ${reason}` };
}
