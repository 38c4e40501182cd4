import { expect } from 'chai';
import type { Curve, Figure } from '../../lib/charts/figure';
import { drawSVG } from '../../lib/charts/svg';
import { DARK, LIGHT } from '../../lib/charts/theme';
import { curve, figure, pathsIn, plotIn, strokesIn, type Text, textsIn } from '../support/charts';

const WIDTH = 320;
const HEIGHT = 240;
const PAD = 12;
const LINE = 24;
const FONT = 16;

const draw = (curves: Curve[], more: Partial<Figure> = {}, width = WIDTH, height = HEIGHT) =>
  drawSVG(figure(curves, more), width, height, 'light');

const textOf = (svg: string, content: string) => textsIn(svg).find((text) => text.content === content);

/** Ideographs are a square of the font's size each, so that widths are whole numbers. */
const wide = (count: number) => '学'.repeat(count);
const zigzag = (turns: number) => Array.from({ length: turns + 2 }, (_, i) => i % 2);
/** So many positions from 0 to 1. */
const across = (count: number) => Float64Array.from({ length: count }, (_, i) => i / (count - 1));
const named = (...names: string[]) => names.map((name) => curve([0, 1], { name }));
const marks = (...at: [number, string][]) => [
  { name: 'restart (cycle)', isFaint: false, at: at.map(([x, label]) => ({ x, label })) },
];

describe('the words of an SVG', () => {
  it('end with … if they are too long: the title', () => {
    // 324 less the padding is 300, which has room for 15 letters of 1.25 times 16.
    const [fits, cut] = [15, 16].map((count) => draw([curve([0, 1])], { title: wide(count) }, 324));
    expect(textOf(fits as string, wide(15))).to.include({ x: PAD, y: PAD + FONT });
    expect(textsIn(cut as string)[0]?.content).to.equal(`${wide(14)}…`);
  });

  it('end with … if they are too long: the label of the x axis, as wide as the plot', () => {
    const { left, right } = plotIn(draw([curve([0, 1])], { xLabel: 'x' }));
    const most = Math.floor((right - left) / FONT);
    expect(textOf(draw([curve([0, 1])], { xLabel: wide(most) }), wide(most))).to.not.equal(undefined);
    const cut = `${wide(most - 1)}…`;
    expect(textOf(draw([curve([0, 1])], { xLabel: wide(most + 1) }), cut)).to.not.equal(undefined);
  });

  it('end with … if they are too long: the labels of the y axes, which share a row', () => {
    const both = [curve([0, 1]), curve([0, 1], { side: 'right' })];
    const [right, left] = textsIn(draw(both, { leftLabel: wide(20), rightLabel: wide(20) }));
    // A sample of 34 before each, and a gap of 24.
    expect(right?.content).to.equal(`${wide(6)}…`);
    expect(Number(right?.x) + 7 * FONT).to.equal(WIDTH - PAD);
    expect(left?.content).to.equal(`${wide(4)}…`);
    expect(Number(left?.x) + 5 * FONT).to.be.at.most(Number(right?.x) - 34 - LINE);
  });

  it('describe an x axis without a label as x', () => {
    const svg = draw([curve([0, 1])]);
    expect(svg).to.contain('<desc>y from 0 to 1; x from 0 to 1.</desc>');
    expect(svg, 'words between its elements').to.not.match(/^[^<\n]/m);
  });

  it('describe a curve without values by its name', () => {
    const curves = [curve([0, 1]), curve([], { name: 'none' })];
    expect(draw(curves)).to.contain('<desc>y from 0 to 1; none; x from 0 to 1.</desc>');
  });

  it('describe ten marks, and count the rest', () => {
    const some = (count: number) =>
      marks(...Array.from({ length: count }, (_, i): [number, string] => [i / 20, `${i}`]));
    expect(draw([curve([0, 1])], { marks: some(10) })).to.contain('0.4 (8), 0.45 (9).</desc>');
    expect(draw([curve([0, 1])], { marks: some(12) })).to.contain('0.45 (9) and 2 more.</desc>');
  });
});

describe('the header of an SVG', () => {
  /** The samples of lines in the legend. */
  const samplesIn = (svg: string) =>
    pathsIn(svg).flatMap(({ d }) => {
      const [, x, y] = /^M([-\d.]+) ([-\d.]+)h26$/.exec(d) ?? [];
      return x === undefined ? [] : [{ x: Number(x), y: Number(y) }];
    });

  it('goes on in a second row if the first is full', () => {
    // Two samples of 34, 14 letters of 16 and 24 between make 316, between two paddings of 12.
    const curves = named(wide(7), `${wide(6)}語`);
    const y = PAD + LINE / 2;
    expect(samplesIn(draw(curves, {}, 340))).to.deep.equal([
      { x: PAD, y },
      { x: PAD + 34 + 112 + LINE, y },
    ]);
    expect(samplesIn(draw(curves, {}, 339))).to.deep.equal([
      { x: PAD, y },
      { x: PAD, y: y + LINE },
    ]);
  });

  it('cuts off names that are wider than the image', () => {
    // 320 less two paddings of 12 and a sample of 34 has room for 16 letters of 16.
    const texts = (count: number) => textsIn(draw(named(wide(count), 'b'))).map(({ content }) => content);
    expect(texts(16)).to.include(wide(16));
    expect(texts(17)).to.include(`${wide(15)}…`);
  });

  it('has rows as long as the plot keeps 60 pixels', () => {
    const curves = named(...Array.from({ length: 30 }, (_, i) => `${wide(14)}${i}`));
    for (const height of [240, 245, 250, 260, 270]) {
      for (const words of [{}, { title: 't' }, { marks: marks([0.5, '1']) }, { xLabel: 'x' }]) {
        const svg = draw(curves, words, WIDTH, height);
        const { top, bottom } = plotIn(svg);
        expect(bottom - top, JSON.stringify(words)).to.be.within(60, 60 + LINE - 1);
        expect(samplesIn(svg)).to.have.length.above(1);
      }
    }
  });

  it('names the curves beside the labels of the axes if each has one, else in a legend', () => {
    const both = [curve([0, 1], { name: 'a' }), curve([0, 1], { name: 'b', side: 'right' })];
    const contents = (curves: Curve[], rightLabel: string) =>
      textsIn(draw(curves, { leftLabel: 'l', rightLabel }))
        .filter(({ y }) => y < PAD + LINE)
        .map(({ content }) => content);
    expect(contents(both, 'r')).to.deep.equal(['r', 'l']);
    expect(contents([...both, curve([0, 1], { name: 'c' })], '')).to.deep.equal(['l', 'a', 'b →', 'c']);
  });
});

describe('the marks of an SVG', () => {
  const triangles = (svg: string) =>
    pathsIn(svg.slice(svg.indexOf('stroke="#e4e7eb"'))).flatMap(({ d }) => {
      const [, x, y] = /^M([\d.]+) ([\d.]+)l-5 -10h10z$/.exec(d) ?? [];
      return x === undefined ? [] : [{ x: Number(x), y: Number(y) }];
    });
  const guidesIn = (svg: string) => pathsIn(svg).filter(({ style }) => /dasharray="(3 4|1 5)"/.test(style));

  it('are triangles above the plot, out of reach of the curve, with their labels above', () => {
    const svg = draw([curve([0, 1])], { marks: marks([0.5, '7']), leftLabel: 'l' });
    const { left, right, top } = plotIn(svg);
    const middle = (left + right) / 2;
    expect(triangles(svg)).to.deep.equal([{ x: middle, y: top - 1 }]);
    expect(textOf(svg, '7')).to.include({ x: middle, y: top - 14 });
    expect(Number(textOf(svg, 'l')?.y)).to.be.below(top - 14 - FONT / 2);
    expect(guidesIn(svg).map(({ d }) => d)).to.deep.equal([`M${middle} ${top}V${plotIn(svg).bottom}`]);
  });

  it('are in the legend', () => {
    const svg = draw([curve([0, 1])], { marks: marks([0.5, '7']) });
    expect(textOf(svg, 'restart (cycle)')?.x).to.equal(PAD + 20);
    expect(pathsIn(svg)[0]).to.deep.equal({ d: 'M17 29l-5 -10h10z', style: 'fill="#59636e"' });
  });

  const evenly = (count: number) =>
    marks(...Array.from({ length: count }, (_, i): [number, string] => [(i + 1) / (count + 1), `${i + 1}`]));

  it('stand beside one another, without lines if there are many', () => {
    const svg = draw([curve([0, 1])], { marks: evenly(99) });
    const xs = triangles(svg).map(({ x }) => x);
    const distances = xs.slice(1).map((x, i) => x - Number(xs[i]));
    expect(Math.min(...distances)).to.be.at.least(10);
    expect(guidesIn(svg)).to.deep.equal([]);
  });

  it('have labels at equal distances', () => {
    const svg = draw([curve([0, 1])], { marks: evenly(15) });
    const labels = textsIn(svg).filter(({ y }) => y === plotIn(svg).top - 14);
    expect(labels.map(({ content }) => content)).to.deep.equal(['1', '3', '5', '7', '9', '11', '13', '15']);
  });

  it('are hollow if they are faint, and may then overlap by half', () => {
    const faint = { name: 'suggestions', isFaint: true, at: [0.5, 0.53].map((x) => ({ x, label: '' })) };
    const svg = draw([curve([0, 1])], { marks: [faint] });
    expect(triangles(svg)).to.have.length(2);
    expect(pathsIn(svg)[0]?.style).to.equal('fill="none" stroke="#59636e"');
    expect(guidesIn(svg)).to.have.length(1);
  });

  it('keep a label at the end inside the image', () => {
    const { x, content } = textOf(draw([curve([0, 1])], { marks: marks([1, wide(4)]) }), wide(4)) as Text;
    expect(x + (content.length * FONT) / 2).to.be.at.most(WIDTH);
  });
});

describe('the curves of an SVG', () => {
  it('have seven colours and four kinds of dashes, the first on top', () => {
    const svg = draw(Array.from({ length: 8 }, () => curve([0, 1])));
    const styles = strokesIn(svg).reverse();
    const of = (pattern: RegExp) => styles.map(({ style }) => pattern.exec(style)?.[1]);
    expect(of(/stroke="(.*?)"/)).to.deep.equal([...LIGHT.curves, LIGHT.curves[0]]);
    const kinds = [undefined, '8 4', '2 3', '10 4 2 4'];
    expect(of(/dasharray="(.*?)"/)).to.deep.equal([...kinds, ...kinds]);
  });

  it('are drawn below points, whose caps are squares and circles in turn', () => {
    const svg = draw([curve([0, 1], { kind: 'points' }), curve([0, 1], { kind: 'points' }), curve([0, 1])]);
    const caps = strokesIn(svg).map(({ style }) => /linecap="(.*?)"/.exec(style)?.[1]);
    expect(caps).to.deep.equal([undefined, 'round', 'square']);
  });

  const widthOf = (svg: string) => /stroke-width="([\d.]+)"/.exec(strokesIn(svg)[0]?.style ?? '')?.[1];

  it('are thin, and not dashed, if they turn at more than a fifth of the columns', () => {
    const { left, right } = plotIn(draw([curve(zigzag(50))]));
    const most = Math.floor((right - left) / 5);
    expect(most).to.be.below((right - left) / 5);
    expect(widthOf(draw([curve(zigzag(most))]))).to.equal('2.5');
    expect(widthOf(draw([curve(zigzag(most + 1))]))).to.equal('1');
    const second = strokesIn(draw([curve([0, 1]), curve(zigzag(99))]))[0];
    expect(second?.style).to.not.contain('dasharray');
  });

  it('are areas without stripes if they turn in every column, below all others, which have a hem there', () => {
    const dense = (height: number) =>
      curve(
        zigzag(999).map((y) => y * height),
        { x: across(1001) },
      );
    const others = curve([0, 1], { x: across(2) });
    const svg = draw([dense(1), others, dense(0.5)]);
    const [blue, orange, green] = ['#0072b2', '#d55e00', '#009070'];
    const colours = strokesIn(svg).map(({ style }) => /stroke="(.*?)"/.exec(style)?.[1]);
    expect(colours).to.deep.equal([blue, green, orange]);
    expect(widthOf(svg)).to.equal('2');
    const paths = pathsIn(svg);
    const hem = paths.findIndex(({ style }) => style.includes('stroke="#ffffff" stroke-width="6"'));
    expect(paths[hem + 1]?.style).to.contain(orange);
    expect(paths[hem + 1]?.d).to.equal(paths[hem]?.d);
    expect(draw([curve(zigzag(99)), others])).to.not.contain('stroke="#ffffff"');
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
  });

  it('show one of the points that share a square of three pixels', () => {
    const x = Float64Array.of(0, 0.001, 0.1, 1);
    const { d } = strokesIn(draw([curve([0, 0, 0, 1], { x, kind: 'points' })]))[0] as { d: string };
    expect(d.match(/M/g)).to.have.length(3);
  });
});

describe('the theme of an SVG', () => {
  const drawn = (theme: 'auto' | 'light' | 'dark') =>
    drawSVG(figure([curve([0, 1])], { title: 't', marks: marks([0.5, '1']) }), WIDTH, HEIGHT, theme);
  const coloursIn = (svg: string) =>
    new Set([...svg.matchAll(/(?:fill|stroke)="(#\w+)"/g)].map(([, colour]) => colour));

  it('is light and dark in the same places, without a style unless both are in one', () => {
    const used = ({ background, ink, muted, grid, curves }: typeof LIGHT) =>
      new Set([background, ink, muted, grid, curves[0]]);
    expect(coloursIn(drawn('light'))).to.deep.equal(used(LIGHT));
    expect(coloursIn(drawn('dark'))).to.deep.equal(used(DARK));
    expect(drawn('light') + drawn('dark')).to.not.match(/<style|prefers/);
  });

  it('turns every colour of the light one dark if the system is, and touches no other chart or page', () => {
    const svg = drawn('auto');
    const [style, rules = ''] =
      /<style>@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(svg) ?? [];
    expect(svg.replace(`${style}\n`, '')).to.equal(drawn('light'));
    const parsed = [
      ...rules.matchAll(/\.cosine-annealing-chart \[(fill|stroke)="(#\w+)"\]\{(\w+):(#\w+)\}/g),
    ].map(([, attribute, light, property, dark]) => {
      expect(property).to.equal(attribute);
      return { attribute, light, dark };
    });
    const turned = parsed.reduce(
      (text, { attribute, light, dark }) =>
        text.replaceAll(`${attribute}="${light}"`, `${attribute}="${dark}"`),
      drawn('light'),
    );
    expect(turned).to.equal(drawn('dark'));
  });

  for (const [name, theme] of Object.entries({ light: LIGHT, dark: DARK })) {
    it(`has a contrast of 3 for curves and 4.5 for words if it is ${name}`, () => {
      for (const colour of theme.curves) expect(contrast(colour, theme.background), colour).to.be.at.least(3);
      for (const colour of [theme.ink, theme.muted])
        expect(contrast(colour, theme.background)).to.be.at.least(4.5);
    });
  }
});

/** WCAG 2's contrast of two colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((i) => {
      const value = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
