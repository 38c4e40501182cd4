import { create, element, write } from '../design/elements';
import type { Right } from '../design/verdict';
import { type Backend, chooseBackend, isBackend } from './backend';
import { drawContest, drawError, drawLoss } from './charts';
import { Contest } from './contest';
import { disposeMnist, loadMnist, type Mnist } from './data';
import { writeNumbers } from './numbers';
import { kept } from './record';
import { forgetRun, type Listener, Run } from './run';
import { drawSearch, PeakSearch, roundedPeak } from './search';
import { imagesOf, obstacle, type Setup, titleOf } from './setup';
import { becomeTheOne } from './tab';

type Phase =
  | 'waiting'
  | 'ready'
  | 'loading'
  | 'training'
  | 'stopping'
  | 'stopped'
  | 'finished'
  | 'diverged'
  | 'comparing'
  | 'searching'
  | 'failed';

const BUTTONS = ['train', 'stop', 'resume', 'start-over', 'contest', 'find'] as const;
type Button = (typeof BUTTONS)[number];

/** Milliseconds between two drawings while it trains. */
const DRAWING_EVERY = 200;
/** What a net that guesses has; a little less is no learning either. */
const LOSS_OF_GUESSING = Math.log(10) - 0.1;

/** What the trainer needs of the design. */
export interface Source {
  readonly right: Right | undefined;
  change(fields: Readonly<{ eta_max: number }>): void;
}

/** The part of the page that trains, once TensorFlow.js is here. */
export class Trainer {
  readonly #source: Source;
  readonly #messages = element('messages');
  #phase: Phase = 'waiting';
  #doing = '';
  #problem = '';
  #run: Run | undefined;
  #stoppable: { stop(): void } | undefined;
  #data: { readonly key: string; readonly mnist: Mnist } | undefined;
  #drawnAt = 0;
  #isDrawingDue = false;

  constructor(source: Source) {
    this.#source = source;
    this.#on('train', () => this.#begin());
    this.#on('resume', () => this.#goOn());
    this.#on('contest', () => this.#compare());
    this.#on('find', () => this.#find());
    this.#on('stop', async () => {
      this.#stoppable?.stop();
      this.#enter('stopping');
    });
    this.#on('start-over', () => this.#startOver());
  }

  /** Becomes the tab that trains, and takes up the run that this browser keeps. */
  async open(): Promise<void> {
    try {
      await becomeTheOne(() => {
        this.#doing =
          'Another tab of this page may be training: design here, and close that one to train here.';
        this.#enter('waiting');
      });
      const record = kept();
      if (!record) {
        this.#enter('ready');
        return;
      }
      this.#enterLoading('Loading the run that this browser keeps…');
      await this.#prepare(record.setup);
      this.#run = await Run.restore(record, this.#listener);
      this.#enter(this.#run ? this.#phaseOfRun(this.#run) : 'ready');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The design has changed. */
  refresh(): void {
    if (this.#phase !== 'waiting') this.#showButtons();
  }

  get #listener(): Listener {
    const warn = (text: string) => this.#say(text, 'warning');
    const info = (text: string) => this.#say(text, 'info');
    return { logger: { info, warn, debug: info }, onUpdate: () => this.#requestDrawing() };
  }

  async #begin(): Promise<void> {
    const setup = this.#setup();
    if (!setup || this.#run) return;
    this.#messages.replaceChildren();
    this.#enterLoading('Loading the images…');
    const ready = await this.#prepare(setup);
    this.#run = Run.begin({ ...ready, config: { ...ready.config, verbose: 1 } }, this.#listener);
    await this.#goOn();
  }

  async #goOn(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    this.#enterLoading('Loading the images…');
    run.setup = { ...(await this.#prepare(run.setup)), epochs: this.#epochsToTrain(run) };
    this.#stoppable = run;
    // To look at in the console: annealing.learningRate, annealing.history.toCSV(), ...
    Object.assign(globalThis, { annealing: run.annealing });
    this.#enter('training');
    await run.train(await this.#mnist(run.setup));
    this.#enter(this.#phaseOfRun(run));
  }

  async #compare(): Promise<void> {
    const setup = this.#setup();
    const peak = this.#source.right?.schedule.config.eta_max;
    if (!setup || peak === undefined) return;
    this.#enterLoading('Loading the images…');
    const ready = await this.#prepare(setup);
    const contest = new Contest();
    this.#stoppable = contest;
    this.#doing = 'Comparing four schedules on the same data, one after the other…';
    this.#enter('comparing');
    element('contest-result').hidden = false;
    const highest = typeof peak === 'number' ? peak : Math.max(...peak);
    await contest.hold(ready, highest, await this.#mnist(ready), () => drawContest(contest.results));
    write(element('contest-words'), wordsOf(contest.results));
    this.#enter(this.#run ? this.#phaseOfRun(this.#run) : 'ready');
  }

  async #find(): Promise<void> {
    const setup = this.#setup();
    if (!setup) return;
    this.#enterLoading('Loading the images…');
    const ready = await this.#prepare(setup);
    const search = new PeakSearch(ready);
    this.#stoppable = search;
    this.#doing = 'Searching for eta_max…';
    this.#enter('searching');
    const found = await search.run(await this.#mnist(ready), (text) => {
      this.#doing = text;
      this.#showButtons();
    });
    element('search-result').hidden = false;
    drawSearch(found);
    const peak = roundedPeak(found);
    const use = create('button', { type: 'button', id: 'use-found' }, `Use eta_max ${peak}`);
    use.addEventListener('click', () => this.#source.change({ eta_max: peak }));
    const words = `Found ${peak} for ${ready.epochs} epochs, in ${found.spent} updates. `;
    element('search-words').replaceChildren(words, use);
    this.#enter(this.#run ? this.#phaseOfRun(this.#run) : 'ready');
  }

  async #startOver(): Promise<void> {
    const dialog = element<HTMLDialogElement>('really');
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
    if (dialog.returnValue !== 'yes') return;
    this.#run?.dispose();
    this.#run = undefined;
    await forgetRun();
    this.#messages.replaceChildren();
    for (const id of ['loss-chart', 'error-chart']) element(id).replaceChildren();
    this.#enter('ready');
  }

  /** The design as a run; undefined while something is wrong with it. */
  #setup(): Setup | undefined {
    const { right } = this.#source;
    if (!right || obstacle(right)) return undefined;
    const { config, training } = right;
    const wanted = element<HTMLSelectElement>('backend').value;
    return { config, ...training, backend: isBackend(wanted) ? wanted : 'webgl' };
  }

  /** More epochs of the same design make a run go on. */
  #epochsToTrain({ setup, epochsDone }: Run): number {
    const { right } = this.#source;
    const isSame =
      JSON.stringify({ ...right?.config, verbose: 1 }) === JSON.stringify({ ...setup.config, verbose: 1 }) &&
      right?.training.batches === setup.batches;
    return right && isSame ? Math.max(right.training.epochs, epochsDone) : setup.epochs;
  }

  /** Has TensorFlow.js use the backend of a setup, or the next best, and the images there. */
  async #prepare(setup: Setup): Promise<Setup> {
    const backend: Backend = await chooseBackend(setup.backend);
    if (backend !== setup.backend) {
      this.#say(`${setup.backend} is not to be had in this browser, so this is ${backend}`, 'warning');
    }
    element<HTMLSelectElement>('backend').value = backend;
    const ready = { ...setup, backend };
    await this.#mnist(ready);
    return ready;
  }

  async #mnist({ backend, batches }: Setup): Promise<Mnist> {
    const key = `${backend} ${batches}`;
    if (this.#data?.key !== key) {
      if (this.#data) disposeMnist(this.#data.mnist);
      this.#data = { key, mnist: await loadMnist(imagesOf(batches)) };
    }
    return this.#data.mnist;
  }

  #phaseOfRun(run: Run): Phase {
    if (run.hasDiverged) return 'diverged';
    return run.isFinished ? 'finished' : 'stopped';
  }

  #on(button: Button, act: () => Promise<void>): void {
    element(button).addEventListener('click', () => {
      act().catch((error: unknown) => this.#fail(error));
    });
  }

  #fail(error: unknown): void {
    console.error(error);
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#enter('failed');
  }

  #enterLoading(text: string): void {
    this.#doing = text;
    this.#enter('loading');
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#drawnAt = 0;
    this.#showButtons();
    this.#requestDrawing();
    document.body.dataset['phase'] = phase;
  }

  /** Which buttons can be pressed; the focus goes on from one that no longer can to one that can. */
  #showButtons(): void {
    const phase = this.#phase;
    const { right } = this.#source;
    const isIdle = ['ready', 'stopped', 'finished', 'diverged', 'failed'].includes(phase);
    const isOpen =
      this.#run && !this.#run.hasDiverged && this.#run.epochsDone < this.#epochsToTrain(this.#run);
    const isTrainable = right !== undefined && obstacle(right) === undefined;
    const enabled: Readonly<{ [name in Button]: boolean }> = {
      train: phase === 'ready' && isTrainable,
      stop: ['training', 'comparing', 'searching'].includes(phase),
      resume: isIdle && isOpen === true,
      'start-over': isIdle && (this.#run !== undefined || phase === 'failed'),
      contest: isIdle && isTrainable,
      find: isIdle && isTrainable,
    };
    const focused = BUTTONS.find((name) => element(name) === document.activeElement);
    const isWaiting = document.activeElement === element('status');
    for (const name of BUTTONS) element<HTMLButtonElement>(name).disabled = !enabled[name];
    if (isWaiting || (focused && !enabled[focused])) {
      const next = BUTTONS.find((name) => name !== 'find' && enabled[name]);
      element(next ?? 'status').focus({ preventScroll: true });
    }
    write(element('status'), this.#statusText(right));
  }

  #requestDrawing(): void {
    if (this.#isDrawingDue) return;
    this.#isDrawingDue = true;
    const wait = Math.max(0, this.#drawnAt + DRAWING_EVERY - performance.now());
    setTimeout(() => requestAnimationFrame(() => this.#draw()), wait);
  }

  #draw(): void {
    this.#isDrawingDue = false;
    this.#drawnAt = performance.now();
    this.#showButtons();
    writeNumbers(this.#run);
    if (!this.#run) return;
    drawLoss(this.#run);
    drawError(this.#run);
  }

  #statusText(right: Right | undefined): string {
    const run = this.#run;
    const done = run?.epochsDone ?? 0;
    const all = run?.setup.epochs ?? 0;
    const what = run ? ` ${titleOf(run.setup)}.` : '';
    switch (this.#phase) {
      case 'waiting':
      case 'loading':
      case 'comparing':
      case 'searching':
        return this.#doing;
      case 'ready': {
        if (!right) return 'Not ready: something is wrong in the form.';
        const why = obstacle(right);
        return why ? `Not ready: ${why}.` : `Ready: ${imagesOf(right.training.batches)} images of digits.`;
      }
      case 'training':
        return `Training: epoch ${Math.min(done + 1, all)} of ${all}.${what}`;
      case 'stopping':
        return 'Stopping at the end of the epoch…';
      case 'stopped':
        return `Stopped after epoch ${done} of ${all}; kept in this browser.${what}`;
      case 'finished':
        return `${learned(run) ? 'Done' : 'Done, but nothing was learned: the loss is that of guessing, so try another eta_max'} after ${all} epochs; raise epochs to go on.${what}`;
      case 'diverged':
        return `Diverged in epoch ${done + 1}: the loss is no longer a number. Start over with a lower eta_max.${what}`;
      case 'failed':
        return this.#problem;
    }
  }

  #say(text: string, className: string): void {
    const words = text.replace('CosineAnnealingCallback: ', '');
    this.#messages.append(create('li', { className }, words));
    this.#messages.scrollTop = this.#messages.scrollHeight;
  }
}

function learned(run: Run | undefined): boolean {
  const last = run?.losses.slice(-20) ?? [];
  return last.length === 0 || last.reduce((sum, loss) => sum + loss, 0) / last.length < LOSS_OF_GUESSING;
}

/** The outcome of a contest, from the lowest error. */
function wordsOf(results: ReadonlyMap<string, readonly number[]>): string {
  const ranking = [...results]
    .flatMap(([name, accuracies]) => {
      const last = accuracies.at(-1);
      return last === undefined ? [] : [{ name, error: 100 * (1 - last) }];
    })
    .sort((a, b) => a.error - b.error)
    .map(({ name, error }) => `${name} ${error.toFixed(1)} %`);
  return `Test error at the end: ${ranking.join(', ')}. One training each, so small differences mean little.`;
}
