import { dirname, join, normalize } from 'node:path/posix';
import type { Binding } from './module-bindings.ts';
import { nameOf, type SyntaxNode, walk } from './source-tree.ts';

/** What a source exports. */
export interface ModuleExports {
  /** The own names of exports. */
  readonly locals: ReadonlyMap<string, string>;
  /** Exports that come from another module. */
  readonly passed: ReadonlyMap<string, Binding>;
  /** The modules of which everything is passed on. */
  readonly stars: readonly string[];
}

/** A source as others import it. */
export interface Module {
  readonly file: string;
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly exports: ModuleExports;
}

const MAX_DEPTH = 16;

/** What a source exports, by `export` and by `module.exports`. */
export function moduleExports(tree: SyntaxNode): ModuleExports {
  const locals = new Map<string, string>();
  const passed = new Map<string, Binding>();
  const stars: string[] = [];
  walk(tree, (node) => {
    const module = nameOf(node['source']);
    if (node.type === 'ExportAllDeclaration' && module !== null) stars.push(module);
    if (node.type === 'ExportDefaultDeclaration') addLocal(locals, 'default', node['declaration']);
    if (node.type !== 'ExportNamedDeclaration' || node['exportKind'] === 'type') return;
    for (const { local, exported } of (node['specifiers'] ?? []) as readonly SyntaxNode[]) {
      const [own, name] = [nameOf(local), nameOf(exported)];
      if (own === null || name === null) continue;
      if (module === null) locals.set(name, own);
      else passed.set(name, { module, name: own });
    }
  });
  return { locals, passed, stars };
}

function addLocal(locals: Map<string, string>, name: string, value: unknown): void {
  const own = nameOf(value);
  if (own !== null) locals.set(name, own);
}

/** Where a name really comes from, through the sources that pass it on: a package, or the source that declares it. */
export function originOf(
  binding: Binding,
  from: string,
  modules: readonly Module[],
  depth = 0,
): Binding & { readonly file: string | null } {
  const source = modules.find(({ file }) => isSource(from, binding.module, file));
  if (source === undefined || depth > MAX_DEPTH) return { ...binding, file: null };
  const { exports, bindings, file } = source;
  const local = exports.locals.get(binding.name);
  const next = exports.passed.get(binding.name) ?? (local === undefined ? undefined : bindings.get(local));
  if (next !== undefined) return originOf(next, file, modules, depth + 1);
  for (const module of local === undefined ? exports.stars : []) {
    const origin = originOf({ module, name: binding.name }, file, modules, depth + 1);
    const isOwn = origin.file === null && module.startsWith('.');
    if (!isOwn) return origin;
  }
  return { module: binding.module, name: local ?? binding.name, file };
}

/** Whether a relative import means a file, whatever extension it is written with. */
function isSource(from: string, module: string, file: string): boolean {
  if (!module.startsWith('.')) return false;
  const bare = (path: string) => path.replace(/\.[cm]?[jt]sx?$/, '').replace(/(?:^|\/)index$/, '');
  return bare(normalize(join(dirname(from), module))) === bare(normalize(file));
}
