import {
  type CosineAnnealingConfig,
  fromKeras,
  fromMMEngine,
  fromOptax,
  fromPyTorch,
  fromTimm,
  fromTransformers,
} from 'tfjs-cosine-annealing/schedule';

/** Another library's schedule as its users write it down. */
export interface Sample {
  readonly library: string;
  readonly title: string;
  readonly parameters: object;
  /** The training that it is meant for, in epochs of so many batches. */
  readonly epochs: number;
  readonly batches: number;
}

/** Takes whatever was pasted: the presets check it. */
type Reader = (parameters: never) => CosineAnnealingConfig;

export const READERS: Readonly<Record<string, Reader>> = {
  Keras: fromKeras,
  PyTorch: fromPyTorch,
  timm: fromTimm,
  optax: fromOptax,
  transformers: fromTransformers,
  MMEngine: fromMMEngine,
};

export const SAMPLES: readonly Sample[] = [
  {
    library: 'Keras',
    title: 'CosineDecayRestarts',
    parameters: {
      class_name: 'CosineDecayRestarts',
      config: { initial_learning_rate: 0.1, first_decay_steps: 500, t_mul: 2, m_mul: 0.8, alpha: 0.001 },
    },
    epochs: 35,
    batches: 100,
  },
  {
    library: 'Keras',
    title: 'CosineDecay with warm-up',
    parameters: {
      class_name: 'CosineDecay',
      config: { initial_learning_rate: 0, decay_steps: 900, warmup_target: 0.1, warmup_steps: 100 },
    },
    epochs: 10,
    batches: 100,
  },
  {
    library: 'PyTorch',
    title: 'CosineAnnealingWarmRestarts',
    parameters: { T_0: 10, T_mult: 2, eta_min: 0.001, base_lr: 0.1 },
    epochs: 70,
    batches: 100,
  },
  {
    library: 'PyTorch',
    title: 'CosineAnnealingLR',
    parameters: { T_max: 30, base_lr: 0.1 },
    epochs: 30,
    batches: 100,
  },
  {
    library: 'timm',
    title: 'CosineLRScheduler',
    parameters: {
      t_initial: 20,
      lr_min: 1e-5,
      cycle_limit: 3,
      cycle_decay: 0.5,
      warmup_t: 3,
      warmup_lr_init: 1e-4,
      base_lr: 0.1,
    },
    epochs: 60,
    batches: 100,
  },
  {
    library: 'optax',
    title: 'sgdr_schedule',
    parameters: [
      { init_value: 0, peak_value: 0.1, warmup_steps: 100, decay_steps: 500, end_value: 0.001 },
      { init_value: 0.001, peak_value: 0.05, warmup_steps: 100, decay_steps: 1000, end_value: 0.001 },
    ],
    epochs: 15,
    batches: 100,
  },
  {
    library: 'transformers',
    title: 'cosine_with_restarts',
    parameters: {
      name: 'cosine_with_restarts',
      num_warmup_steps: 200,
      num_training_steps: 2000,
      num_cycles: 3,
      base_lr: 5e-5,
    },
    epochs: 20,
    batches: 100,
  },
  {
    library: 'MMEngine',
    title: 'CosineRestartLR',
    parameters: {
      type: 'CosineRestartLR',
      periods: [10, 20, 30],
      restart_weights: [1, 0.7, 0.5],
      eta_min_ratio: 0.01,
      base_lr: 0.1,
    },
    epochs: 60,
    batches: 100,
  },
];
