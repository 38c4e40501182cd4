/** An element that index.html has. */
export function element<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page lacks #${id}`);
  return found as Kind;
}

/** A new element, with properties and children. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Gives an element these children, unless it has the like: screen readers hear no repetitions, and the focus stays. */
export function fill(target: Element, children: readonly Element[]): void {
  const before = target.children;
  const isSame =
    before.length === children.length && children.every((child, i) => child.isEqualNode(before[i] ?? null));
  if (!isSame) target.replaceChildren(...children);
}

/** Writes a text only if it is another one, so that screen readers hear no repetitions. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
