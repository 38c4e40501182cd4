import type { CosineAnnealingOptions } from 'tfjs-cosine-annealing';
import { TRAINING_IMAGES } from '../subset.mts';
import { type Backend, chooseBackend, isBackend } from './backend';
import { Dashboard } from './dashboard';
import { loadMnist, type Mnist } from './data';
import { Form } from './form';
import { BATCH_SIZE, Run } from './run';
import { forgetRun } from './store';

// ?backend=webgl|wasm|cpu, and ?images=640 for short epochs.
const query = new URLSearchParams(location.search);
const wanted = query.get('backend') ?? 'webgl';
const images = Math.min(Number(query.get('images') ?? TRAINING_IMAGES), TRAINING_IMAGES);
const batchesPerEpoch = Math.ceil(images / BATCH_SIZE);

type Phase = 'loading' | 'ready' | 'training' | 'stopping' | 'stopped' | 'finished' | 'failed';

let phase: Phase = 'loading';
let problem = '';
let backend: Backend;
let mnist: Mnist;
let run: Run | undefined;

const status = element('status');
const messages = element('messages');
const [train, stop, resume, startOver] = ['train', 'stop', 'resume', 'start-over'].map(
  (id) => element(id) as HTMLButtonElement,
) as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];

const dashboard = new Dashboard();
const form = new Form(element('form') as HTMLFormElement, requestDrawing);

const options: CosineAnnealingOptions = {
  logger: { info: say, warn: (text) => say(text, 'warning'), debug: say },
  onRestart: () => {
    if (run) run.restarts++;
  },
};

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!train.disabled) void begin();
});
resume.addEventListener('click', () => void goOn());
stop.addEventListener('click', () => {
  run?.stop();
  enter('stopping');
});
startOver.addEventListener('click', () => void clear());

await open();

async function open(): Promise<void> {
  try {
    backend = await chooseBackend(isBackend(wanted) ? wanted : 'webgl');
    document.querySelector(`nav a[href$="=${backend}"]`)?.setAttribute('aria-current', 'true');
    if (backend !== wanted)
      say(`${wanted} is not to be had in this browser, so this is ${backend}`, 'warning');
    mnist = await loadMnist(images);
    const saved = await Run.saved(backend, options);
    if (saved === undefined) return enter('ready');
    adopt(saved);
    form.fill({ ...saved.annealing.config, epochs: saved.epochs });
    enter(saved.finished ? 'finished' : 'stopped');
  } catch (error) {
    fail(error);
  }
}

async function begin(): Promise<void> {
  if (form.plan === undefined) return;
  const { config, epochs } = form.plan;
  messages.replaceChildren();
  adopt(Run.begin(backend, { ...config, verbose: 1 }, epochs, options));
  await goOn();
}

async function goOn(): Promise<void> {
  if (run === undefined || form.plan === undefined) return;
  run.epochs = form.plan.epochs;
  enter('training');
  try {
    await run.train(mnist, requestDrawing);
    enter(run.finished ? 'finished' : 'stopped');
  } catch (error) {
    fail(error);
  }
}

async function clear(): Promise<void> {
  run?.dispose();
  run = undefined;
  await forgetRun(backend);
  messages.replaceChildren();
  enter('ready');
}

function adopt(newRun: Run): void {
  run = newRun;
  // To look at in the console: annealing.learningRate, annealing.history.toCSV(), ...
  Object.assign(globalThis, { annealing: run.annealing });
}

function fail(error: unknown): void {
  console.error(error);
  problem = error instanceof Error ? error.message : String(error);
  enter('failed');
}

function enter(next: Phase): void {
  phase = next;
  const isBusy = phase === 'training' || phase === 'stopping' || phase === 'loading';
  form.lock({ schedule: isBusy || run !== undefined, length: isBusy });
  requestDrawing();
}

let isDrawingDue = false;

/** Draws once a frame at most, however fast batches come. */
function requestDrawing(): void {
  if (isDrawingDue) return;
  isDrawingDue = true;
  requestAnimationFrame(() => {
    isDrawingDue = false;
    draw();
  });
}

function draw(): void {
  const schedule = run?.annealing.schedule ?? form.plan?.schedule;
  const epochs = form.plan?.epochs ?? run?.epochs;
  if (schedule && epochs) dashboard.draw({ schedule, epochs, batchesPerEpoch, run });
  dashboard.dim(form.plan === undefined);
  const isOpenEnded = run !== undefined && run.epochsDone < (form.plan?.epochs ?? 0);
  train.disabled = phase !== 'ready' || form.plan === undefined;
  stop.disabled = phase !== 'training';
  resume.disabled = !(phase === 'stopped' || phase === 'finished') || !isOpenEnded;
  startOver.disabled = !(phase === 'stopped' || phase === 'finished' || phase === 'failed');
  const text = statusText();
  if (status.textContent !== text) status.textContent = text; // said aloud at each change
  document.body.dataset['phase'] = phase;
}

function statusText(): string {
  const done = run?.epochsDone ?? 0;
  const all = run?.epochs ?? 0;
  switch (phase) {
    case 'loading':
      return 'Loading…';
    case 'ready':
      return `Ready: ${images.toLocaleString('en')} images, ${batchesPerEpoch} batches an epoch`;
    case 'training':
      return `Training: epoch ${Math.min(done + 1, all)} of ${all}`;
    case 'stopping':
      return `Stopping at the end of epoch ${done + 1}…`;
    case 'stopped':
      return `Stopped after epoch ${done} of ${all}; kept in this browser`;
    case 'finished':
      return `Done after ${all} epochs; raise epochs to go on`;
    case 'failed':
      return problem;
  }
}

function say(text: string, kind = 'info'): void {
  const line = document.createElement('li');
  line.className = kind;
  line.textContent = text.replace('CosineAnnealingCallback: ', '');
  messages.append(line);
  messages.scrollTop = messages.scrollHeight;
}

function element(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
