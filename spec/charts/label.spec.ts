import { expect } from 'chai';
import { fitted } from '../../lib/charts/label';

describe('fitted', () => {
  const cut = (label: string, width: number) => fitted(label, width, (text) => text.length);

  it('is the label where that fits, and else what fits of it with …', () => {
    expect(cut('learning', 8)).to.equal('learning');
    expect(cut('learning', 7)).to.equal('learni…');
  });

  it('ends with a letter before the …, and keeps a space at the start', () => {
    expect(cut('learning rate', 10)).to.equal('learning…');
    expect(cut(' learning', 8)).to.equal(' learni…');
  });
});
