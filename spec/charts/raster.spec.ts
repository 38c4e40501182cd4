import { expect } from 'chai';
import type { Axis } from '../../lib/charts/axis';
import { cellAt, Raster } from '../../lib/charts/raster';
import { curve } from '../support/charts';

/** An axis from 0 to 1. */
const unit: Axis = { low: 0, high: 1, ticks: [], shareOf: (value) => value };

/** The braille characters of a raster, with ⠀ for empty ones. */
function drawn(columns: number, rows: number, ...curves: ReturnType<typeof curve>[]): string[] {
  const raster = new Raster(columns, rows);
  for (const one of curves) raster.draw(one, { ...raster.edges, xAxis: unit, yAxis: unit });
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => raster.brailleAt(column, row) ?? '⠀').join(''),
  );
}

const at = (...points: [number, number][]) =>
  curve(
    points.map(([, y]) => y),
    { x: Float64Array.from(points, ([x]) => x) },
  );

describe('a raster', () => {
  it('has the corners of its box in its outermost dots', () => {
    const corners = at([0, 0], [0, 1], [1, 0], [1, 1]);
    expect(drawn(3, 2, { ...corners, kind: 'points' })).to.deep.equal(['⠁⠀⠈', '⡀⠀⢀']);
  });

  it('draws lines one dot thick, in any direction', () => {
    expect(drawn(2, 1, at([0, 0], [1, 1]))).to.deep.equal(['⡠⠊']);
    expect(drawn(2, 1, at([1, 1], [0, 0]))).to.deep.equal(['⡠⠊']);
    expect(drawn(1, 2, at([0, 0], [0, 1]))).to.deep.equal(['⡇', '⡇']);
    expect(drawn(3, 1, at([0, 0], [1, 0]))).to.deep.equal(['⣀⣀⣀']);
  });

  it('leaves out the dot in the corner of a line', () => {
    expect(drawn(2, 1, at([0, 0], [1, 0], [1, 1]))).to.deep.equal(['⣀⡸']);
  });

  it('draws a line of one point as a dot, and several curves on one another', () => {
    expect(drawn(1, 1, at([0, 0]))).to.deep.equal(['⡀']);
    expect(drawn(1, 1, at([0, 0]), at([1, 1]))).to.deep.equal(['⡈']);
  });

  it('draws no gap', () => {
    const gaps = at([0, Number.NaN], [Number.NaN, 0], [1, 1]);
    expect(drawn(1, 1, { ...gaps, kind: 'points' })).to.deep.equal(['⠈']);
  });

  it('puts a value into the character that cellAt names', () => {
    for (const share of [0, 0.1, 0.3, 0.5, 0.77, 1]) {
      const [row] = drawn(7, 1, { ...at([share, 0]), kind: 'points' });
      expect([...(row ?? '')].findIndex((char) => char !== '⠀')).to.equal(cellAt(share, 7, 2));
    }
  });
});
