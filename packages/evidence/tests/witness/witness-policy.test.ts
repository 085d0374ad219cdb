import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signingKeyFromSeed } from '../../src/key/index.ts';
import { writeVerifierKey } from '../../src/log/index.ts';
import { parseWitnessPolicy, writeWitnessKey } from '../../src/witness/index.ts';
import { isQuorum } from '../../src/witness/witness-policy.ts';
import { hostileValues } from '../support.ts';

const keyOf = (index: number) => signingKeyFromSeed(index.toString(16).padStart(64, '0')).publicKey;
const [k1, k2, k3, k4, k5, k6] = [1, 2, 3, 4, 5, 6].map((index) =>
  writeWitnessKey({ name: `witness.example/w${index}`, publicKey: keyOf(index) }),
);
const logKey = writeVerifierKey('hall.example/log', keyOf(9));

const isMet = (text: string, cosigned: readonly number[]) => {
  const reading = parseWitnessPolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
  return isQuorum(reading.policy.quorum, new Set(cosigned));
};
const linesOf = (text: unknown) => {
  const reading = parseWitnessPolicy(text);
  return reading.ok ? [] : reading.findings.map(({ line }) => line);
};

/** The example of C2SP tlog-policy. */
const NESTED = `log ${logKey} https://hall.example/

witness X1 ${k1}
witness X2 ${k2}
witness X3 ${k3}
group X-witnesses 2 X1 X2 X3

witness Y1 ${k4}
witness Y2 ${k5}
witness Y3 ${k6}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

describe('a witness policy', () => {
  test('Groups of groups count as the specification says.', () => {
    expect(isMet(NESTED, [0, 2, 4])).toBe(true);
    expect(isMet(NESTED, [0, 1, 2])).toBe(false);
    expect(isMet(NESTED, [0, 3, 4, 5])).toBe(false);
    expect(isMet(NESTED, [])).toBe(false);
  });

  test('A single witness, no witness and words between tabs are policies too.', () => {
    expect(
      isMet(`\n# comment\n\t # another\n\twitness \t w1  ${k1}   https://w1.example/  \n\n  quorum\tw1`, [0]),
    ).toBe(true);
    expect(isMet('quorum none\n', [])).toBe(true);
    expect(isMet(`witness all ${k1}\nwitness any ${k2}\ngroup group 2 all any\nquorum group\n`, [0])).toBe(
      false,
    );
  });

  test('The JSON of k of n says the same as one group.', () => {
    const text = JSON.stringify({ quorum: 2, witnesses: [k1, k2, k3] });
    expect(isMet(text, [0, 2])).toBe(true);
    expect(isMet(text, [1])).toBe(false);
  });

  test('Everything that is wrong is found at once, with its line.', () => {
    expect(linesOf(`witness w1 ${logKey}\nquibble\nlog ${k1}\ngroup g 2 w1\nquorum g\n`)).toEqual([
      1, 2, 3, 4, 4, 5,
    ]);
  });

  test.each([
    ['a control character', 'quorum none\n\x01'],
    ['a carriage return', 'quorum none\r\n'],
    ['an inline comment', `witness w1 ${k1} https://w1.example/ # comment\nquorum w1\n`],
    ['a log without a key', 'log\nquorum none\n'],
    ['a log twice', `log ${logKey}\nlog ${logKey} https://hall.example/\nquorum none\n`],
    ['a witness without a key', 'witness w1\nquorum none\n'],
    ['the key of a log as a witness', `witness w1 ${logKey}\nquorum w1\n`],
    ['a witness named none', `witness none ${k1}\nquorum none\n`],
    ['one name for two', `witness w1 ${k1}\nwitness w1 ${k2}\nquorum w1\n`],
    ['one key for two', `witness w1 ${k1}\nwitness w2 ${k1}\nquorum w1\n`],
    ['a group with the name of a witness', `witness w1 ${k1}\ngroup w1 any w1\nquorum w1\n`],
    ['a group without members', `witness w1 ${k1}\ngroup g 1\nquorum w1\n`],
    ['a threshold of zero', `witness w1 ${k1}\ngroup g 0 w1\nquorum g\n`],
    ['a negative threshold', `witness w1 ${k1}\ngroup g -1 w1\nquorum g\n`],
    ['a threshold above the members', `witness w1 ${k1}\ngroup g 2 w1\nquorum g\n`],
    ['a threshold that an object inherits', `witness w1 ${k1}\ngroup g constructor w1\nquorum g\n`],
    ['an unknown member', `witness w1 ${k1}\ngroup g any w2\nquorum g\n`],
    ['a member below its group', `group g any w1\nwitness w1 ${k1}\nquorum g\n`],
    ['none as a member', `witness w1 ${k1}\ngroup g any none w1\nquorum g\n`],
    ['a member twice', `witness w1 ${k1}\ngroup g all w1 w1\nquorum g\n`],
    [
      'a member of two groups',
      `witness w1 ${k1}\nwitness w2 ${k2}\ngroup g any w1 w2\ngroup h any w1\nquorum g\n`,
    ],
    ['no quorum', `witness w1 ${k1}\n`],
    ['two quorums', `witness w1 ${k1}\nquorum w1\nquorum w1\n`],
    ['an unknown quorum', 'quorum unknown\n'],
    ['a quorum above its witness', `quorum w1\nwitness w1 ${k1}\n`],
    ['a quorum without a name', 'quorum\n'],
    ['a keyword that an object inherits', 'toString x\nquorum none\n'],
    ['JSON without a quorum', JSON.stringify({ witnesses: [k1] })],
    ['JSON with a third member', JSON.stringify({ witnesses: [k1], quorum: 1, log: 1 })],
    ['JSON whose key holds a line', JSON.stringify({ witnesses: [`${k1}\nquorum none`], quorum: 1 })],
    ['JSON with a quorum of zero', JSON.stringify({ witnesses: [k1], quorum: 0 })],
    ['too many lines', 'quorum none\n'.padEnd(2_000, '\n')],
    ['too long a text', `quorum none\n#${'x'.repeat(300_000)}`],
  ])('A policy with %s is refused.', (_, text) => {
    expect(parseWitnessPolicy(text).ok).toBe(false);
  });

  test('No value makes the reader throw.', () => {
    for (const value of hostileValues()) expect(parseWitnessPolicy(value).ok).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => typeof parseWitnessPolicy(text).ok === 'boolean'));
  });
});
