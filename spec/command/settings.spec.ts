import { expect } from 'chai';
import { readValue } from '../../lib/command/settings';

const readings: Record<string, unknown> = {
  '0.1': 0.1,
  '.1': 0.1,
  '-.5': -0.5,
  '5.': 5,
  '1e-4': 1e-4,
  '+3': 3,
  Infinity: Infinity,
  true: true,
  '1,2,3': [1, 2, 3],
  '[1, 2]': [1, 2],
  '.1,.05': [0.1, 0.05],
  '{"length":5}': { length: 5 },
  '{ length: 5, everyCycle: true }': { length: 5, everyCycle: true },
  "{length : .5, shape: 'cosine'}": { length: 0.5, shape: 'cosine' },
  '{ length: [1,2], shape: cosine }': { length: [1, 2], shape: 'cosine' },
  batch: 'batch',
  '': '',
  '1,': '1,',
  '3 epochs': '3 epochs',
};

describe('readValue(text)', () => {
  for (const [text, value] of Object.entries(readings)) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(value) ?? value}`, () => {
      expect(readValue(text)).to.deep.equal(value);
    });
  }
});
