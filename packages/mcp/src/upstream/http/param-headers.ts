import { headerValue } from './header-value.ts';

/** An argument that a tool wants in a header as well. */
interface Declaration {
  readonly header: string;
  readonly path: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
const MAX_DEPTH = 32;
const MAX_HEADERS = 32;
const MAX_LENGTH = 4_096;

/** The headers `Mcp-Param-…` of calls, as the definitions of the tools declare them with `x-mcp-header`. */
export class ParamHeaders {
  #declared: ReadonlyMap<string, readonly Declaration[]> = new Map();

  /** Remembers what the tools declare, as they were listed. */
  use(definitions: readonly unknown[]): void {
    const entries = definitions.map((definition) => {
      const { name, inputSchema } = Object(definition) as Members;
      const declarations: Declaration[] = [];
      collect(inputSchema, [], declarations);
      return [String(name), declarations] as const;
    });
    this.#declared = new Map(entries);
  }

  /** The headers for the parameters of a call. */
  of(params: unknown): Record<string, string> {
    const { name, arguments: given } = Object(params) as Members;
    const declared = this.#declared.get(String(name)) ?? [];
    return Object.fromEntries(
      declared.flatMap(({ header, path }) => {
        const text = textOf(path.reduce<unknown>(ownMember, given));
        return text === null ? [] : [[`mcp-param-${header.toLowerCase()}`, headerValue(text)]];
      }),
    );
  }
}

function collect(schema: unknown, path: readonly string[], found: Declaration[]): void {
  const { properties } = Object(schema) as Members;
  if (typeof properties !== 'object' || properties === null || path.length > MAX_DEPTH) return;
  for (const [name, property] of Object.entries(properties)) {
    const { type, 'x-mcp-header': header } = Object(property) as Members;
    const place = [...path, name];
    const isDeclared = typeof header === 'string' && TOKEN.test(header) && TYPES.has(type);
    if (isDeclared && found.length < MAX_HEADERS) found.push({ header, path: place });
    collect(property, place, found);
  }
}

function ownMember(value: unknown, name: string): unknown {
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isThere ? (value as Members)[name] : undefined;
}

function textOf(value: unknown): string | null {
  const isWritten = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
  return isWritten && String(value).length <= MAX_LENGTH ? String(value) : null;
}
