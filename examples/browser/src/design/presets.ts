import { CosineAnnealingError } from 'tfjs-cosine-annealing/schedule';
import { type Draft, draftOf } from './draft';
import { create, element, write } from './elements';
import { READERS, SAMPLES, type Sample } from './samples';
import { sentenceOf } from './verdict';

/** What a preset fills in; without a sample behind it, the training stays as it is. */
export interface Filled {
  readonly draft: Draft;
  readonly sample: Sample | undefined;
}

/** Schedules of other libraries: a sample to begin with, or parameters to paste, in that library's own names. */
export class Presets {
  readonly #library = element<HTMLSelectElement>('library');
  readonly #parameters = element<HTMLTextAreaElement>('parameters');
  #sample: Sample | undefined;

  constructor(onUse: (filled: Filled) => void) {
    const samples = element<HTMLSelectElement>('sample');
    samples.append(
      ...SAMPLES.map(({ library, title }, i) =>
        create('option', { value: String(i) }, `${library}: ${title}`),
      ),
    );
    this.#library.append(...Object.keys(READERS).map((name) => create('option', {}, name)));
    samples.addEventListener('change', () => this.#begin(SAMPLES[Number(samples.value)]));
    this.#parameters.addEventListener('input', () => {
      this.#sample = undefined;
    });
    element('use-preset').addEventListener('click', () => {
      const draft = this.#read();
      if (draft) onUse({ draft, sample: this.#sample });
    });
    this.#begin(SAMPLES[0]);
  }

  #begin(sample: Sample | undefined): void {
    if (!sample) return;
    this.#sample = sample;
    this.#library.value = sample.library;
    this.#parameters.value = JSON.stringify(sample.parameters, null, 1).replaceAll(/\n\s*/g, ' ');
    this.#complain('');
  }

  #read(): Draft | undefined {
    this.#complain('');
    const reader = READERS[this.#library.value];
    try {
      return reader && draftOf(reader(JSON.parse(this.#parameters.value) as never));
    } catch (error) {
      this.#complain(wordsOf(error));
      return undefined;
    }
  }

  #complain(text: string): void {
    write(element('preset-error'), text);
    this.#parameters.setAttribute('aria-invalid', String(text !== ''));
  }
}

/** What is wrong with parameters: of the package's problems a line each, in the other library's names. */
function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return `Not JSON: ${error.message}`;
  if (!(error instanceof CosineAnnealingError)) throw error;
  return error.problems.map((problem) => `${nameOf(problem.path)}${sentenceOf(problem)}`).join('\n');
}

const nameOf = (path: readonly (string | number)[]) =>
  path.length === 0 ? '' : `${path.filter((step) => typeof step === 'string').join('.')}: `;
