import { Environment, type ParseResult } from '@marcbachmann/cel-js';

/** What one expression may be: a mapping is a few of them, each a line. */
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 50,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

/** `params` and `token` are all that an expression sees. */
const environment = new Environment({
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
  limits: LIMITS,
})
  .registerVariable('params', 'map')
  .registerVariable('token', 'map');

/** A text of a mapping: a constant, or an expression of CEL. */
export type Leaf = { readonly literal: string } | { readonly expression: string };

/** Tells them apart: an expression begins with `$`, and a constant that does begins with `$$`. */
export function leafOf(text: string): Leaf {
  if (text.startsWith('$$')) return { literal: text.slice(1) };
  return text.startsWith('$') ? { expression: text.slice(1) } : { literal: text };
}

/** @throws {Error} for what is no expression over `params` and `token` */
export function compile(expression: string): ParseResult {
  const parsed = environment.parse(expression);
  const { valid, error } = parsed.check();
  if (!valid) throw error ?? new Error('it is not an expression');
  return parsed;
}

/** What is wrong with an expression, in one line: the library shows the place in several. */
export function faultOf(error: unknown): string {
  const { summary, message } = Object(error) as { readonly summary?: unknown; readonly message?: unknown };
  return String(typeof summary === 'string' ? summary : message)
    .split('\n', 1)[0]
    ?.slice(0, 300) as string;
}
