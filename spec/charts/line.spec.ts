import { expect } from 'chai';
import * as fc from 'fast-check';
import { leftAxis, xAxis } from '../../lib/charts/axis';
import type { Curve } from '../../lib/charts/figure';
import { type Box, type Point, simplify, stretchesOf, turnsOf } from '../../lib/charts/line';
import { curve, figure } from '../support/charts';

const gap = Number.NaN;

/** A box of 100 by 100 pixels around a curve. */
function boxAround(drawn: Curve): Box {
  const room = { length: 100, ticks: 2, gap: () => 0 };
  const axes = { xAxis: xAxis(figure([drawn]), room), yAxis: leftAxis(figure([drawn]), room) };
  return { left: 0, right: 100, top: 0, bottom: 100, ...axes };
}

const stretches = (drawn: Curve) => stretchesOf(drawn, boxAround(drawn));
const pairs = (line: readonly Point[] = []) => line.map(({ x, y }) => [x, y]);

describe('the stretches of a line', () => {
  it('go from gap to gap, and may be a single point', () => {
    const found = stretches(curve([gap, 1, 0, gap, gap, 1, gap, 0, 1]));
    expect(found.map(({ length }) => length)).to.deep.equal([2, 1, 2]);
    const x = Float64Array.of(0, gap, 1, 2);
    expect(stretches(curve([0, 1, 2, 4], { x })).map(pairs)).to.deep.equal([
      [[0, 100]],
      [
        [50, 50],
        [100, 0],
      ],
    ]);
  });

  it('keep the first, the highest, the lowest and the last point of a column, in order', () => {
    const x = Float64Array.of(0, 0.001, 0.002, 0.003, 0.004, 1);
    const [line] = stretches(curve([5, 7, 10, 0, 6, 10], { x }));
    expect(line?.map(({ y }) => y)).to.deep.equal([50, 0, 100, 40, 0]);
    const [other] = stretches(curve([5, 0, 3, 10, 6, 10], { x }));
    expect(other?.map(({ y }) => y)).to.deep.equal([50, 100, 0, 40, 0]);
  });

  it('have at most four points per column, whatever the curve', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 500 }), (y) => {
        const counts = new Map<number, number>();
        for (const { x } of stretches(curve(y)).flat()) {
          counts.set(Math.floor(x), (counts.get(Math.floor(x)) ?? 0) + 1);
        }
        expect(Math.max(...counts.values())).to.be.at.most(4);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the stretches of steps', () => {
  it('hold each value until the next position', () => {
    const [line] = stretches(curve([0, 1, 1], { kind: 'step' }));
    expect(pairs(line)).to.deep.equal([
      [0, 100],
      [50, 100],
      [50, 0],
      [100, 0],
    ]);
  });

  it('hold the value before a gap until the gap, and begin anew after it', () => {
    const found = stretches(curve([0, gap, 1, 1], { kind: 'step' }));
    expect(found.map((line) => line.map(({ y }) => y))).to.deep.equal([
      [100, 100],
      [0, 0],
    ]);
  });
});

describe('simplify', () => {
  it('leaves out the points on a straight line, and those within the tolerance of it', () => {
    const line = [0, 0.1, 0, 1, 2, 3, 0].map((y, x) => ({ x, y }));
    expect(simplify(line, 0.2).map(({ x }) => x)).to.deep.equal([0, 2, 5, 6]);
    expect(simplify(line, 0.05).map(({ x }) => x)).to.deep.equal([0, 1, 2, 5, 6]);
  });

  it('keeps lines of one and two points', () => {
    const line = [
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ];
    expect(simplify(line, 1)).to.deep.equal(line);
    expect(simplify(line.slice(1), 1)).to.deep.equal(line.slice(1));
  });
});

describe('turnsOf', () => {
  it('counts changes between up and down, not steps', () => {
    const turns = (...ys: number[]) => turnsOf(ys.map((y, x) => ({ x, y })));
    expect(turns(0, 1, 2, 2, 3)).to.equal(0);
    expect(turns(0, 1, 1, 0, 1)).to.equal(2);
    expect(turns(0)).to.equal(0);
  });
});
