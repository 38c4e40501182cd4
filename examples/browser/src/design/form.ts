import type { TrainingDraft } from './design';
import type { Draft } from './draft';
import { create, element, write } from './elements';
import { type Field, GROUPS, type Group } from './fields';
import { LADDERS, type Ladder, nearest, stepFrom } from './ladder';

const TRAINING: Group = {
  title: 'training',
  fields: [
    { name: 'epochs', meaning: 'How many epochs the training has: an integer >= 1.' },
    { name: 'batches', meaning: 'How many batches an epoch has: an integer >= 1.' },
  ].map((field) => ({ ...field, byDefault: '', choices: undefined })),
};

/** What is open at first; the other groups open when they hold something. */
const OPEN = ['training', 'cycles', 'rates'];

type Control = HTMLInputElement | HTMLSelectElement;

/** Every key of the config as a field, some with a slider, and what is wrong with a value below it. */
export class Form {
  readonly #controls = new Map<string, Control>();
  readonly #sliders = new Map<string, HTMLInputElement>();
  readonly #errors = new Map<string, HTMLElement>();
  readonly #groups = new Map<string, HTMLDetailsElement>();
  readonly #onInput: (name: string, text: string) => void;

  constructor(form: HTMLElement, onInput: (name: string, text: string) => void) {
    this.#onInput = onInput;
    form.append(...[TRAINING, ...GROUPS].map((group) => this.#group(group)));
    form.addEventListener('focusin', ({ target }) => explain(target));
    form.addEventListener('pointerover', ({ target }) => explain(target));
  }

  /** Shows what is written, and what is wrong with it. */
  show(draft: Draft, training: TrainingDraft, problems: ReadonlyMap<string, string>): void {
    const texts: Draft = { ...draft, ...training };
    for (const [name, control] of this.#controls) {
      const text = texts[name] ?? '';
      if (control instanceof HTMLSelectElement) offer(control, text);
      if (control.value !== text) control.value = text;
      const problem = problems.get(name) ?? '';
      control.setAttribute('aria-invalid', String(problem !== ''));
      const error = this.#errors.get(name);
      if (error) write(error, problem);
      const slider = this.#sliders.get(name);
      if (slider) moveTo(slider, ladderOf(name), text || control.dataset['byDefault'] || '');
      const group = this.#groups.get(name);
      if (group && (text !== '' || problem !== '')) group.open = true;
    }
    write(element('form-error'), problems.get('') ?? '');
  }

  #group({ title, fields }: Group): HTMLElement {
    const rows = fields.map((field) => this.#field(field));
    const details = create('details', { open: OPEN.includes(title) }, create('summary', {}, title), ...rows);
    for (const { name } of fields) this.#groups.set(name, details);
    return details;
  }

  #field(field: Field): HTMLElement {
    const { name, meaning } = field;
    const control = field.choices ? select(field, field.choices) : textBox(field);
    control.id = name;
    control.setAttribute('aria-describedby', `${name}-error ${name}-meaning`);
    control.addEventListener('input', () => this.#onInput(name, control.value));
    const error = create('p', { id: `${name}-error`, className: 'error' });
    error.setAttribute('aria-live', 'polite');
    this.#controls.set(name, control);
    this.#errors.set(name, error);
    const label = create('label', { htmlFor: name }, create('code', {}, name));
    const row = create('div', { className: 'field' }, label, control, error);
    if (name === 'eta_max') row.append(findButton());
    row.append(create('p', { id: `${name}-meaning`, className: 'meaning', hidden: true }, meaning));
    const ladder = LADDERS[name];
    if (ladder && control instanceof HTMLInputElement) this.#addSlider(name, ladder, control);
    return row;
  }

  #addSlider(name: string, ladder: Ladder, box: HTMLInputElement): void {
    const slider = create('input', { type: 'range', min: '0', max: String(ladder.length - 1), step: '1' });
    slider.setAttribute('aria-label', `${name}, slider`);
    slider.addEventListener('input', () => {
      this.#onInput(name, String(ladder[slider.valueAsNumber]));
    });
    box.addEventListener('keydown', (event) => {
      const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : undefined;
      if (direction === undefined || box.value.trim() === '' || Number.isNaN(Number(box.value))) return;
      event.preventDefault();
      this.#onInput(name, String(stepFrom(ladder, Number(box.value), direction)));
    });
    box.before(slider);
    this.#sliders.set(name, slider);
  }
}

/** What it does is up to the part of the page that trains. */
const findButton = () =>
  create(
    'button',
    { type: 'button', id: 'find', title: 'Trains a little to find a good eta_max' },
    'Find eta_max',
  );

const ladderOf = (name: string): Ladder => LADDERS[name] ?? [];

/** A slider stands at the nearest of its steps, and says the true value. */
function moveTo(slider: HTMLInputElement, ladder: Ladder, text: string): void {
  const value = Number(text);
  if (text.trim() !== '' && !Number.isNaN(value)) slider.value = String(nearest(ladder, value));
  slider.setAttribute('aria-valuetext', text.trim() === '' ? 'empty' : text);
}

function textBox({ byDefault }: Field): HTMLInputElement {
  const box = create('input', {
    type: 'text',
    inputMode: 'decimal',
    placeholder: byDefault,
    spellcheck: false,
  });
  box.autocomplete = 'off';
  box.dataset['byDefault'] = byDefault;
  return box;
}

function select({ byDefault }: Field, choices: readonly string[]): HTMLSelectElement {
  const options = choices.map((choice) => create('option', { value: choice }, choice));
  return create('select', {}, create('option', { value: '' }, `default (${byDefault})`), ...options);
}

/** A link may hold what isn't to be chosen: it is shown, and refused by the package. */
function offer(control: HTMLSelectElement, text: string): void {
  control.querySelector('[data-strange]')?.remove();
  if ([...control.options].some(({ value }) => value === text)) return;
  const strange = create('option', { value: text }, text);
  strange.dataset['strange'] = '';
  control.append(strange);
}

/** Writes what a field means into the one place for that, so that nothing on the page moves. */
function explain(target: EventTarget | null): void {
  const field = target instanceof Element ? target.closest('.field') : null;
  const name = field?.querySelector('code')?.textContent;
  const meaning = field?.querySelector('.meaning')?.textContent;
  if (name && meaning) element('meaning').replaceChildren(create('code', {}, name), ` ${meaning}`);
}
