import * as tf from '@tensorflow/tfjs';
import { CosineAnnealingCallback } from 'tfjs-cosine-annealing';
import { toSVG, toText } from 'tfjs-cosine-annealing/plot';
import { cosineAnnealing } from 'tfjs-cosine-annealing/schedule';
import training from './training.cjs';

console.log(await training(tf, { CosineAnnealingCallback, cosineAnnealing, toText, toSVG }));
