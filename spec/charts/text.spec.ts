import { expect } from 'chai';
import type { Curve, Figure, Mark } from '../../lib/charts/figure';
import { ASCII, drawText, type Glyphs, UNICODE } from '../../lib/charts/text';
import { curve, figure, labelsLeftOf, plotOf, rowsOf } from '../support/charts';

const right: Partial<Curve> = { side: 'right' };
/** A chart of 40 columns and 12 lines. */
const draw = (curves: Curve[], more: Partial<Figure> = {}, glyphs: Glyphs = UNICODE) =>
  drawText(figure(curves, more), 40, 12, glyphs);
const restarts = (...at: Mark[]) => [{ name: 'restart (cycle)', isFaint: false, at }];

describe('the lines above a chart', () => {
  const two = [curve([0, 1], { name: 'a' }), curve([2, 1], { name: 'b', ...right })];

  it('are missing if there is nothing to say', () => {
    expect(rowsOf(draw([curve([0, 1])]))[0]).to.match(/^ *1┤/);
  });

  it('show with the labels how the only curve on each side is drawn', () => {
    const [first, second] = rowsOf(draw(two, { leftLabel: 'left', rightLabel: 'right' }));
    expect(first).to.equal('⣿ left                           o right');
    expect(second).to.match(/┤/);
  });

  it('have a legend if one side has no label', () => {
    expect(rowsOf(draw(two, { leftLabel: 'left' })).slice(0, 2)).to.deep.equal(['left', '⣿ a   o b →']);
    expect(rowsOf(draw(two, { rightLabel: 'right' })).slice(0, 2)).to.deep.equal([
      '                                   right',
      '⣿ a   o b →',
    ]);
  });

  it('have a legend if a side has several curves, or none', () => {
    const labels = { leftLabel: 'left', rightLabel: 'right' };
    const three = [...two, curve([1, 1], { name: 'c' })];
    const heading = 'left                               right';
    expect(rowsOf(draw(three, labels)).slice(0, 2)).to.deep.equal([heading, '⣿ a   o b →   x c']);
    const both = [curve([0, 1], { name: 'a' }), curve([2, 1], { name: 'b' })];
    expect(rowsOf(draw(both, labels)).slice(0, 2)).to.deep.equal([heading, '⣿ a   o b']);
    expect(rowsOf(draw([curve([0, 1])], labels))[0]).to.equal(heading);
  });

  it('cut labels off so that two columns stay between them', () => {
    const [first] = rowsOf(draw([curve([0, 1])], { leftLabel: 'l'.repeat(40), rightLabel: 'r'.repeat(40) }));
    expect(first).to.equal(`${'l'.repeat(17)}…  ${'r'.repeat(19)}…`);
    expect(rowsOf(draw([curve([0, 1])], { leftLabel: 'l'.repeat(40) }))[0]).to.equal('l'.repeat(40));
  });

  it('keep a title that fits exactly', () => {
    expect(rowsOf(draw([curve([0, 1])], { title: 't'.repeat(40) }))[0]).to.equal('t'.repeat(40));
    expect(rowsOf(draw([curve([0, 1])], { title: 't'.repeat(41) }))[0]).to.equal(`${'t'.repeat(39)}…`);
  });
});

describe('the lines below a chart', () => {
  it('say what a mark is, even if the x axis has no label', () => {
    const marks = restarts({ x: 0.5, label: '1' });
    const marked = rowsOf(draw([curve([0, 1])], { marks }));
    expect(marked.at(-1)).to.equal('             ▲ restart (cycle)');
    expect(marked.at(-2)?.trim()).to.equal('▲1');
    expect(
      rowsOf(draw([curve([0, 1])], { marks, xLabel: 'x' }))
        .at(-1)
        ?.trim(),
    ).to.equal('x   ▲ restart (cycle)');
  });

  it('are the ticks alone if there is nothing to say', () => {
    expect(rowsOf(draw([curve([0, 1])])).at(-1)).to.match(/^ +0 .* 1$/);
  });
});

describe('the axes of a chart', () => {
  it('have no more ticks than lines', () => {
    // Three lines are left for the plot, and 0, 2, 4 and 6 would need four.
    const words = { title: 't', leftLabel: 'y', xLabel: 'x', marks: restarts({ x: 0, label: '1' }) };
    const both = [curve([1.99, 4.01], { name: 'a' }), curve([2, 3], { name: 'b' })];
    const drawn = drawText(figure(both, words), 40, 10, UNICODE);
    expect(plotOf(drawn)).to.have.length(3);
    expect(labelsLeftOf(drawn)).to.deep.equal(['5', '0']);
  });

  it('have labels on the right as long as the plot keeps ten columns', () => {
    const odd = curve([-1.2345e-200, -1.234e-200], right); // labels of 12 characters
    const [wide, narrow] = [27, 26].map((width) =>
      drawText(figure([curve([0, 1]), odd]), width, 12, UNICODE),
    );
    expect(wide).to.match(/├-1\.234e-200$/m);
    expect(plotOf(wide as string)[0]).to.have.length(10);
    expect(narrow).to.match(/├$/m).and.to.not.contain('e-200');
    expect(plotOf(narrow as string)[0]).to.have.length(21);
  });
});

describe('a line', () => {
  const gap = Number.NaN;

  it('is drawn up to the last dot before a gap, and on from the first one after it', () => {
    const drawn = plotOf(drawText(figure([curve([1, 1, gap, 1, 1])]), 20, 8, UNICODE));
    expect(drawn.filter((row) => row.trim() !== '')).to.deep.equal(['⠉⠉⠉⠉⠉        ⠉⠉⠉⠉⠉']);
  });

  it('that has a gap within a column still shows the points on both sides of it', () => {
    const x = Float64Array.of(0, 1, 1, 1);
    expect(plotOf(drawText(figure([curve([0, 1, gap, 0], { x })]), 20, 8, UNICODE))).to.deep.equal([
      '             ⢀⠔⠊',
      '          ⢀⡠⠊⠁',
      '        ⡠⠔⠁',
      '     ⢀⠔⠊',
      '  ⢀⡠⠊⠁',
      '⡠⠔⠁            ⢀',
    ]);
  });

  it('has no gap if it goes back and forth', () => {
    const x = Float64Array.of(0, 2, 1, 2);
    const drawn = plotOf(draw([curve([0, 0, 1, 1], { x })]));
    expect(drawn.at(-1)).to.match(/^\S+$/);
    expect(drawn[0]).to.match(/^ +\S+$/);
  });
});

describe('points', () => {
  it('are drawn one by one, and gaps are not', () => {
    const drawn = plotOf(draw([curve([0, Number.NaN, 1], { kind: 'points' })]));
    expect(drawn[0]).to.match(/^ +o$/);
    expect(drawn.at(-1)).to.match(/^o +$|^o$/);
    expect(drawn.join('').match(/o/g)).to.have.length(2);
  });
});

describe('marks', () => {
  const at = (...xs: number[]) => xs.map((x, i) => ({ x, label: String(i + 1) }));
  const markRow = (drawn: string) => rowsOf(drawn).at(-2);

  it('are numbered if there is room, and if no other shares their column', () => {
    const drawn = draw([curve([0, 1])], { marks: restarts(...at(0.2, 0.5, 0.501, 0.8, 0.85, 1)) });
    expect(markRow(drawn)).to.equal('           ▲1         ▲         ▲ ▲5   ▲');
  });

  it('cover faint ones', () => {
    const faint = { name: 'suggestions', isFaint: true, at: [0.25, 0.5].map((x) => ({ x, label: '' })) };
    const drawn = draw([curve([0, 1])], { marks: [...restarts({ x: 0.5, label: '' }), faint] });
    expect(markRow(drawn)?.trim()).to.equal('△        ▲');
    expect(rowsOf(drawn).at(-1)?.trim()).to.equal('▲ restart (cycle)   △ suggestions');
  });
});

describe('a legend', () => {
  const named = ['a rather long name', 'and another one', 'b', 'c', 'a name that is cut off'];
  const drawn = (height: number) =>
    rowsOf(drawText(figure(named.map((name) => curve([0, 1], { name }))), 40, height, UNICODE));

  it('takes a row per eight lines of the chart, and is cut off in the last', () => {
    expect(drawn(15)[0]).to.equal('⣿ a rather long name   o and another on…');
    expect(drawn(16).slice(0, 2)).to.deep.equal([
      '⣿ a rather long name   o and another one',
      'x b   + c   * a name that is cut off',
    ]);
  });
});

describe('ASCII', () => {
  it('is all that a chart consists of with its glyphs', () => {
    const marks = [
      ...restarts({ x: 0.5, label: '1' }),
      { name: 's', isFaint: true, at: [{ x: 1, label: '' }] },
    ];
    const words = { title: 't'.repeat(50), leftLabel: 'l', rightLabel: 'r', xLabel: 'x', marks };
    const drawn = draw([curve([0, 1]), curve([1, 0], right), curve([1, 1])], words, ASCII);
    expect(drawn).to.match(/^[\n -~]*$/);
    expect(drawn).to.match(/^t{37}\.\.\.$/m);
    expect(drawn).to.match(/^\* y {3}o y > {3}x y$/m);
    expect(drawn).to.match(/\^1 +'$/m);
    expect(drawn)
      .to.match(/^ *1\+.*\+1$/m)
      .and.to.match(/^ +\|.*\|$/m);
    expect(drawn).to.match(/^ +\+\+-+\+-+\+\+$/m);
  });
});
