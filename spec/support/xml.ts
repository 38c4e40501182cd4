// Whether a text is XML.
import { expect } from 'chai';

/** Throws unless the text is one XML element whose tags match, with quoted attributes that differ, and escaped text. */
export function expectWellFormed(xml: string): void {
  const attribute = /\s+([A-Za-z][\w:-]*)="(?:[^<&"]|&#\d+;)*"/g;
  const token = /<(\/?)([A-Za-z]+)((?:\s+[A-Za-z][\w:-]*="(?:[^<&"]|&#\d+;)*")*)(\/?)>|((?:[^<&]|&#\d+;)+)/gy;
  const open: string[] = [];
  let roots = 0;
  let end = 0;
  for (const [whole, closing, name = '', attributes = '', empty, text] of xml.matchAll(token)) {
    end += whole.length;
    if (text !== undefined) {
      expect(open.length > 0 || text.trim() === '', `text outside the root: ${text}`).to.equal(true);
    } else if (closing) {
      expect(open.pop()).to.equal(name);
    } else {
      const names = [...attributes.matchAll(attribute)].map(([, key]) => key);
      expect(new Set(names).size, whole).to.equal(names.length);
      if (open.length === 0) roots++;
      if (!empty) open.push(name);
    }
  }
  expect(xml.slice(end), 'no XML').to.equal('');
  expect([roots, open]).to.deep.equal([1, []]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
  expect(xml).to.not.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
}
