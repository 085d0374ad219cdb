import { isAiProvider, isFramework, type ToolMaker, toolMaker } from './frameworks.ts';
import { type Binding, calledBinding } from './module-bindings.ts';
import { nameOf, type SyntaxNode } from './source-tree.ts';

type Bindings = ReadonlyMap<string, Binding>;

const PLAIN: ToolMaker = { framework: 'ai', isHosted: false };
const HOSTED: ToolMaker = { framework: 'ai', isHosted: true };

/** What makes a tool at a node: a call, a class, or an object that is one as it stands. Null for anything else. */
export function makerAt(
  node: SyntaxNode,
  above: readonly SyntaxNode[],
  bindings: Bindings,
): ToolMaker | null {
  if (node.type === 'ObjectExpression')
    return isPlainTool(node) && !isArgument(above, bindings) ? PLAIN : null;
  return makerOf(node, bindings);
}

/** `tool(…)`, `new DynamicTool(…)`, `class Own extends StructuredTool`, `openai.tools.webSearch(…)`. */
function makerOf(node: SyntaxNode, bindings: Bindings): ToolMaker | null {
  const isCall = /^(?:Optional)?CallExpression$|^NewExpression$/.test(node.type);
  const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
  if (!isCall && !isClass) return null;
  const called = isCall ? node['callee'] : node['superClass'];
  const binding = calledBinding(called, bindings);
  if (binding !== null) return toolMaker(binding.module, binding.name);
  return isCall && isProviderTool(called, bindings) ? providerTool(node) : null;
}

/** `{ inputSchema, execute }`: `ai` takes it as it is. */
function isPlainTool(node: SyntaxNode): boolean {
  const keys = new Set((node['properties'] as readonly SyntaxNode[]).map(({ key }) => nameOf(key)));
  return keys.has('execute') && (keys.has('inputSchema') || keys.has('parameters'));
}

/** Whether it is what a tool is made of: that one is found as a call. */
function isArgument(above: readonly SyntaxNode[], bindings: Bindings): boolean {
  const parent = above.at(-1);
  return parent !== undefined && makerOf(parent, bindings) !== null;
}

function isProviderTool(callee: unknown, bindings: Bindings): boolean {
  const { object } = Object(callee) as { readonly object?: SyntaxNode };
  const { object: provider, property } = Object(object) as Partial<SyntaxNode>;
  const { module = '' } = bindings.get(nameOf(provider) ?? '') ?? {};
  return nameOf(property) === 'tools' && isAiProvider(module);
}

function providerTool(call: SyntaxNode): ToolMaker {
  const [given] = call['arguments'] as readonly SyntaxNode[];
  const properties = (given?.['properties'] ?? []) as readonly SyntaxNode[];
  return properties.some(({ key }) => nameOf(key) === 'execute') ? PLAIN : HOSTED;
}

/** Whether what makes tools is handed on, or called by a computed name: what it makes cannot be followed. */
export function isHandedOn(node: SyntaxNode, above: readonly SyntaxNode[], bindings: Bindings): boolean {
  const parent = above.at(-1);
  const binding = node.type === 'Identifier' ? bindings.get(nameOf(node) ?? '') : undefined;
  if (parent === undefined || binding === undefined) return false;
  const isCallee = parent['callee'] === node || parent['superClass'] === node;
  if (binding.name === '*') {
    const isComputed = parent['computed'] === true && Object(parent['property']).type !== 'StringLiteral';
    return isFramework(binding.module) && parent['object'] === node && isComputed;
  }
  const isDeclared = parent.type === 'VariableDeclarator' || above.at(-2)?.type === 'ObjectPattern';
  return !isCallee && !isDeclared && !ASKS.has(parent.type) && isMaker(binding);
}

/** These only look at it. */
const ASKS = new Set(['BinaryExpression', 'UnaryExpression']);

function isMaker({ module, name }: Binding): boolean {
  const maker = toolMaker(module, name);
  return maker !== null && !maker.isHosted;
}
