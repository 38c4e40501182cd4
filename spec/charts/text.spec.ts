import { expect } from 'chai';
import type { Chart, Curve } from '../../lib/charts/axis';
import { drawText } from '../../lib/charts/text';
import { chart, curve, labelsLeftOf, plotOf, rowsOf } from '../support/charts';

const right: Partial<Curve> = { side: 'right' };
/** A chart of 40 columns and 12 lines. */
const draw = (curves: Curve[], more: Partial<Chart> = {}) => drawText(chart(curves, more), 40, 12);

describe('the lines above a chart', () => {
  const two = [curve([0, 1], { name: 'a' }), curve([2, 1], { name: 'b', ...right })];

  it('are none where nothing is to be said', () => {
    expect(rowsOf(draw([curve([0, 1])]))[0]).to.match(/^ *1┤/);
  });

  it('tell with the labels what the only curve on each side is drawn with', () => {
    const [first, second] = rowsOf(draw(two, { yLabel: 'left', y2Label: 'right' }));
    expect(first).to.equal('⣿ left                           o right');
    expect(second).to.match(/┤/);
  });

  it('have a legend where one side has no label', () => {
    expect(rowsOf(draw(two, { yLabel: 'left' })).slice(0, 2)).to.deep.equal(['left', '⣿ a   o b →']);
    expect(rowsOf(draw(two, { y2Label: 'right' })).slice(0, 2)).to.deep.equal([
      '                                   right',
      '⣿ a   o b →',
    ]);
  });

  it('have a legend where a side has several curves, or none', () => {
    const labels = { yLabel: 'left', y2Label: 'right' };
    const three = [...two, curve([1, 1], { name: 'c' })];
    const heading = 'left                               right';
    expect(rowsOf(draw(three, labels)).slice(0, 2)).to.deep.equal([heading, '⣿ a   o b →   x c']);
    const both = [curve([0, 1], { name: 'a' }), curve([2, 1], { name: 'b' })];
    expect(rowsOf(draw(both, labels)).slice(0, 2)).to.deep.equal([heading, '⣿ a   o b']);
    expect(rowsOf(draw([curve([0, 1])], labels))[0]).to.equal(heading);
  });

  it('cut labels off so that two columns stay between them', () => {
    const [first] = rowsOf(draw([curve([0, 1])], { yLabel: 'l'.repeat(40), y2Label: 'r'.repeat(40) }));
    expect(first).to.equal(`${'l'.repeat(17)}…  ${'r'.repeat(19)}…`);
    expect(rowsOf(draw([curve([0, 1])], { yLabel: 'l'.repeat(40) }))[0]).to.equal('l'.repeat(40));
  });

  it('keep a title that fits exactly', () => {
    expect(rowsOf(draw([curve([0, 1])], { title: 't'.repeat(40) }))[0]).to.equal('t'.repeat(40));
    expect(rowsOf(draw([curve([0, 1])], { title: 't'.repeat(41) }))[0]).to.equal(`${'t'.repeat(39)}…`);
  });
});

describe('the lines below a chart', () => {
  it('say what a mark is, also where the x axis has no label', () => {
    const restarts = [{ x: 0.5, cycle: 1 }];
    const marked = rowsOf(draw([curve([0, 1])], { restarts }));
    expect(marked.at(-1)).to.equal('             ▲ restart (cycle)');
    expect(marked.at(-2)?.trim()).to.equal('▲1');
    expect(
      rowsOf(draw([curve([0, 1])], { restarts, xLabel: 'x' }))
        .at(-1)
        ?.trim(),
    ).to.equal('x   ▲ restart (cycle)');
  });

  it('are the ticks alone where there is nothing to say', () => {
    expect(rowsOf(draw([curve([0, 1])])).at(-1)).to.match(/^ +0 .* 1$/);
  });
});

describe('the axes of a chart', () => {
  it('have as many ticks as there are lines for', () => {
    // Three lines are left for the plot, and 0, 2, 4 and 6 would need four.
    const words = { title: 't', yLabel: 'y', xLabel: 'x', restarts: [{ x: 0, cycle: 1 }] };
    const both = [curve([1.99, 4.01], { name: 'a' }), curve([2, 3], { name: 'b' })];
    const drawn = drawText(chart(both, words), 40, 10);
    expect(plotOf(drawn)).to.have.length(3);
    expect(labelsLeftOf(drawn)).to.deep.equal(['5', '0']);
  });

  it('have labels on the right while ten columns are left for the plot', () => {
    const odd = curve([-1.2345e-200, -1.234e-200], right); // labels of 12 characters
    const [wide, narrow] = [27, 26].map((width) => drawText(chart([curve([0, 1]), odd]), width, 12));
    expect(wide).to.match(/├-1\.234e-200$/m);
    expect(plotOf(wide as string)[0]).to.have.length(10);
    expect(narrow).to.match(/├$/m).and.to.not.contain('e-200');
    expect(plotOf(narrow as string)[0]).to.have.length(21);
  });
});

describe('a line', () => {
  const gap = Number.NaN;

  it('is drawn to the last dot before a gap, and from the first one after it', () => {
    const drawn = plotOf(drawText(chart([curve([1, 1, gap, 1, 1])]), 20, 8));
    expect(drawn.filter((row) => row.trim() !== '')).to.deep.equal(['⠉⠉⠉⠉⠉        ⠉⠉⠉⠉⠉']);
  });

  it('with a gap inside a column of dots still shows the others in that column', () => {
    const x = Float64Array.of(0, 1, 1, 1);
    expect(plotOf(drawText(chart([curve([0, 1, gap, 0], { x })]), 20, 8))).to.deep.equal([
      '             ⣀⠔⢹',
      '          ⢀⠤⠊  ⢸',
      '        ⡠⠒⠁    ⢸',
      '     ⡠⠔⠉       ⢸',
      '  ⢀⠔⠊          ⢸',
      '⡠⠊⠁            ⢸',
    ]);
  });

  it('has no gap where it goes back and forth', () => {
    const x = Float64Array.of(0, 2, 1, 2);
    const drawn = plotOf(draw([curve([0, 0, 1, 1], { x })]));
    expect(drawn.at(-1)).to.match(/^\S+$/);
    expect(drawn[0]).to.match(/^ +\S+$/);
  });
});

describe('points', () => {
  it('are drawn where they are, and gaps are not', () => {
    const drawn = plotOf(draw([curve([0, Number.NaN, 1], { kind: 'points' })]));
    expect(drawn[0]).to.match(/^ +o$/);
    expect(drawn.at(-1)).to.match(/^o +$|^o$/);
    expect(drawn.join('').match(/o/g)).to.have.length(2);
  });
});
