import type { ParseResult } from '@marcbachmann/cel-js';
import { compile, faultOf, leafOf } from './cel.ts';
import { ABSENT, JsonValues } from './json-value.ts';
import type { ToolMapping } from './mapping.ts';
import { type AuthzenRequest, MappingError, type ToolCall } from './tool-call.ts';

/** A call, and the mapping that was checked for its tool. */
export interface MappedCall extends Pick<ToolCall, 'params' | 'token'> {
  readonly mapping: ToolMapping;
  /** The claim that says who the subject is (default of the draft: `sub`). */
  readonly subject_claim: string;
}

type Members = Readonly<Record<string, unknown>>;

/** The subject of the draft, wherever another claim is agreed on. */
const DEFAULT_SUBJECT = '$token.sub';

/**
 * Writes the request of a call (COAZ, section 2.6).
 *
 * @throws {MappingError} where an expression fails, or gives what the request cannot have
 */
export function writeRequest({ mapping, params, token, subject_claim }: MappedCall): AuthzenRequest {
  const template = new Template({ params, token });
  const [[api, asked]] = Object.entries(mapping) as [[AuthzenRequest['api'], Members]];
  const { subject: who, evaluations, ...rest } = asked;
  const identity = identityOf(token, subject_claim);
  const subject = subjectOf(template, Object(who) as Members, identity, `/${api}/subject`);
  const above = requestOf(template, rest, `/${api}`);
  const each = (evaluations as readonly Members[] | undefined)?.map((entry, index) =>
    requestOf(template, entry, `/${api}/evaluations/${index}`),
  );
  return {
    api,
    body: { subject, ...above, ...(each !== undefined && { evaluations: each }) },
    isSubjectAsserted: subject['id'] !== identity,
  };
}

function identityOf(token: Members, claim: string): string {
  const identity = Object.hasOwn(token, claim) ? token[claim] : undefined;
  if (typeof identity === 'string' && identity !== '') return identity;
  throw new MappingError(`the token has no claim ${claim} that is a text`);
}

/** Every request has a subject: what its mapping leaves out is the identity of the token. */
function subjectOf(template: Template, declared: Members, identity: string, path: string): Members {
  const { type = 'identity', id, ...rest } = declared;
  const isDefault = id === undefined || id === DEFAULT_SUBJECT;
  return {
    type: textOf(template.fill(type, `${path}/type`), `${path}/type`),
    id: isDefault ? identity : textOf(template.fill(id, `${path}/id`), `${path}/id`),
    ...membersOf(template, rest, 'properties', path),
  };
}

/** What one check asks, the subject apart. */
function requestOf(template: Template, asked: Members, path: string): Members {
  const entities = (['action', 'resource'] as const).flatMap((name) =>
    asked[name] === undefined
      ? []
      : [[name, entityOf(template, asked[name] as Members, `${path}/${name}`)] as const],
  );
  return { ...Object.fromEntries(entities), ...membersOf(template, asked, 'context', path) };
}

/** An action or a resource: its type, id and name must be there. */
function entityOf(template: Template, declared: Members, path: string): Members {
  const { properties: _, ...names } = declared;
  const filled = Object.entries(names).map(([name, value]) => [
    name,
    textOf(template.fill(value, `${path}/${name}`), `${path}/${name}`),
  ]);
  return { ...Object.fromEntries(filled), ...membersOf(template, declared, 'properties', path) };
}

/** Properties or a context: an object, or nothing. */
function membersOf(template: Template, of: Members, name: 'properties' | 'context', path: string): Members {
  if (of[name] === undefined) return {};
  const value = template.fill(of[name], `${path}/${name}`);
  if (value === ABSENT) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { [name]: value };
  throw new MappingError(`${path}/${name} is not an object`);
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new MappingError(`${path} is ${value === ABSENT ? 'absent' : 'not a text, or an empty one'}`);
}

/** Fills in a template: constants as they stand, and what its expressions give. */
class Template {
  readonly #variables: Pick<ToolCall, 'params' | 'token'>;
  readonly #values = new JsonValues();

  constructor(variables: Pick<ToolCall, 'params' | 'token'>) {
    this.#variables = variables;
  }

  fill(value: unknown, path: string): unknown {
    if (typeof value === 'string') return this.#leaf(value, path);
    if (Array.isArray(value)) return value.map((each, index) => this.#item(each, `${path}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    const filled = Object.entries(value).map(([name, each]) => [name, this.fill(each, `${path}/${name}`)]);
    return Object.fromEntries(filled.filter(([, each]) => each !== ABSENT));
  }

  /** Only a field may be left out: a list with a gap would be another list. */
  #item(value: unknown, path: string): unknown {
    const filled = this.fill(value, path);
    if (filled === ABSENT) throw new MappingError(`${path} is absent`);
    return filled;
  }

  #leaf(text: string, path: string): unknown {
    const leaf = leafOf(text);
    if ('literal' in leaf) return leaf.literal;
    try {
      return this.#values.of(compiled(leaf.expression)(this.#variables));
    } catch (error) {
      throw new MappingError(`the expression '${text.slice(0, 200)}' at ${path} failed: ${faultOf(error)}`);
    }
  }
}

/** Expressions that were compiled: the same few tools are called again and again. */
const known = new Map<string, ParseResult>();
const MAX_KNOWN = 1_000;

function compiled(expression: string): ParseResult {
  const before = known.get(expression);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const made = compile(expression);
  known.set(expression, made);
  return made;
}
