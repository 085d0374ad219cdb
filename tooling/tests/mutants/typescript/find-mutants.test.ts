import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { findMutants } from '../../../src/mutants/typescript/find-mutants.ts';
import { isSyntaxNode } from '../../../src/mutants/typescript/syntax-node.ts';

const changesOf = (code: string) => {
  const tree: unknown = parseAst(code);
  if (!isSyntaxNode(tree)) throw new Error('no tree');
  const source = { target: 'router', path: 'packages/router/src/sample.ts', text: code, code, tree };
  return findMutants(source).map(({ change }) => change);
};

test.each([
  ['both the boundary and the negation of a comparison', 'f(a < b);', ['a < b', '<']],
  ['a condition', 'if (ready) go();', ['ready -> true', 'ready -> false']],
  ['each operand of a logical expression alone', 'f(a && b);', ['a && b -> (a)', 'a && b -> (b)']],
  ['a default', 'f(a ?? b);', ['a ?? b -> (a)', 'a ?? b -> (b)']],
  ['the items of a list', 'f([a, b]);', ['without a', 'without b']],
  ['the members of an object', 'f({ a: c, b: c });', ['without a: c', 'without b: c']],
  ['the anchors of a pattern', 'f(/^a$/u);', ['/^a$/u -> /a$/u', '/^a$/u -> /^a/u']],
  ['a code of a family', "f('DENY_FROZEN');", ["'DENY_FROZEN' -> 'DENY_INTERNAL_ERROR'"]],
  ['a method that has an opposite', 'list.every(f);', ['every -> some']],
  ['a statement', 'throw new Error(text);', ['throw new Error(text); -> ;']],
])('The source is mutated in %s.', (_, code, expected) => {
  const changes = changesOf(code);
  for (const each of expected) expect(changes.join('\n')).toContain(each);
});

test('An import is never mutated.', () => {
  expect(changesOf("import { decide } from './decide.ts';")).toEqual([]);
});
