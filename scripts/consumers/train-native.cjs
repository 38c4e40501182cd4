const tf = require('@tensorflow/tfjs-node');
const { CosineAnnealingCallback, cosineAnnealing } = require('tfjs-cosine-annealing');
const plot = require('tfjs-cosine-annealing/plot');
const training = require('./training.cjs');

training(tf, { CosineAnnealingCallback, cosineAnnealing, ...plot }).then(console.log);
