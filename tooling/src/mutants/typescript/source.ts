import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';
import { ROOT } from '../../repository/root.ts';
import type { Source } from '../run/suite.ts';
import { isSyntaxNode, type SyntaxNode } from './syntax-node.ts';

/** The packages that are mutated. */
export const PACKAGES = ['router', 'evidence'] as const;

/** A source of a package. `code` is its text without types, at the same offsets, and `tree` the tree of that. */
export interface TypeScriptSource extends Source {
  readonly tree: SyntaxNode;
}

/** Every source of a package, in the order of the paths. */
export function readSources(name: string): TypeScriptSource[] {
  const folder = join('packages', name, 'src');
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readSource(name, join(folder, file)));
}

function readSource(target: string, path: string): TypeScriptSource {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const code = javaScriptOf(text);
  const tree: unknown = parseAst(code);
  if (!isSyntaxNode(tree)) throw new Error(`${path} has no syntax tree.`);
  return { target, path, text, code, tree };
}

/**
 * The JavaScript of a source: types become blanks and `.ts` in imports `.js`, so that every place keeps
 * its offset, line and column.
 */
function javaScriptOf(text: string): string {
  return stripTypeScriptTypes(text).replace(/(from '\.[^'\n]*)\.ts';/g, "$1.js';");
}
