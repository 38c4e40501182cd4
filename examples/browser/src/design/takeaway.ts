import { codeOf, LANGUAGES, type Language } from './code';
import { csvOf } from './csv';
import { drawing } from './drawing';
import { create, element, write } from './elements';
import { save } from './file';
import type { Right } from './verdict';

/** The part of the page that hands a design on: as a link, as code, as files. */
export class Takeaway {
  readonly #code = element('code');
  #language: Language = 'TypeScript';
  #shown: { readonly edited: Right; readonly svg: () => string } | undefined;

  /** @param link What to copy as the design's link. */
  constructor(link: () => string) {
    const languages = element('languages');
    for (const language of LANGUAGES) {
      const choice = create('input', { type: 'radio', name: 'language', value: language });
      choice.checked = language === this.#language;
      choice.addEventListener('change', () => {
        this.#language = language;
        this.#write();
      });
      languages.append(create('label', {}, choice, language));
    }
    this.#onClick('copy-code', () => this.#copy('copy-code', this.#code.textContent ?? ''));
    this.#onClick('copy-link', () => this.#copy('copy-link', link()));
    this.#onClick('save-csv', ({ edited }) => save('learning-rate.csv', 'text/csv', csvOf(edited)));
    this.#onClick('save-svg', ({ svg }) => save('learning-rate.svg', 'image/svg+xml', svg()));
    this.#onClick('save-json', ({ edited }) => {
      save('config.json', 'application/json', codeOf(edited, 'JSON'));
    });
  }

  show(edited: Right, a: Right, b: Right | undefined, isLog: boolean): void {
    this.#shown = { edited, svg: () => drawing(a, b, isLog, { width: 800, height: 400 }) };
    this.#write();
  }

  #write(): void {
    if (this.#shown) write(this.#code, codeOf(this.#shown.edited, this.#language));
  }

  #onClick(id: string, act: (shown: { readonly edited: Right; readonly svg: () => string }) => void): void {
    element(id).addEventListener('click', () => {
      if (this.#shown) act(this.#shown);
    });
  }

  /** Copies, and says so on the button itself. */
  async #copy(id: string, text: string): Promise<void> {
    const button = element(id);
    const label = button.dataset['label'] ?? button.textContent ?? '';
    button.dataset['label'] = label;
    try {
      await navigator.clipboard.writeText(text);
      write(element('said'), 'Copied');
      write(button, 'Copied');
    } catch {
      write(element('said'), 'This browser doesn’t let the page copy: select the text instead');
    }
    setTimeout(() => write(button, label), 1500);
  }
}
