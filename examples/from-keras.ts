// A schedule that Keras serialized, with the same learning rates to the last digit that it prints.
import { cosineAnnealing, fromKeras } from 'tfjs-cosine-annealing';
import { toText } from 'tfjs-cosine-annealing/plot';

// json.dumps(keras.optimizers.schedules.serialize(CosineDecayRestarts(0.1, 1000, m_mul=0.8)))
const saved = `{"class_name": "CosineDecayRestarts", "config": {"initial_learning_rate": 0.1, "first_decay_steps": 1000,
  "t_mul": 2.0, "m_mul": 0.8, "alpha": 0.0, "name": null}}`;

const config = fromKeras(JSON.parse(saved)); // for `new CosineAnnealingCallback(config)` as well
const lr = cosineAnnealing(config);

for (const step of [0, 500, 1000, 2000, 3000]) console.log(`step ${step}: ${lr(step)}`);
console.log(toText({ schedule: lr, to: 7000 }));
