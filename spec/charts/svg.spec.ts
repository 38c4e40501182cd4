import { expect } from 'chai';
import type { Chart, Curve } from '../../lib/charts/axis';
import { drawSVG } from '../../lib/charts/svg';
import { chart, curve } from '../support/charts';

const WIDTH = 320;
const HEIGHT = 200;
const PAD = 10;
const LINE = 18;
const FONT = 12;

const draw = (curves: Curve[], more: Partial<Chart> = {}, width = WIDTH, height = HEIGHT) =>
  drawSVG(chart(curves, more), width, height);

interface Text {
  readonly x: number;
  readonly y: number;
  readonly attributes: string;
  readonly content: string;
}

const textsIn = (svg: string): Text[] =>
  [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)</g)].map(
    ([, x, y, attributes = '', content = '']) => ({ x: Number(x), y: Number(y), attributes, content }),
  );
const textOf = (svg: string, content: string) => textsIn(svg).find((text) => text.content === content);
const pathsIn = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]*)" fill="none" ([^>]*)\/>/g)].map(([, d = '', style = '']) => ({
    d,
    style,
  }));
/** The paths of the curves, in the order in which they are drawn. */
const strokesIn = (svg: string) => pathsIn(svg).filter(({ style }) => /stroke-line(join|cap)/.test(style));

/** The edges of the plot. */
function plotIn(svg: string) {
  const [, left, top, bottom, right] =
    /d="M([\d.]+) ([\d.]+)V([\d.]+)H([\d.]+)(?:V[\d.]+)?M/.exec(svg)?.map(Number) ?? [];
  return { left, top, bottom, right } as Record<'left' | 'top' | 'bottom' | 'right', number>;
}

/** Ideographs are a square of the font's size each, so that widths are whole numbers. */
const wide = (count: number) => '学'.repeat(count);
const zigzag = (turns: number) => Array.from({ length: turns + 2 }, (_, i) => i % 2);

describe('the words of an SVG', () => {
  it('end with … where they are too long: the title', () => {
    // 338 less the padding is 318, which has room for 21 letters of 1.25 times 12.
    const [fits, cut] = [21, 22].map((count) => draw([curve([0, 1])], { title: wide(count) }, 338));
    expect(textOf(fits as string, wide(21))).to.include({ x: 169, y: 24 });
    expect(textsIn(cut as string)[0]?.content).to.equal(`${wide(20)}…`);
    const hangul = '\u1100'.repeat(22);
    expect(textsIn(draw([curve([0, 1])], { title: hangul }, 338))[0]?.content).to.equal(
      `${'\u1100'.repeat(20)}…`,
    );
  });

  it('end with … where they are too long: the label of the left axis, as high as the image', () => {
    expect(textOf(draw([curve([0, 1])], { yLabel: wide(15) }), wide(15))).to.not.equal(undefined);
    expect(textOf(draw([curve([0, 1])], { yLabel: wide(16) }), `${wide(14)}…`)).to.not.equal(undefined);
  });

  it('end with … where they are too long: the label of the x axis, as wide as the plot', () => {
    const { left, right } = plotIn(draw([curve([0, 1])], { xLabel: 'x' }));
    const most = Math.floor((right - left) / FONT);
    expect(textOf(draw([curve([0, 1])], { xLabel: wide(most) }), wide(most))).to.not.equal(undefined);
    expect(textOf(draw([curve([0, 1])], { xLabel: wide(most + 1) }), `${wide(most - 1)}…`)).to.not.equal(
      undefined,
    );
  });

  it('stay inside the image: a label is moved as far as its length demands', () => {
    const above = { title: 't', yLabel: wide(15), restarts: [{ x: 0.5, cycle: 1 }] };
    expect(textOf(draw([curve([0, 1])], { yLabel: wide(15) }), wide(15))?.y).to.equal(100);
    expect(textOf(draw([curve([0, 1])], above), wide(15))?.y).to.equal(100);
    const svg = draw([curve([0, 1])], { ...above, yLabel: 'y' });
    const { top, bottom } = plotIn(svg);
    expect(top + bottom).to.be.above(HEIGHT);
    expect(textOf(svg, 'y')?.y).to.equal((top + bottom) / 2);
  });

  it('describe an x axis without a label as x', () => {
    expect(draw([curve([0, 1])])).to.contain('<desc>y from 0 to 1; x from 0 to 1.</desc>');
  });

  it('leave out ticks whose labels would touch', () => {
    for (const step of [10_000, 100_000, 1e9]) {
      const x = Float64Array.of(123_456_789_000, 123_456_789_000 + step);
      const svg = draw([curve([0, 1], { x })], {}, 400);
      const { bottom } = plotIn(svg);
      const labels = textsIn(svg).filter(({ y }) => y === bottom + LINE);
      expect(labels.length).to.be.at.least(1);
      labels.slice(1).forEach(({ x, content }, i) => {
        const before = labels[i] as Text;
        const apart = ((content.length + before.content.length) / 2) * 0.62 * FONT + FONT;
        expect(x - before.x).to.be.at.least(apart - 0.01);
      });
    }
  });
});

describe('the legend of an SVG', () => {
  const named = (...names: string[]) => names.map((name) => curve([0, 1], { name }));
  const marksIn = (svg: string) =>
    pathsIn(svg).flatMap(({ d }) => {
      const [, x, y] = /^M([-\d.]+) ([-\d.]+)h24$/.exec(d) ?? [];
      return x === undefined ? [] : [{ x: Number(x), y: Number(y) }];
    });

  it('goes on in a second row where the first one is full', () => {
    // Two marks of 30, 20 letters of 12 and 18 between make 318, between two paddings of 10.
    const curves = named(wide(10), wide(10).replace(/.$/, '語'));
    expect(marksIn(draw(curves, {}, 338))).to.deep.equal([
      { x: PAD, y: 19 },
      { x: PAD + 30 + 120 + LINE, y: 19 },
    ]);
    const x = (337 - 150) / 2;
    expect(marksIn(draw(curves, {}, 337))).to.deep.equal([
      { x, y: 19 },
      { x, y: 19 + LINE },
    ]);
    expect(textsIn(draw(curves, {}, 337)).slice(0, 2)).to.deep.include.members([
      { x: x + 30, y: 19 + 4, attributes: '', content: wide(10) },
    ]);
  });

  it('cuts names off that are wider than the image', () => {
    // 320 less two paddings of 10 and a mark of 30 has room for 22 letters of 12.
    const texts = (count: number) => textsIn(draw(named(wide(count), 'b'))).map(({ content }) => content);
    expect(texts(22)).to.include(wide(22));
    expect(texts(23)).to.include(`${wide(21)}…`);
  });

  it('has rows while the plot has 60 pixels, 4 of them for its edge', () => {
    const curves = named(...Array.from({ length: 30 }, (_, i) => `${wide(20)}${i}`));
    const restarts = [{ x: 0.5, cycle: 1 }];
    for (const height of [200, 205, 210, 215, 230]) {
      for (const words of [
        {},
        { title: 't' },
        { restarts },
        { xLabel: 'x' },
        { title: 't', restarts, xLabel: 'x' },
      ]) {
        const svg = draw(curves, words, WIDTH, height);
        const { top, bottom } = plotIn(svg);
        expect(bottom - top, JSON.stringify(words)).to.be.within(56, 56 + LINE - 1);
        expect(marksIn(svg)).to.have.length.above(1);
      }
    }
  });

  it('is above the plot, and below the title', () => {
    const svg = draw(named('a', 'b'), { title: 't', restarts: [{ x: 0.5, cycle: 7 }] });
    const [title, first, , mark, number] = textsIn(svg).map(({ y }) => y) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect([title, first, mark]).to.deep.equal([24, 47, 47]);
    expect(number).to.equal(plotIn(svg).top - 4);
    expect(number).to.be.above(first + 4);
  });
});

describe('the curves of an SVG', () => {
  it('have seven colours and four kinds of dashes', () => {
    const svg = draw(Array.from({ length: 8 }, () => curve([0, 1])));
    const styles = strokesIn(svg).slice(8).reverse(); // after the legend's marks, and the first on top
    const colour = ({ style }: { style: string }) => /stroke="(.*?)"/.exec(style)?.[1];
    const dashes = ({ style }: { style: string }) => /dasharray="(.*?)"/.exec(style)?.[1];
    const [blue, black] = ['#0072b2', '#000000'];
    const colours = [blue, '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', black, blue];
    expect(styles.map(colour)).to.deep.equal(colours);
    const kinds = [undefined, '7 3', '2 2.5', '9 3 2 3'];
    expect(styles.map(dashes)).to.deep.equal([...kinds, ...kinds]);
  });

  const widthOf = (svg: string) => /stroke-width="(\d)"/.exec(strokesIn(svg)[0]?.style ?? '')?.[1];

  it('are thin where they turn at more than a third of the columns', () => {
    const { left, right } = plotIn(draw([curve(zigzag(90))]));
    const most = Math.floor((right - left) / 3);
    expect(most).to.be.below((right - left) / 3);
    expect(widthOf(draw([curve(zigzag(most))]))).to.equal('2');
    expect(widthOf(draw([curve(zigzag(most + 1))]))).to.equal('1');
    const twiceUp = [0, 0.4, ...zigzag(most).slice(1)];
    expect(widthOf(draw([curve(twiceUp)]))).to.equal('2');
  });

  it('are not thin where they rise in steps', () => {
    const steps = Array.from({ length: 300 }, (_, i) => i >> 1);
    expect(widthOf(draw([curve(steps)]))).to.equal('2');
  });

  it('begin and end where the line does, though its first column has higher and lower points', () => {
    const x = Float64Array.of(0, 1e-4, 2e-4, 1 - 2e-4, 1 - 1e-4, 1);
    const svg = draw([curve([0.5, 1, 0, 0, 1, 0.5], { x })]);
    const { left, right, top, bottom } = plotIn(svg);
    const middle = (top + bottom) / 2;
    const { d } = strokesIn(svg)[0] as { d: string };
    expect(d.startsWith(`M${left} ${middle}L`), d).to.equal(true);
    expect(d.endsWith(` ${right} ${middle}`), d).to.equal(true);
  });

  it('leave out points without a place', () => {
    const gaps = { x: Float64Array.of(0, Number.NaN, 1, 2), kind: 'points' } as const;
    const { d } = strokesIn(draw([curve([0, 1, Number.NaN, 2], gaps)]))[0] as { d: string };
    expect(d.match(/M/g)).to.have.length(2);
    expect(d).to.not.contain('NaN');
    const line = strokesIn(draw([curve([0, 1, Number.NaN, 2], { x: gaps.x })]))[0] as { d: string };
    expect(line.d.match(/M/g)).to.have.length(2);
  });
});
