import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

/** What a template can name. */
export interface Scope {
  readonly Values: unknown;
  readonly Release: { readonly Name: string; readonly Service: string };
  readonly Chart: { readonly Version: string; readonly AppVersion: string };
}

/** A template between two actions, or an action. */
type Token = { readonly text: string } | { readonly action: string };

/**
 * Renders the part of Helm's templates that this chart uses: `if`, `with`, `range`, and pipelines of the functions of
 * {@link FUNCTIONS}.
 *
 * @throws for anything else, and for a value that is not there
 */
export function render(template: string, scope: Scope): string {
  const tokens = tokensOf(template);
  const [text, rest] = renderBlock(tokens, scope, scope);
  if (rest.length > 0) throw new Error('There is an {{ end }} too many.');
  return text;
}

function tokensOf(template: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /(\s*)\{\{(-?)\s*(.*?)\s*(-?)\}\}(\s*)/gs;
  let at = 0;
  for (const match of template.matchAll(pattern)) {
    const [whole, before = '', trimsBefore, action = '', trimsAfter, after = ''] = match;
    tokens.push({ text: template.slice(at, match.index) + (trimsBefore ? '' : before) }, { action });
    at = match.index + whole.length - after.length;
    if (trimsAfter) throw new Error(`{{ ${action} -}} is not used here.`);
  }
  return [...tokens, { text: template.slice(at) }];
}

function renderBlock(tokens: readonly Token[], dot: unknown, scope: Scope): [string, readonly Token[]] {
  let text = '';
  let rest = tokens;
  for (;;) {
    const [token, ...others] = rest;
    if (token === undefined) return [text, rest];
    rest = others;
    if ('text' in token) {
      text += token.text;
      continue;
    }
    if (token.action === 'end') return [text, rest];
    const [, keyword, condition = ''] = /^(if|with|range) (.*)$/.exec(token.action) ?? [];
    if (keyword === undefined) {
      if (dot !== HIDDEN) text += printed(evaluate(token.action, dot, scope), token.action);
      continue;
    }
    const dots = dotsOf(keyword, evaluate(condition, dot, scope), dot);
    for (const each of dots) text += renderBlock(rest, each, scope)[0];
    rest = renderBlock(rest, dots[0] ?? HIDDEN, scope)[1];
  }
}

/** What a block is read with that is not shown. */
const HIDDEN: unknown = {};

function dotsOf(keyword: string, value: unknown, dot: unknown): readonly unknown[] {
  if (isEmpty(value)) return [];
  if (keyword === 'range') return value as readonly unknown[];
  return [keyword === 'with' ? value : dot];
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

type Function = (...args: readonly unknown[]) => unknown;

const FUNCTIONS: Readonly<Record<string, Function>> = {
  list: (...values) => values,
  quote: (value) => JSON.stringify(String(value)),
  toJson: (value) => JSON.stringify(value),
  toYaml: (value) => stringify(value).trimEnd(),
  sha256sum: (value) => createHash('sha256').update(String(value)).digest('hex'),
  nindent: (count, value) => `\n${String(value).replaceAll(/^/gm, ' '.repeat(Number(count)))}`,
};

function evaluate(pipeline: string, dot: unknown, scope: Scope): unknown {
  let value: unknown;
  for (const [index, step] of pipeline.split(' | ').entries()) {
    const [name = '', ...words] = step.trim().split(/\s+/);
    const args = words.map((word) => namedValue(word, dot, scope));
    const piped = index === 0 ? args : [...args, value];
    const apply = FUNCTIONS[name];
    if (apply !== undefined) value = apply(...piped);
    else if (index === 0 && words.length === 0) value = namedValue(name, dot, scope);
    else throw new Error(`${name} is not a function that is used here: {{ ${pipeline} }}`);
  }
  return value;
}

function namedValue(word: string, dot: unknown, scope: Scope): unknown {
  if (/^\d+$/.test(word)) return Number(word);
  if (word === '.') return dot;
  if (!/^(\.[A-Za-z]+)+$/.test(word)) throw new Error(`${word} is not understood.`);
  // Only the whole scope has names that begin with a capital: within a block, Helm looks for them in the dot.
  const from: unknown = /^\.(Values|Release|Chart)\b/.test(word) ? scopeOf(word, dot, scope) : dot;
  const names = word.slice(1).split('.');
  return names.reduce((value, name) => Object(value)[name], from);
}

function scopeOf(word: string, dot: unknown, scope: Scope): Scope {
  if (dot === scope || dot === HIDDEN) return scope;
  throw new Error(`${word} is not in reach here: within a block, write $${word}.`);
}

function printed(value: unknown, action: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Error(`There is no value for {{ ${action} }}.`);
}
