import type { Sha256 } from '@wcp/spec';
import { toolHash } from '@wcp/spec/document';
import { isObject, ownMember } from '../base/members.ts';
import { Listeners } from '../upstream/listeners.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** A tool as its server says it now. */
export interface SeenDefinition {
  readonly name: string;
  /** As received. */
  readonly definition: unknown;
  /** By the method `mcp-tool`; null for a definition that has no canonical JSON. */
  readonly hash: Sha256 | null;
  /** Whether the list has another tool of the same name: nobody can say which of them a call would reach. */
  readonly isTwice: boolean;
}

/** A list of the tools of a server, as it was at one time. */
export interface DefinitionList {
  readonly byName: ReadonlyMap<string, SeenDefinition>;
  readonly server: unknown;
  readonly source: string | null;
}

/** How old a list may be. */
export interface Freshness {
  /** In milliseconds; 0 for one that is asked for now. */
  readonly maxAgeMs: number;
}

/** A name that is longer is not that of a tool which anybody could call. */
const MAX_NAME = 512;

interface Look {
  readonly list: DefinitionList;
  readonly began: number;
}

/**
 * What the tools of a server are, as it says now. A list is asked for again once it is too old, once the server says
 * that it has changed, and after a restart.
 *
 * @example
 * import { openUpstream, ToolDefinitions } from '@wcp/mcp';
 *
 * const files = await openUpstream({ alias: 'files', command: 'mcp-server-files', args: ['/srv'] });
 * const { byName } = await new ToolDefinitions(files).list({ maxAgeMs: 0 });
 * console.log(byName.get('read_file')?.hash);
 */
export class ToolDefinitions {
  readonly #upstream: Upstream;
  readonly #endings: readonly (() => void)[];
  readonly #listed = new Listeners<[list: DefinitionList]>();
  #last: Look | null = null;
  /** When what was known last became void. */
  #voidedAt = 0;
  #looking: Promise<Look> | null = null;
  #next: Promise<Look> | null = null;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#endings = [
      upstream.onNotification((method) => {
        if (method === 'notifications/tools/list_changed') this.#void();
      }),
      upstream.onClosed(() => this.#void()),
    ];
  }

  /** Whose tools they are. */
  get upstream(): Upstream {
    return this.#upstream;
  }

  /** @throws {UpstreamError} where the server gives no list */
  async list({ maxAgeMs }: Freshness): Promise<DefinitionList> {
    const last = this.#last;
    const isKnown =
      last !== null && last.began >= this.#voidedAt && performance.now() - last.began < maxAgeMs;
    return isKnown ? last.list : (await this.#look()).list;
  }

  /** Is told of each list that the server gives, of the last one at once. What it returns ends that. */
  onListed(listen: (list: DefinitionList) => void): () => void {
    if (this.#last !== null) listen(this.#last.list);
    return this.#listed.add(listen);
  }

  /** Ends what is heard of the server; the server itself goes on. */
  close(): void {
    for (const end of this.#endings) end();
  }

  #void(): void {
    this.#voidedAt = performance.now();
  }

  /** A look that begins now or later: one that is under way may have begun before a change. */
  #look(): Promise<Look> {
    if (this.#looking === null) return this.#begin();
    this.#next ??= this.#looking.catch(() => {}).then(() => this.#begin());
    return this.#next;
  }

  #begin(): Promise<Look> {
    this.#next = null;
    const looking = this.#lookNow().finally(() => {
      if (this.#looking === looking) this.#looking = null;
    });
    this.#looking = looking;
    return looking;
  }

  async #lookNow(): Promise<Look> {
    const began = performance.now();
    const tools = await this.#upstream.listTools();
    const look = { list: listOf(tools, this.#upstream), began };
    this.#last = look;
    this.#listed.tell(look.list);
    return look;
  }
}

function listOf(tools: readonly unknown[], { server, source }: Upstream): DefinitionList {
  const byName = new Map<string, SeenDefinition>();
  for (const definition of tools) {
    const name = ownMember(definition, 'name');
    if (!isObject(definition) || typeof name !== 'string' || name === '' || name.length > MAX_NAME) continue;
    const hash = hashOf(definition, server, source);
    byName.set(name, { name, definition, hash, isTwice: byName.has(name) });
  }
  return { byName, server, source };
}

function hashOf(definition: unknown, server: unknown, source: string | null): Sha256 | null {
  try {
    return toolHash({ definition, server, source });
  } catch {
    return null;
  }
}
