import { expect } from 'chai';
import { columnsOf, truncate } from '../../lib/charts/label';

describe('truncate', () => {
  const cut = (label: string, width: number, ellipsis?: string) =>
    truncate(label, width, (text) => text.length, ellipsis);

  it('keeps a label that fits, and else what fits of it with an ellipsis', () => {
    expect(cut('learning', 8)).to.equal('learning');
    expect(cut('learning', 7)).to.equal('learni…');
    expect(cut('learning', 7, '...')).to.equal('lear...');
  });

  it('leaves no space before the ellipsis, but keeps one at the start', () => {
    expect(cut('learning rate', 10)).to.equal('learning…');
    expect(cut(' learning', 8)).to.equal(' learni…');
  });
});

describe('columnsOf', () => {
  it('counts two for East Asian characters and emoji, none for marks and joiners', () => {
    expect(['rate', '学習率', '🎉', 'e\u0301', 'a\u200db'].map(columnsOf)).to.deep.equal([4, 6, 2, 1, 2]);
  });
});
