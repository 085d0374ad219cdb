import { type Mutant, shorten } from '../run/mutant.ts';
import { exclusionOf } from './exclusions.ts';
import { type Change, OPERATORS } from './operators.ts';
import type { TypeScriptSource } from './source.ts';
import { type SyntaxNode, walk } from './syntax-node.ts';

/** The mutants of a source in the order of their places; those that no operation reaches say why. */
export function findMutants(source: TypeScriptSource): Mutant[] {
  const found: Mutant[] = [];
  const { code, tree, path } = source;
  const text = ({ start, end }: SyntaxNode) => code.slice(start, end);
  walk(tree, (node, ancestors) => {
    const operator = OPERATORS[node.type];
    if (operator === undefined || isNeverMutated(ancestors[0])) return;
    for (const change of operator(node, { text, source: code, parent: ancestors[0] })) {
      const nodes = change.place ? [change.place, node, ...ancestors] : [node, ...ancestors];
      found.push(mutantOf(source, change, exclusionOf(path, nodes, code)));
    }
  });
  return found.filter(({ start, end, replacement }) => code.slice(start, end) !== replacement);
}

function isNeverMutated(parent: SyntaxNode | undefined): boolean {
  return parent?.type === 'ImportDeclaration' || parent?.type === 'Directive';
}

function mutantOf(source: TypeScriptSource, change: Change, excluded: string | null): Mutant {
  const { target, path, text } = source;
  const { operator, start, end, replacement, place } = change;
  const at = place?.start ?? start;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  return {
    target,
    path,
    line: text.slice(0, at).split('\n').length,
    column: at - lineStart + 1,
    original: text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).trim(),
    operator,
    change: describe(source.code, change),
    start,
    end,
    replacement,
    excluded,
  };
}

function describe(code: string, { start, end, replacement, place }: Change): string {
  if (place) return `without ${shorten(code.slice(place.start, place.end))}`;
  return `${shorten(code.slice(start, end))} -> ${shorten(replacement)}`;
}
