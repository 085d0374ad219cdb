/** The TypeScript sources of a package, parsed. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

/** The packages that are mutated. */
export const PACKAGES = ['router', 'evidence'];

/** Every source of a package: its path, its text, the same text without types, and the tree of that. */
export function readSources(name) {
  const folder = join('packages', name, 'src');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readSource(name, `${folder}/${file}`));
}

function readSource(name, path) {
  const text = readFileSync(path, 'utf8');
  const code = javaScriptOf(text);
  return { package: name, path, text, code, tree: parseAst(code) };
}

/**
 * The JavaScript of a source: types become blanks and `.ts` in imports `.js`, so that every place keeps
 * its offset, line and column.
 */
function javaScriptOf(text) {
  return stripTypeScriptTypes(text).replace(/(from '\.[^'\n]*)\.ts';/g, "$1.js';");
}

/** Calls `visit(node, ancestors)` for every node, outer ones first; ancestors are the nearest first. */
export function walk(node, visit, ancestors = []) {
  visit(node, ancestors);
  for (const child of childrenOf(node)) walk(child, visit, [node, ...ancestors]);
}

function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && typeof value.type === 'string');
}
