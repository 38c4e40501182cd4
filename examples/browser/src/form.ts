import {
  type CosineAnnealingConfig,
  CosineAnnealingError,
  cosineAnnealing,
  type Problem,
  type Schedule,
} from 'tfjs-cosine-annealing';

const FIELDS = ['T_0', 'T_mult', 'eta_max', 'eta_min', 'epochs'] as const;
type Field = (typeof FIELDS)[number];
const MOST_EPOCHS = 200;

/** What the form asks for, where all of it is right. */
export interface Plan {
  readonly config: CosineAnnealingConfig;
  readonly schedule: Schedule;
  readonly epochs: number;
}

/** The fields of a schedule, each with a slider; what is wrong with a value is said below it. */
export class Form {
  readonly #onChange: () => void;
  #plan: Plan | undefined;

  constructor(form: HTMLFormElement, onChange: () => void) {
    this.#onChange = onChange;
    for (const slider of form.querySelectorAll<HTMLInputElement>('input[type=range]')) {
      const field = input(slider.dataset['for'] as Field);
      slider.addEventListener('input', () => {
        field.value = String(valueAt(slider));
      });
      field.addEventListener('input', () => moveTo(slider, field.valueAsNumber));
      moveTo(slider, field.valueAsNumber);
    }
    form.addEventListener('input', () => this.#read());
    this.#read();
  }

  /** Undefined while something is wrong. */
  get plan(): Plan | undefined {
    return this.#plan;
  }

  /** Shows the values of a run. */
  fill(values: { readonly [key in Field]?: unknown }): void {
    for (const field of FIELDS) {
      if (typeof values[field] === 'number') input(field).value = String(values[field]);
      input(field).dispatchEvent(new Event('input', { bubbles: true }));
    }
  }

  /** The schedule of a run is fixed once it has begun, its length only while it trains. */
  lock({ schedule, length }: { schedule: boolean; length: boolean }): void {
    (document.getElementById('schedule') as HTMLFieldSetElement).disabled = schedule;
    (document.getElementById('length') as HTMLFieldSetElement).disabled = length;
  }

  #read(): void {
    const [T_0, T_mult, eta_max, eta_min, epochs] = FIELDS.map(read);
    const config = { T_0, T_mult, eta_max: eta_max as number, eta_min };
    const problems = new Map<string, string>();
    let schedule: Schedule | undefined;
    try {
      schedule = cosineAnnealing(config);
    } catch (error) {
      if (!(error instanceof CosineAnnealingError)) throw error;
      for (const { path, ...problem } of error.problems) problems.set(String(path[0]), sentenceOf(problem));
    }
    if (epochs === undefined || !Number.isInteger(epochs) || epochs < 1 || epochs > MOST_EPOCHS)
      problems.set('epochs', `expected an integer from 1 to ${MOST_EPOCHS}, got ${epochs ?? 'nothing'}`);
    for (const field of FIELDS) complain(field, problems.get(field));
    this.#plan = schedule && epochs && problems.size === 0 ? { config, schedule, epochs } : undefined;
    (document.getElementById('epochs-hint') as HTMLElement).textContent = this.#plan
      ? endsOf(this.#plan)
      : '';
    this.#onChange();
  }
}

/** A problem beside its field, which already shows the name. */
function sentenceOf({ rule, cure, ...rest }: Omit<Problem, 'path'>): string {
  const value = 'received' in rest ? `, got ${rest.received ?? 'nothing'}` : '';
  return `${rule}${value}${cure === undefined ? '' : `; ${cure}`}`;
}

function complain(field: Field, problem = ''): void {
  input(field).setAttribute('aria-invalid', String(problem !== ''));
  (document.getElementById(`${field}-error`) as HTMLElement).textContent = problem;
}

/** Training should end where a cycle does, at its lowest learning rate. */
function endsOf({ schedule, epochs }: Plan): string {
  const { cycle } = schedule.cycleAt(epochs);
  const ends = [];
  for (let i = Math.max(1, cycle - 3); ends.length < 5; i++)
    ends.push(schedule.cycleStart(i).toLocaleString('en'));
  return `Cycles end at ${ends.join(', ')}, …`;
}

const input = (field: Field) => document.getElementById(field) as HTMLInputElement;

/** An empty field asks for the default. */
function read(field: Field): number | undefined {
  const { value, valueAsNumber } = input(field);
  return value === '' ? undefined : valueAsNumber;
}

/** Sliders of learning rates are logarithmic; the left end of some stands for 0. */
function valueAt({ value, min, dataset }: HTMLInputElement): number {
  if (dataset['scale'] !== 'log') return Number(value);
  return 'zero' in dataset && value === min ? 0 : Number((10 ** Number(value)).toPrecision(2));
}

function moveTo(slider: HTMLInputElement, value: number): void {
  slider.value = String(slider.dataset['scale'] === 'log' ? Math.log10(value) : value);
}
