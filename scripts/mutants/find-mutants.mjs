/** All mutants of a source, each with a key that outlives changes elsewhere in its file. */
import { exclusionOf } from './exclusions.mjs';
import { OPERATORS } from './operators.mjs';
import { walk } from './sources.mjs';

const MAX_SHOWN_LENGTH = 70;

/** The mutants of a source in the order of their places; those that no operation reaches say why. */
export function findMutants(source) {
  const found = [];
  const { code, tree, path } = source;
  const text = ({ start, end }) => code.slice(start, end);
  walk(tree, (node, ancestors) => {
    const operator = OPERATORS[node.type];
    if (operator === undefined || isPattern(ancestors)) return;
    for (const change of operator(node, { text, source: code, parent: ancestors[0] ?? {} })) {
      const place = change[4];
      const nodes = place ? [place, node, ...ancestors] : [node, ...ancestors];
      found.push(mutant(source, change, exclusionOf(path, nodes, code)));
    }
  });
  return found.filter(({ start, end, replacement }) => code.slice(start, end) !== replacement);
}

function isPattern([parent]) {
  return parent?.type === 'ImportDeclaration' || parent?.type === 'Directive';
}

function mutant({ package: name, path, text, code }, [operator, start, end, replacement, place], excluded) {
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
    change: changeOf(code, start, end, replacement, place),
    start,
    end,
    replacement,
    excluded,
  };
}

function changeOf(code, start, end, replacement, place) {
  if (place) return `without ${shown(code.slice(place.start, place.end))}`;
  return `${shown(code.slice(start, end))} -> ${shown(replacement)}`;
}

function shown(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH)}…` : line;
}

/** What names a mutant: its file, the line as it is written, the operator and the change. */
export function keyOf({ path, original, operator, change }) {
  return [path, original, operator, change].join(' | ');
}
