import { Address } from './address';
import { Chart } from './chart';
import { comparisonTable } from './comparison';
import { type Design, FIRST, type Which } from './design';
import type { Draft } from './draft';
import { element, fill, write } from './elements';
import { type Fields, findings } from './findings';
import { Form } from './form';
import { designOf } from './link';
import { Presets } from './presets';
import { cycleTable } from './table';
import { Takeaway } from './takeaway';
import { judge, type Right, type Verdict } from './verdict';

/** The part of the page without TensorFlow.js: what is written, drawn, judged, and kept in the page's URL. */
export class Designer {
  readonly #form: Form;
  readonly #chart: Chart;
  readonly #takeaway: Takeaway;
  readonly #address = new Address();
  readonly #table = element<HTMLDetailsElement>('cycles-in-table');
  readonly #onChange: () => void;
  #design: Design = designOf(location.hash);
  #which: Which = 'a';
  #drawn: { a: Right; b: Right | undefined } | undefined;
  #verdict: Verdict = { problems: new Map(), right: undefined };
  #isDrawingDue = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#form = new Form(element('form'), (name, text) => this.#set({ [name]: text }));
    this.#chart = new Chart((draft) => this.#take({ ...this.#design, [this.#which]: draft }));
    this.#takeaway = new Takeaway(() => {
      this.#address.write();
      return location.href;
    });
    new Presets(({ draft, sample }) => {
      const training = sample && { epochs: String(sample.epochs), batches: String(sample.batches) };
      this.#act({ ...this.#design, [this.#which]: draft, ...(training && { training }) });
    });
    element('design').addEventListener('submit', (event) => event.preventDefault());
    element('compare').addEventListener('click', () => this.#compare());
    element('reset').addEventListener('click', () => this.#act(FIRST));
    for (const which of ['a', 'b'] as const) {
      element(`edit-${which}`).addEventListener('change', () => {
        this.#which = which;
        this.#draw();
      });
    }
    element<HTMLInputElement>('log-scale').addEventListener('change', ({ currentTarget }) => {
      this.#take({ ...this.#design, isLog: (currentTarget as HTMLInputElement).checked });
    });
    this.#table.addEventListener('toggle', () => this.#draw());
    addEventListener('hashchange', () => this.#follow());
    addEventListener('popstate', () => this.#follow());
    this.#draw();
  }

  /** The schedule in the form and its training; undefined while something is wrong with it. */
  get right(): Right | undefined {
    return this.#verdict.right;
  }

  /** Changes fields of the schedule in the form, as if they were typed. */
  change(fields: Fields): void {
    this.#set(fields);
  }

  #set(fields: Fields): void {
    let { training } = this.#design;
    let draft = this.#written;
    for (const [name, value] of Object.entries(fields)) {
      const changed = { [name]: value === undefined ? '' : String(value) };
      if (name in training) training = { ...training, ...changed };
      else draft = { ...draft, ...changed };
    }
    this.#take({ ...this.#design, training, [this.#which]: draft });
  }

  /** The draft in the form. */
  get #written(): Draft {
    return (this.#which === 'b' ? this.#design.b : undefined) ?? this.#design.a;
  }

  #compare(): void {
    const { a, b } = this.#design;
    this.#which = b ? 'a' : 'b';
    this.#act({ ...this.#design, b: b ? undefined : a });
  }

  /** A change that the browser's Back takes back. */
  #act(design: Design): void {
    this.#address.push(design);
    this.#take(design);
  }

  #take(design: Design): void {
    this.#design = design;
    this.#address.replace(design);
    this.#requestDrawing();
  }

  /** Takes over what the URL says, after Back, or a link that was pasted. */
  #follow(): void {
    if (!this.#address.differsFrom(this.#design)) return;
    this.#design = designOf(location.hash);
    this.#requestDrawing();
  }

  /** Draws once a frame at most, however fast changes come; in a hidden page, once it is seen. */
  #requestDrawing(): void {
    if (this.#isDrawingDue) return;
    this.#isDrawingDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#isDrawingDue = false;
    const { a, b, training, isLog } = this.#design;
    if (!b) this.#which = 'a';
    const verdicts = { a: judge(a, training), b: b && judge(b, training) };
    const verdict = verdicts[this.#which] ?? verdicts.a;
    this.#verdict = verdict;
    this.#form.show(this.#written, training, verdict.problems);
    this.#showChoice();
    const drawn =
      verdicts.a.right && (!b || verdicts.b?.right)
        ? { a: verdicts.a.right, b: verdicts.b?.right }
        : undefined;
    if (drawn) this.#drawn = drawn;
    this.#chart.dim(!drawn);
    fill(
      element('findings'),
      findings(verdict, (fields) => this.#cure(fields)),
    );
    if (this.#drawn) {
      const edited = (drawn && verdict.right) ?? this.#drawn.a;
      this.#chart.draw({ ...this.#drawn, isLog, edited, draft: this.#written });
      this.#takeaway.show(edited, this.#drawn.a, this.#drawn.b, isLog);
      // Its hundred rows are for those who open it.
      if (this.#table.open) fill(element('cycle-table'), [cycleTable(edited)]);
      const { a: rightA, b: rightB } = this.#drawn;
      fill(element('comparison'), b && rightB ? [comparisonTable(rightA, a, rightB, b)] : []);
    }
    this.#onChange();
  }

  #cure(fields: Fields): void {
    this.#act(this.#design);
    this.#set(fields);
    element('findings').focus();
  }

  /** A and B, and which of them the form holds. */
  #showChoice(): void {
    const { b, isLog } = this.#design;
    element('choice').hidden = b === undefined;
    element<HTMLInputElement>(`edit-${this.#which}`).checked = true;
    element<HTMLInputElement>('log-scale').checked = isLog;
    write(element('compare'), b ? 'Drop B' : 'Compare with a copy');
  }
}
