import type { Draft } from './draft';
import { drawing, leftOut, type Size } from './drawing';
import { element, write } from './elements';
import { apart, type Handle, handleNear, handlesOf, snapped } from './handles';
import { shape } from './overlay';
import { type PlotArea, plotAreaOf } from './plot-area';
import { described, positionAt } from './position';
import type { Right } from './verdict';

/** What the chart shows: the schedule A, perhaps B, and which of them can be dragged. */
export interface Shown {
  readonly a: Right;
  readonly b: Right | undefined;
  readonly isLog: boolean;
  readonly edited: Right;
  readonly draft: Draft;
}

/** In pixels. */
const RADIUS = 6;
/** How near to a handle a pointer must be, in pixels: a finger is broader than a mouse. */
const REACH = { mouse: 14, touch: 26 };

/** The drawing of toSVG, and above it what moves: the cursor and the handles. */
export class Chart {
  readonly #box = element('chart');
  readonly #cursor = element<HTMLInputElement>('cursor');
  readonly #onDrag: (draft: Draft) => void;
  /** Undefined until the page is laid out for the first time. */
  #size: Size | undefined;
  #shown: Shown | undefined;
  #area: PlotArea | undefined;
  #handles: readonly Handle[] = [];
  /** What is dragged, and the plot as it was when that began: axes may change under the pointer. */
  #drag: { readonly handle: Handle; readonly area: PlotArea } | undefined;

  constructor(onDrag: (draft: Draft) => void) {
    this.#onDrag = onDrag;
    // Told rather than asked for, which would have the page laid out once more.
    new ResizeObserver((entries) => this.#fit(entries)).observe(this.#box);
    this.#cursor.addEventListener('input', () => this.#drawOverlay());
    this.#box.addEventListener('pointermove', (event) => this.#onMove(event));
    this.#box.addEventListener('pointerdown', (event) => this.#onDown(event));
    for (const type of ['pointerup', 'pointercancel'] as const) {
      this.#box.addEventListener(type, () => {
        this.#drag = undefined;
      });
    }
  }

  draw(shown: Shown): void {
    const before = this.#shown;
    this.#shown = shown;
    if (before?.a !== shown.a || before.b !== shown.b || before.isLog !== shown.isLog)
      this.#drawCurves(shown);
    this.#placeHandles(shown);
    this.#drawOverlay();
  }

  #drawCurves({ a, b, isLog }: Shown): void {
    if (!this.#size) return;
    const [width, height] = [Math.max(320, this.#size.width), Math.max(200, this.#size.height)];
    this.#box.innerHTML = drawing(a, b, isLog, { width, height });
    const svg = this.#box.querySelector('svg');
    this.#area = svg ? plotAreaOf(svg, a.to, isLog) : undefined;
    write(element('left-out'), leftOut(a, b, { width, height }));
  }

  #placeHandles({ edited, draft }: Shown): void {
    const area = this.#editedArea;
    this.#handles = area ? apart(handlesOf(edited, draft), area, RADIUS) : [];
  }

  /** The plot in the units of the schedule that can be dragged, which may count otherwise than A. */
  get #editedArea(): PlotArea | undefined {
    const [shown, area] = [this.#shown, this.#area];
    if (!shown || !area) return undefined;
    const scale = shown.a.to / shown.edited.to;
    return { ...area, xAt: (t) => area.xAt(t * scale), tAt: (x) => area.tAt(x) / scale };
  }

  #fit(entries: readonly ResizeObserverEntry[]): void {
    const box = entries.at(-1)?.contentRect;
    if (!box) return;
    const size = { width: Math.round(box.width), height: Math.round(box.height) };
    if (size.width === this.#size?.width && size.height === this.#size.height) return;
    this.#size = size;
    if (!this.#shown) return;
    this.#drawCurves(this.#shown);
    this.#placeHandles(this.#shown);
    this.#drawOverlay();
  }

  /** Shows that what is written can't be drawn, so that this is the schedule before. */
  dim(isStale: boolean): void {
    this.#box.classList.toggle('stale', isStale);
  }

  #drawOverlay(): void {
    const [shown, area, editedArea] = [this.#shown, this.#area, this.#editedArea];
    const svg = this.#box.querySelector('svg');
    if (!shown || !area || !editedArea || !svg) return;
    svg.querySelector('.overlay')?.remove();
    const overlay = shape('g', { class: 'overlay' });
    const share = this.#cursor.valueAsNumber / Number(this.#cursor.max);
    const across = { x1: area.left + share * (area.right - area.left), y1: area.top, y2: area.bottom };
    for (const name of ['hem', 'cursor'])
      overlay.append(shape('line', { ...across, x2: across.x1, class: name }));
    for (const { t, learningRate } of this.#handles) {
      const at = { cx: editedArea.xAt(t), cy: editedArea.yAt(learningRate) };
      overlay.append(shape('circle', { ...at, r: RADIUS, class: 'handle' }));
    }
    const texts = [];
    for (const [name, right] of [['a', shown.a] as const, ['b', shown.b] as const]) {
      if (!right) continue;
      const position = positionAt(right, share);
      const cy = area.yAt(position.learningRate);
      overlay.append(shape('circle', { cx: across.x1, cy, r: 4.5, class: `dot ${name}` }));
      texts.push(`${shown.b ? `${name.toUpperCase()}: ` : ''}${described(right, position)}`);
    }
    svg.append(overlay);
    write(element('readout'), texts.join('\n'));
    this.#cursor.setAttribute('aria-valuetext', texts.join('; '));
  }

  /** Where a pointer is, in pixels of the drawing, which a narrow page shrinks. */
  #pointOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const svg = this.#box.querySelector('svg');
    const { left, top, width } = (svg ?? this.#box).getBoundingClientRect();
    const scale = (svg?.viewBox.baseVal.width ?? width) / width;
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  #handleUnder(event: PointerEvent, { x, y }: { x: number; y: number }): Handle | undefined {
    const area = this.#editedArea;
    const reach = event.pointerType === 'touch' ? REACH.touch : REACH.mouse;
    return area && handleNear(this.#handles, area, x, y, reach);
  }

  #onDown(event: PointerEvent): void {
    const handle = this.#handleUnder(event, this.#pointOf(event));
    const area = this.#editedArea;
    if (!handle || !area) return;
    event.preventDefault();
    this.#box.setPointerCapture(event.pointerId);
    this.#drag = { handle, area };
  }

  #onMove(event: PointerEvent): void {
    const area = this.#area;
    const shown = this.#shown;
    if (!area || !shown) return;
    const point = this.#pointOf(event);
    if (this.#drag) {
      this.#dragTo(point);
      return;
    }
    this.#box.classList.toggle('draggable', this.#handleUnder(event, point) !== undefined);
    this.#cursor.value = String((area.tAt(point.x) / shown.a.to) * Number(this.#cursor.max));
    this.#drawOverlay();
  }

  #dragTo({ x, y }: { x: number; y: number }): void {
    if (!this.#drag) return;
    const { handle, area } = this.#drag;
    const t = snapped(area.tAt(x), area.tAt(area.left + 1) - area.tAt(area.left));
    const value = Math.max(area.valueAt(y), 0);
    const learningRate = snapped(value, Math.abs(area.valueAt(y - 1) - area.valueAt(y)) || 1e-6);
    const isAcross = handle.moveTo !== undefined && Math.abs(area.xAt(handle.t) - x) > 3;
    const isUp = handle.raiseTo !== undefined && Math.abs(area.yAt(handle.learningRate) - y) > 6;
    // An end moves along the stronger pull, so that a length can be dragged without changing eta_min.
    const across = Math.abs(area.xAt(handle.t) - x) >= Math.abs(area.yAt(handle.learningRate) - y);
    if (isAcross && (across || !isUp)) this.#onDrag(handle.moveTo?.(t) ?? {});
    else if (isUp) this.#onDrag(handle.raiseTo?.(learningRate) ?? {});
  }
}
