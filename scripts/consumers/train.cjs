const tf = require('@tensorflow/tfjs');
const { CosineAnnealingCallback } = require('tfjs-cosine-annealing');
const { cosineAnnealing } = require('tfjs-cosine-annealing/schedule');
const { toText, toSVG } = require('tfjs-cosine-annealing/plot');
const training = require('./training.cjs');

training(tf, { CosineAnnealingCallback, cosineAnnealing, toText, toSVG }).then(console.log);
