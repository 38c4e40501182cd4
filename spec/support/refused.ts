import { expect } from 'chai';
import { type CosineAnnealingConfig, parseConfig } from '../../lib/config/config';
import { CosineAnnealingError } from '../../lib/errors';

/** The error that a call throws, which must be ours. */
export function errorOf(call: () => unknown): CosineAnnealingError {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(CosineAnnealingError);
    return error as CosineAnnealingError;
  }
  return expect.fail('expected an error');
}

export const messageOf = (config: unknown) =>
  errorOf(() => parseConfig(config as CosineAnnealingConfig)).message;

/** Specs of what is refused: the whole message for each config. */
export function refuses(title: string, cases: readonly (readonly [config: unknown, ...lines: string[]])[]) {
  describe(`refuses ${title}:`, () => {
    for (const [config, ...lines] of cases) {
      it(lines.join(' / '), () => expect(messageOf(config)).to.equal(lines.join('\n')));
    }
  });
}
