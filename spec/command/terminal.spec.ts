import { expect } from 'chai';
import { columnsOf, isASCII } from '../../lib/command/terminal';

describe('columnsOf(environment, terminal)', () => {
  it('takes COLUMNS before the terminal, and the terminal before 80', () => {
    expect(columnsOf({ COLUMNS: '60' }, 100)).to.equal(60);
    expect(columnsOf({}, 100)).to.equal(100);
    expect(columnsOf({}, undefined)).to.equal(80);
  });

  it('ignores a COLUMNS that is no number', () => {
    for (const COLUMNS of ['', 'wide', '0', '-5', '1e2']) expect(columnsOf({ COLUMNS }, 70)).to.equal(70);
  });

  it('stays between 30 and 120', () => {
    expect(columnsOf({ COLUMNS: '10' }, undefined)).to.equal(30);
    expect(columnsOf({}, 400)).to.equal(120);
  });
});

describe('isASCII(environment)', () => {
  it('follows the first locale that is set', () => {
    expect(isASCII({ LANG: 'C' })).to.equal(true);
    expect(isASCII({ LANG: 'de_DE.ISO-8859-1' })).to.equal(true);
    expect(isASCII({ LANG: 'en_US.UTF-8' })).to.equal(false);
    expect(isASCII({ LANG: 'C.utf8' })).to.equal(false);
    expect(isASCII({ LC_ALL: 'C', LC_CTYPE: 'C.UTF-8', LANG: 'C.UTF-8' })).to.equal(true);
    expect(isASCII({ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' })).to.equal(false);
  });

  it("is false without a locale, and true on Linux's console", () => {
    expect(isASCII({})).to.equal(false);
    expect(isASCII({ TERM: 'linux', LANG: 'en_US.UTF-8' })).to.equal(true);
  });
});
