import type { Place } from '../run/reach.ts';
import { placeOf } from './exclusions.ts';
import type { TypeScriptSource } from './source.ts';
import { nodeIn, nodesIn, requireNode, type SyntaxNode, walk } from './syntax-node.ts';

/** Text that is put in at an offset. */
interface Insert {
  readonly at: number;
  readonly text: string;
  /** Whether it closes what another insert opened; it then comes first at its place. */
  readonly closing?: boolean;
}

/** The places of a source, and its code with a mark at each. `first` is the number of its first place. */
export function markSource(source: TypeScriptSource, first: number): { places: Place[]; marked: string } {
  const marks = new Marks(source.path, first);
  walk(source.tree, (node, ancestors) => markNode(node, [node, ...ancestors], marks));
  return { places: marks.places, marked: insertAll(source.code, marks.inserts) };
}

/** The marks of one source. */
class Marks {
  readonly places: Place[] = [];
  readonly inserts: Insert[] = [];
  readonly #path: string;
  readonly #first: number;

  constructor(path: string, first: number) {
    this.#path = path;
    this.#first = first;
  }

  /** Marks a node as reached once the code at `begin` runs. */
  add(
    node: SyntaxNode,
    around: readonly SyntaxNode[],
    begin: SyntaxNode,
    before: string,
    after: string,
  ): void {
    const number = this.#first + this.places.length;
    const entry = placeOf(this.#path, around);
    const unreachable = entry !== undefined && entry.runs !== true;
    this.places.push({ path: this.#path, start: node.start, end: node.end, unreachable });
    const mark = `(globalThis.wcpReached ??= new Set()).add(${number})`;
    this.inserts.push({ at: begin.start, text: `${before}${mark}${after}` });
  }

  close(node: SyntaxNode, text: string): void {
    this.inserts.push({ at: node.end, text, closing: true });
  }
}

function markNode(node: SyntaxNode, around: readonly SyntaxNode[], marks: Marks): void {
  if (node.type === 'BlockStatement') markBlock(node, around, marks);
  if (node.type === 'ArrowFunctionExpression' && requireNode(node, 'body').type !== 'BlockStatement') {
    const body = requireNode(node, 'body');
    marks.add(node, around, body, '(', ', ');
    marks.close(body, ')');
  }
  for (const branch of branchesOf(node)) {
    marks.add(branch, [branch, ...around], branch, '{', ';');
    marks.close(branch, '}');
  }
}

function markBlock(node: SyntaxNode, around: readonly SyntaxNode[], marks: Marks): void {
  const body = nodesIn(node, 'body').filter((statement) => statement !== null);
  for (const statement of body) {
    if (statement.type !== 'FunctionDeclaration') marks.add(statement, around, statement, '', ';');
  }
  // What stands before the first statement of a function is its own: defaults of parameters.
  const [, parent] = around;
  const [first] = body;
  if (parent && first && /Function/.test(parent.type)) marks.add(parent, around, first, '', ';');
}

/** Single statements that stand where a block could. */
function branchesOf(node: SyntaxNode): SyntaxNode[] {
  const members = node.type === 'IfStatement' ? ['consequent', 'alternate'] : ['body'];
  if (!/^(If|For|While)/.test(node.type)) return [];
  return members
    .map((member) => nodeIn(node, member))
    .filter((branch) => branch !== undefined)
    .filter(({ type }) => type !== 'BlockStatement' && type !== 'IfStatement');
}

/** Texts put in at their places; what closes comes before what opens at the same place. */
function insertAll(code: string, inserts: readonly Insert[]): string {
  const ordered = [...inserts].sort(
    (a, b) => a.at - b.at || Number(b.closing ?? false) - Number(a.closing ?? false),
  );
  let result = '';
  let from = 0;
  for (const { at, text } of ordered) {
    result += code.slice(from, at) + text;
    from = at;
  }
  return result + code.slice(from);
}
