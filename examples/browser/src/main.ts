import { Designer } from './design/designer';
import { element, write } from './design/elements';
import type { Trainer } from './train/trainer';
import './style.css';

let trainer: Trainer | undefined;
const designer = new Designer(() => trainer?.refresh());

// TensorFlow.js comes once somebody wants to train, or has: 300 kB that a design does without.
const starters = ['train', 'contest', 'find'].map((id) => element<HTMLButtonElement>(id));
for (const button of starters) button.addEventListener('click', () => void load(button), { once: true });
if (localStorage.getItem('tfjs-cosine-annealing') !== null) void load();

async function load(pressed?: HTMLButtonElement): Promise<void> {
  if (trainer) return;
  write(element('status'), 'Loading TensorFlow.js…');
  const { Trainer } = await import('./train/trainer');
  if (trainer) return;
  trainer = new Trainer(designer);
  await trainer.open();
  pressed?.click();
}
