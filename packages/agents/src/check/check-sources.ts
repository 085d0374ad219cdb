import { isGovernor, type ToolMaker } from './frameworks.ts';
import { type Binding, calledBinding, moduleBindings } from './module-bindings.ts';
import { type Module, moduleExports, originOf } from './module-exports.ts';
import { nameOf, type SyntaxNode, sourceTree, walk } from './source-tree.ts';
import { isHandedOn, makerAt } from './tool-makers.ts';

/** A source, by its path with `/`. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A place in a source that lets a tool pass a Hall. */
export interface UngovernedTool {
  readonly file: string;
  readonly line: number;
  readonly code: 'UNGOVERNED_TOOL' | 'USED_UNGOVERNED' | 'HANDED_ON' | 'HOSTED_TOOL' | 'UNREADABLE';
  readonly framework: string | null;
  readonly message: string;
}

/** What was found in the sources of a project. */
export interface AgentsCheck {
  readonly files: number;
  /** Tools of known frameworks. */
  readonly tools: number;
  readonly findings: readonly UngovernedTool[];
}

/** A tool that a source makes. */
interface MadeTool {
  readonly line: number;
  readonly maker: ToolMaker;
  /** The variable that it is assigned to; null where it stands in an expression. */
  readonly name: string | null;
  readonly isWrapped: boolean;
}

/** What of a source the check depends on. */
interface SourceReading {
  readonly file: string;
  readonly made: readonly MadeTool[];
  /** Where names come from in the end. */
  readonly origins: ReadonlyMap<string, Binding & { readonly file: string | null }>;
  /** Lines on which what makes tools is handed on. */
  readonly handedOn: readonly number[];
  /** Names that stand in what is given to a governor. */
  readonly governed: ReadonlySet<string>;
  /** Names that are used anywhere else, and the line of their first such use. */
  readonly used: ReadonlyMap<string, number>;
}

/**
 * Finds the tools of known frameworks that a project makes and does not put before a Hall. It reads the sources and runs
 * nothing, so it cannot see a tool that is made by other means: by a framework that it does not know, within a package,
 * by an MCP server, or by a function of the project that returns one.
 *
 * @example
 * import { checkSources } from '@wcp/agents/check';
 *
 * const text = "import { tool } from 'ai'; export const add = tool({});";
 * console.log(checkSources([{ file: 'tools.ts', text }]).findings[0]?.code); // UNGOVERNED_TOOL
 */
export function checkSources(sources: readonly Source[]): AgentsCheck {
  const parsed = sources.map(({ file, text }) => ({ file, module: parse(file, text) }));
  const modules = parsed.flatMap(({ module }) => (module === null ? [] : [module]));
  const unread = parsed.flatMap(({ file, module }) => (module === null ? [unreadable(file)] : []));
  const read = modules.map((module) => readSource(module, modules));
  const findings = read.flatMap((reading) => [
    ...reading.made.flatMap((tool) => judge(tool, reading, read)),
    ...reading.handedOn.map((line) => handedOn(reading.file, line)),
  ]);
  const tools = read.reduce((sum, { made }) => sum + made.length, 0);
  return { files: sources.length, tools, findings: [...unread, ...findings] };
}

interface ParsedModule extends Module {
  readonly tree: SyntaxNode;
}

function parse(file: string, text: string): ParsedModule | null {
  const tree = sourceTree(file, text);
  return tree === null ? null : { file, tree, bindings: moduleBindings(tree), exports: moduleExports(tree) };
}

function readSource({ file, tree, bindings }: ParsedModule, modules: readonly Module[]): SourceReading {
  const origins = new Map(
    [...bindings].map(([local, binding]) => [local, originOf(binding, file, modules)] as const),
  );
  const made: MadeTool[] = [];
  const lines: number[] = [];
  const governed = new Set<string>();
  const used = new Map<string, number>();
  walk(tree, (node, above) => {
    const maker = makerAt(node, above, origins);
    const isWrapped = isGoverned(above, origins);
    if (maker !== null) made.push({ line: lineOf(node), maker, name: declaredName(above), isWrapped });
    const name = usedName(node, above);
    if (name === null) return;
    if (!isWrapped && isHandedOn(node, above, origins)) lines.push(lineOf(node));
    if (isWrapped) governed.add(name);
    else if (!used.has(name)) used.set(name, lineOf(node));
  });
  return { file, made, origins, handedOn: lines, governed, used };
}

/** Whether a node stands in what is given to a function of `@wcp/agents`, or to `govern` of a governor. */
function isGoverned(above: readonly SyntaxNode[], bindings: ReadonlyMap<string, Binding>): boolean {
  return above.some((node) => {
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
    const { callee } = node as { readonly callee?: SyntaxNode };
    const binding = calledBinding(callee, bindings);
    const isOurs = binding !== null && isGovernor(binding.module, binding.name);
    return isOurs || (callee?.type === 'MemberExpression' && nameOf(callee['property']) === 'govern');
  });
}

/** Tools are given to a framework together. */
const COLLECTIONS = new Set(['ObjectProperty', 'ObjectExpression', 'ArrayExpression']);

/** The variable whose value a node is, or stands in. */
function declaredName(above: readonly SyntaxNode[]): string | null {
  const parent = above.findLast(({ type }) => !COLLECTIONS.has(type));
  if (parent?.type === 'ExportDefaultDeclaration') return 'default';
  return parent?.type === 'VariableDeclarator' ? nameOf(parent['id']) : null;
}

/** The name that an identifier uses; null where it declares, exports or names a member. */
function usedName(node: SyntaxNode, above: readonly SyntaxNode[]): string | null {
  const parent = above.at(-1);
  const name = node.type === 'Identifier' ? nameOf(node) : null;
  if (name === null || parent === undefined) return null;
  const isDeclared = parent.type === 'VariableDeclarator' && parent['id'] === node;
  const isMember =
    parent.type === 'MemberExpression' && parent['property'] === node && parent['computed'] !== true;
  const isKey = parent.type === 'ObjectProperty' && parent['key'] === node && parent['shorthand'] !== true;
  const isMoved = /^(?:Import|Export)/.test(parent.type) || /^TS/.test(parent.type);
  return isDeclared || isMember || isKey || isMoved ? null : name;
}

function judge(tool: MadeTool, own: SourceReading, all: readonly SourceReading[]): UngovernedTool[] {
  const { line, maker, name, isWrapped } = tool;
  const { framework, isHosted } = maker;
  const found = (code: UngovernedTool['code'], message: string, at = { file: own.file, line }) => ({
    ...at,
    code,
    framework,
    message,
  });
  if (isHosted) {
    return [
      found('HOSTED_TOOL', 'This tool runs at the provider of the model, where no Hall stands before it.'),
    ];
  }
  if (isWrapped) return [];
  const places = name === null ? [] : placesOf(name, own, all);
  if (!places.some(({ reading, local }) => reading.governed.has(local))) {
    return [
      found('UNGOVERNED_TOOL', 'No Hall stands before this tool: give it to a function of @wcp/agents.'),
    ];
  }
  return places.flatMap(({ reading, local }) => {
    const used = reading.used.get(local);
    const message = `${name ?? ''} is used here as it is, and no Hall stands before it.`;
    return used === undefined ? [] : [found('USED_UNGOVERNED', message, { file: reading.file, line: used })];
  });
}

/** Under which names a variable is known: in its own source, and in those that import it, however it is passed on. */
function placesOf(name: string, own: SourceReading, all: readonly SourceReading[]) {
  const elsewhere = all.flatMap((reading) =>
    [...reading.origins].flatMap(([local, origin]) =>
      origin.file === own.file && origin.name === name ? [{ reading, local }] : [],
    ),
  );
  return [{ reading: own, local: name }, ...elsewhere];
}

function lineOf({ loc }: SyntaxNode): number {
  return loc?.start.line ?? 1;
}

function unreadable(file: string): UngovernedTool {
  const message = 'This cannot be read, so nobody knows which tools it makes.';
  return { file, line: 1, code: 'UNREADABLE', framework: null, message };
}

function handedOn(file: string, line: number): UngovernedTool {
  const message =
    'What makes tools is handed on here, or called by a computed name: nobody can follow what it makes.';
  return { file, line, code: 'HANDED_ON', framework: null, message };
}
