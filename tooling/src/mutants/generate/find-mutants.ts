import { exclusionOf } from './exclusions.ts';
import { type Change, OPERATORS } from './operators.ts';
import type { Source } from './source.ts';
import { type SyntaxNode, walk } from './syntax-node.ts';

const MAX_SHOWN_LENGTH = 70;

/** One change to one source. */
export interface Mutant {
  readonly package: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The line as it is written. */
  readonly original: string;
  readonly operator: string;
  /** What becomes of what. */
  readonly change: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Why it is not run; null where it is. */
  readonly excluded: string | null;
}

/** The mutants of a source in the order of their places; those that no operation reaches say why. */
export function findMutants(source: Source): Mutant[] {
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

function mutantOf(source: Source, change: Change, excluded: string | null): Mutant {
  const { package: name, path, text } = source;
  const { operator, start, end, replacement, place } = change;
  const at = place?.start ?? start;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  return {
    package: name,
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

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH)}…` : line;
}

/** What names a mutant, and outlives changes elsewhere in its file: the file, the line, the operator, the change. */
export function keyOf({ path, original, operator, change }: Mutant): string {
  return [path, original, operator, change].join(' | ');
}
