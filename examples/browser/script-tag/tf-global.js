// Stands for @tensorflow/tfjs-core and tfjs-layers in cosine-annealing.js: the `tf` that tf.min.js has made.
module.exports = globalThis.tf;
