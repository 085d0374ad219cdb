import { nameOf, type SyntaxNode, walk } from './source-tree.ts';

/** Where a name of a source comes from. */
export interface Binding {
  readonly module: string;
  /** The name of the export; `*` for all of them. */
  readonly name: string;
}

/** The names that a source imports, or requires. */
export function moduleBindings(tree: SyntaxNode): ReadonlyMap<string, Binding> {
  const bindings = new Map<string, Binding>();
  walk(tree, (node) => {
    if (node.type === 'ImportDeclaration') addImport(bindings, node);
    if (node.type === 'TSImportEqualsDeclaration') addImportEquals(bindings, node);
    if (node.type === 'VariableDeclarator') addDeclared(bindings, node);
    if (node.type === 'CallExpression') addThen(bindings, node);
  });
  return bindings;
}

function addImport(bindings: Map<string, Binding>, node: SyntaxNode): void {
  const module = nameOf(node['source']);
  if (module === null || node['importKind'] === 'type') return;
  for (const specifier of node['specifiers'] as readonly SyntaxNode[]) {
    const local = nameOf(specifier['local']);
    const whole = specifier.type === 'ImportNamespaceSpecifier' ? '*' : 'default';
    if (local !== null) bindings.set(local, { module, name: nameOf(specifier['imported']) ?? whole });
  }
}

/** `import m = require('m')`. */
function addImportEquals(bindings: Map<string, Binding>, { id, moduleReference }: SyntaxNode): void {
  const [local, module] = [nameOf(id), nameOf(Object(moduleReference).expression)];
  if (local !== null && module !== null) bindings.set(local, { module, name: '*' });
}

/** `const { a, b: c } = require('m')`, `const m = await import('m')`, and other names for what is bound already. */
function addDeclared(bindings: Map<string, Binding>, { id, init }: SyntaxNode): void {
  const binding = calledBinding(init, bindings) ?? wholeOf(init);
  if (binding !== null) addPattern(bindings, id, binding);
}

/** `import('m').then(({ a }) => …)`. */
function addThen(bindings: Map<string, Binding>, { callee, arguments: given }: SyntaxNode): void {
  const { type, object, property } = Object(callee) as Partial<SyntaxNode>;
  if (type !== 'MemberExpression' || nameOf(property) !== 'then') return;
  const [binding, then] = [wholeOf(object), (given as readonly SyntaxNode[])[0]];
  const [first] = (then?.['params'] ?? []) as readonly SyntaxNode[];
  if (binding !== null && first !== undefined) addPattern(bindings, first, binding);
}

function addPattern(bindings: Map<string, Binding>, pattern: unknown, binding: Binding): void {
  const local = nameOf(pattern);
  if (local !== null) bindings.set(local, binding);
  if (binding.name !== '*') return;
  const { properties = [] } = Object(pattern) as { readonly properties?: readonly SyntaxNode[] };
  for (const property of properties) {
    const [name, own] = [nameOf(property['key']), nameOf(property['value'])];
    if (name !== null && own !== null) bindings.set(own, { module: binding.module, name });
  }
}

/** All of a module, in place. */
function wholeOf(value: unknown): Binding | null {
  const module = requiredModule(value as SyntaxNode | null);
  return module === null ? null : { module, name: '*' };
}

function requiredModule(init: SyntaxNode | null | undefined): string | null {
  if (init == null) return null;
  if (init.type === 'AwaitExpression') return requiredModule(init['argument'] as SyntaxNode);
  if (init.type === 'ImportExpression') return nameOf(init['source']);
  const { callee, arguments: given } = init as { callee?: unknown; arguments?: readonly unknown[] };
  const isRequire = init.type === 'CallExpression' && nameOf(callee) === 'require';
  return isRequire ? nameOf(given?.[0]) : null;
}

/** What a callee is: an imported name, or a member of an imported whole. Null for anything else. */
export function calledBinding(callee: unknown, bindings: ReadonlyMap<string, Binding>): Binding | null {
  const name = nameOf(callee);
  if (name !== null) return bindings.get(name) ?? null;
  const { type, object, property, computed } = Object(callee) as Partial<SyntaxNode>;
  const isMember = type === 'MemberExpression' || type === 'OptionalMemberExpression';
  const member = nameOf(property);
  // A name in brackets is computed, a text is not.
  if (!isMember || (computed === true && Object(property).type !== 'StringLiteral')) return null;
  const whole = bindings.get(nameOf(object) ?? '') ?? wholeOf(object);
  return whole?.name === '*' && member !== null ? { module: whole.module, name: member } : null;
}
