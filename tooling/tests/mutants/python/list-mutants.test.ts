import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireInterpreter } from '../../../src/mutants/python/interpreter.ts';
import { listMutants } from '../../../src/mutants/python/list-mutants.ts';
import { openPythonSuite } from '../../../src/mutants/python/python-suite.ts';
import { mutate } from '../../../src/mutants/run/mutant.ts';
import { ROOT } from '../../../src/repository/root.ts';
import { scratch } from '../../support/mutants.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const skipped = hasPython ? '' : ' (skipped: python3 is not on this machine)';

/** The mutants of Python code, and the code that each of them is. */
function mutantsOf(code: string) {
  const file = join(scratch(), 'sample.py');
  writeFileSync(file, code);
  const source = { target: 'python', path: relative(ROOT, file), text: code, code };
  const { mutants } = listMutants(requireInterpreter(), [source]);
  return mutants.map((mutant) => ({ ...mutant, code: mutate(code, mutant) }));
}

const CASES = [
  ['Both the boundary and the negation of a comparison', 'f(a < b)', ['f((a <= b))', 'f((a >= b))']],
  ['Each link of a chained comparison', 'f(a <= b <= c)', ['f((a < b <= c))', 'f((a <= b > c))']],
  ['Membership and identity', 'f(a in b, c is d)', ['f((a not in b), c is d)', 'f(a in b, (c is not d))']],
  ['A condition', 'if ready:\n    go()', ['if (True):\n    go()', 'if (False):\n    go()']],
  ['Logic, and each operand', 'f(a and b)', ['f((a or b))', 'f((a))', 'f((b))']],
  ['A negation', 'f(not a)', ['f((a))']],
  ['A number', 'f(3)', ['f((4))', 'f((2))']],
  ['A boolean', 'f(True)', ['f((False))']],
  ['A text', "f('a')", ["f((''))"]],
  ['A code of a denial', "f('DENY_FROZEN')", ["f(('DENY_INTERNAL_ERROR'))"]],
  ['A statement', 'go()', ['pass']],
  ['A raise', 'raise Wrong', ['pass']],
  ['What a function returns', 'def f():\n    return a', ['def f():\n    return None']],
  ['Arguments', 'x = f(a, b, c)', ['x = (f(b, a, c))']],
  ['A named argument', 'x = f(a, key=b)', ['x = (f(a))']],
  ['A default', "x = a.get('b', c)", ["x = (a.get('b'))"]],
  ['Objects that are put together', 'x = a | b', ['x = (a)', 'x = (b)', 'x = (b | a)']],
  ['A member', "x = {'a': b, **c}", ['x = ({**c})', "x = ({'a': b})"]],
  ['An item', 'x = [a, *b]', ['x = ([*b])', 'x = ([a])']],
  ['The condition of a comprehension', 'x = [a for a in b if c]', ['x = ([a for a in b])']],
  ['What an f-string holds', "x = f'{a or b}!'", ["x = (f'{a}!')", "x = (f'{a and b}!')"]],
  [
    'The kinds of an error',
    'try:\n    go()\nexcept (A, B):\n    pass',
    ['try:\n    go()\nexcept ((B,)):\n    pass'],
  ],
] as const;

describe.skipIf(!hasPython)(`The mutants of a Python source${skipped}`, () => {
  test.each(CASES)('%s is mutated.', (_, code, expected) => {
    const mutants = mutantsOf(code).map((mutant) => mutant.code);
    for (const each of expected) expect(mutants).toContain(each);
  });

  test.each([
    ['A docstring', '"""Text."""'],
    ['An annotation', 'def f(a: dict[str, int] | None) -> int | None: ...'],
    ['The name of a member', "x = a['b']"],
  ])('%s is not mutated.', (_, code) => {
    expect(mutantsOf(code)).toEqual([]);
  });

  test('The text of a message is listed as excluded, and the code beside it is not.', () => {
    const mutants = mutantsOf("x = {'code': 'A', 'message': 'Text.'}");
    const texts = mutants.filter(({ operator }) => operator === 'text');
    expect(texts.map(({ excluded }) => excluded === null)).toEqual([true, false]);
  });

  test('A mutant says where it is and what becomes of what, in code units.', () => {
    const [mutant] = mutantsOf("a = '😀'; f(1 < b)").filter(({ operator }) => operator === 'comparison');
    expect(mutant).toMatchObject({
      line: 1,
      column: 13,
      change: '1 < b -> 1 <= b',
      code: "a = '😀'; f((1 <= b))",
    });
  });

  test.each(['wcp_json.py', 'wcp_world.py'])(
    'Every mutant of %s is another program that Python can read.',
    (file) => {
      const suite = openPythonSuite();
      const code = suite.sources.find(({ path }) => path.endsWith(`/${file}`))?.code ?? '';
      const mutants = suite.findMutants().filter(({ path }) => path.endsWith(`/${file}`));
      expect(mutants.length).toBeGreaterThan(80);
      const program =
        'import ast, json, sys\nfirst, *others = json.load(sys.stdin)\ndump = ast.dump(ast.parse(first))\n' +
        'for other in others:\n    if ast.dump(ast.parse(other)) == dump: print(other)';
      const { status, stdout, stderr } = spawnSync(requireInterpreter().program, ['-c', program], {
        input: JSON.stringify([code, ...mutants.map((mutant) => mutate(code, mutant))]),
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );
});

test('A machine without Python is told what to do.', () => {
  expect(() => requireInterpreter('no-such-python')).toThrow(
    /Install it, or leave the port out with --target/,
  );
});
