/**
 * Which requests reach which statement: only those can catch a mutant there. The sources are marked at
 * each function and statement, and the fixtures run once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.mjs';
import { placeOf } from './exclusions.mjs';
import { walk } from './sources.mjs';

/** The places of a source, and its code with a mark at each. `first` is the number of its first place. */
function markSource({ path, code, tree }, first) {
  const places = [];
  const inserts = [];
  const mark = (node, around, begin, before, after) => {
    const number = first + places.length;
    const entry = placeOf(path, around);
    places.push({ path, start: node.start, end: node.end, unreachable: entry !== undefined && !entry.runs });
    inserts.push({
      at: begin.start,
      text: `${before}(globalThis.wcpReached ??= new Set()).add(${number})${after}`,
    });
  };
  walk(tree, (node, ancestors) => markNode(node, [node, ...ancestors], { mark, inserts }));
  return { places, marked: insert(code, inserts) };
}

function markNode(node, around, { mark, inserts }) {
  const { type, body } = node;
  if (type === 'BlockStatement') {
    for (const each of body)
      if (each.type !== 'FunctionDeclaration') mark(each, [each, ...around], each, '', ';');
    // What stands before the first statement of a function is its own: defaults of parameters.
    if (/Function/.test(around[1]?.type ?? '') && body[0]) mark(around[1], around, body[0], '', ';');
  }
  if (type === 'ArrowFunctionExpression' && body.type !== 'BlockStatement') {
    mark(node, around, body, '(', ', ');
    inserts.push({ at: body.end, text: ')', closing: true });
  }
  for (const branch of branchesOf(node)) {
    mark(branch, [branch, ...around], branch, '{', ';');
    inserts.push({ at: branch.end, text: '}', closing: true });
  }
}

/** Single statements that stand where a block could. */
function branchesOf({ type, body, consequent, alternate }) {
  const found = type === 'IfStatement' ? [consequent, alternate] : /^(For|While)/.test(type) ? [body] : [];
  return found.filter((each) => each && !['BlockStatement', 'IfStatement'].includes(each.type));
}

/** Texts put in at their places; what closes comes before what opens at the same place. */
function insert(code, inserts) {
  const ordered = inserts
    .map((each, index) => ({ ...each, index }))
    .sort(
      (a, b) => a.at - b.at || Number(b.closing ?? false) - Number(a.closing ?? false) || a.index - b.index,
    );
  let result = '';
  let from = 0;
  for (const { at, text } of ordered) {
    result += code.slice(from, at) + text;
    from = at;
  }
  return result + code.slice(from);
}

/** The smallest place around a mutant, or -1 for code that runs while its module is loaded. */
export function placeAround({ places, loading }, { path, start, end }) {
  let best = -1;
  for (const [number, place] of places.entries()) {
    if (place.path !== path || place.start > start || place.end < end) continue;
    if (best === -1 || place.end - place.start <= places[best].end - places[best].start) best = number;
  }
  return loading.has(best) ? -1 : best;
}

/**
 * Runs every case once against the marked code. Gives the places, those that loading reaches, the set that each
 * case reaches, the cases that fail without a mutant, and excluded places that a case reaches all the same.
 */
export async function findReach(lanes, sources, questions) {
  const places = [];
  for (const source of sources) {
    const { places: more, marked } = markSource(source, places.length);
    for (const place of more) places.push(place);
    lanes.write(0, source, marked);
  }
  const file = join(lanes.root, 'reached.json');
  const failing = await ask(lanes.port(0), questions, { all: true, env: { WCP_MUTANTS_REACHED: file } });
  for (const source of sources) lanes.write(0, source, source.code);
  const { loading, requests } = JSON.parse(readFileSync(file, 'utf8'));
  const reachedBy = requests.map((numbers) => new Set(numbers));
  const reached = new Set(reachedBy.flatMap((set) => [...set]));
  const untrue = places.filter(({ unreachable }, number) => unreachable && reached.has(number));
  return {
    places,
    loading: new Set(loading),
    reachedBy,
    failing,
    untrue: untrue.map((place) => ({ ...place, line: lineOf(sources, place) })),
  };
}

function lineOf(sources, { path, start }) {
  const { code } = sources.find((source) => source.path === path);
  return code.slice(0, start).split('\n').length;
}
