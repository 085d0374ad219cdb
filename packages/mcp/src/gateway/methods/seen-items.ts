import { isObject, type Members, ownMember } from '../../base/members.ts';
import type { PassedMethod } from './method-capabilities.ts';

const MAX_SEEN = 10_000;
const TEMPLATE = /^uriTemplate ([^{]*)\{/;
/** How each kind of item is named. */
const NAMED_BY: Readonly<Record<string, 'uri' | 'uriTemplate' | 'name'>> = {
  resources: 'uri',
  resourceTemplates: 'uriTemplate',
  prompts: 'name',
};

/** The items that servers listed: which server has what a client asks for. */
export class SeenItems {
  readonly #prefix: boolean;
  readonly #aliasOf = new Map<string, string>();

  /** @param prefix whether names of prompts begin with that of their server */
  constructor(prefix: boolean) {
    this.#prefix = prefix;
  }

  /** The items of a server as clients see them. */
  note(alias: string, member: string, items: unknown): unknown[] {
    const list: readonly unknown[] = Array.isArray(items) ? items : [];
    const by = NAMED_BY[member];
    if (by === undefined) return [...list];
    return list.map((item) => {
      const name = ownMember(item, by);
      if (typeof name !== 'string') return item;
      // The first server that listed a URI keeps it: a later one must not take it over.
      if (!this.#aliasOf.has(keyOf(by, name)) && this.#aliasOf.size < MAX_SEEN)
        this.#aliasOf.set(keyOf(by, name), alias);
      return by === 'name' && this.#prefix && isObject(item) ? { ...item, name: `${alias}_${name}` } : item;
    });
  }

  /** The server that has what is asked for, and what it is called there; null where nobody knows. */
  find(
    aliases: readonly string[],
    setting: PassedMethod['setting'],
    params: Members,
  ): { readonly alias: string; readonly renamed: Members } | null {
    if (setting === 'resources') {
      const { uri } = params;
      return found((typeof uri === 'string' ? this.#serverOf(uri) : undefined) ?? onlyOf(aliases), {});
    }
    const { name } = params;
    if (!this.#prefix || typeof name !== 'string') return found(onlyOf(aliases), {});
    const alias = aliases.find((each) => name.startsWith(`${each}_`));
    return found(alias, alias === undefined ? {} : { name: name.slice(alias.length + 1) });
  }

  /** The server that listed a URI, or a template that it may be made from: by what stands before its first variable. */
  #serverOf(uri: string): string | undefined {
    const listed = this.#aliasOf.get(keyOf('uri', uri)) ?? this.#aliasOf.get(keyOf('uriTemplate', uri));
    if (listed !== undefined) return listed;
    const templates = [...this.#aliasOf].flatMap(([key, alias]) => {
      const [, start = ''] = TEMPLATE.exec(key) ?? [];
      return start !== '' && uri.startsWith(start) ? [{ start, alias }] : [];
    });
    return templates.sort((a, b) => b.start.length - a.start.length)[0]?.alias;
  }
}

function found(alias: string | undefined, renamed: Members) {
  return alias === undefined ? null : { alias, renamed };
}

function onlyOf(aliases: readonly string[]): string | undefined {
  return aliases.length === 1 ? aliases[0] : undefined;
}

function keyOf(by: 'uri' | 'uriTemplate' | 'name', name: string): string {
  return `${by} ${name}`;
}
