import { expect } from 'chai';
import { checksumOf, crc32 } from '../../lib/training/checksum';

const crcOf = (text: string) => crc32(new TextEncoder().encode(text));

describe('crc32', () => {
  it('is the CRC-32 of zip and PNG, in eight digits', () => {
    expect(crcOf('123456789')).to.equal('cbf43926'); // the check value of every catalogue of CRCs
    expect(crcOf('')).to.equal('00000000');
    expect(crc32(Uint8Array.of(0, 255, 128, 0))).to.equal('a45f73ba');
  });
});

describe('checksumOf', () => {
  it('is the CRC-32 of the JSON with sorted keys, without those that are undefined', () => {
    const data = { b: [{ d: null, c: 'x"' }, { c: 1e-7 }], c: undefined, a: { z: [1, 0.5], y: true, x: [] } };
    expect(checksumOf(data)).to.equal(
      crcOf('{"a":{"x":[],"y":true,"z":[1,0.5]},"b":[{"c":"x\\"","d":null},{"c":1e-7}]}'),
    );
  });
});
