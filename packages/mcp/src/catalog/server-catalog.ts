import type { Sha256 } from '@wcp/spec';
import type { DefinitionList, ToolDefinitions } from '../delivery/tool-definitions.ts';
import { foldedName } from '../tool/shown-names.ts';
import { toolIds } from '../tool/tool-ids.ts';
import { type Comparison, comparePin } from './compare-tool.ts';
import { type Pin, pinsOf } from './pinned-record.ts';
import type { ShownNames } from './shown-name.ts';
import type { PinnedTool } from './tool-catalog.ts';
import type { RegisteredTool } from './tool-registry.ts';

/** A tool that was once seen to be another, and in which enrolment. */
interface Change extends Comparison {
  readonly version: number;
}

const NOTHING: DefinitionList = { byName: new Map(), server: null, source: null };
const UNSEEN: Comparison = { state: 'enrolled', differences: [] };

/** The tools of one server: what is pinned of them, and what was seen. */
export class ServerCatalog {
  readonly definitions: ToolDefinitions;
  readonly #authority: string;
  readonly #prefix: string;
  readonly #changes = new Map<string, Change>();
  #pins: ReadonlyMap<string, Pin> = new Map();
  /** Null before the first look. */
  #seen: DefinitionList | null = null;

  constructor(authority: string, definitions: ToolDefinitions) {
    this.definitions = definitions;
    this.#authority = authority;
    this.#prefix = `${authority}.mcp-${definitions.upstream.alias}.`;
  }

  get alias(): string {
    return this.definitions.upstream.alias;
  }

  get pins(): readonly Pin[] {
    return [...this.#pins.values()];
  }

  /** Takes over what a registry has of this server. */
  usePins(workers: readonly RegisteredTool[]): void {
    this.#pins = pinsOf(workers, this.#prefix);
  }

  /** Looks at what the server says now; where it says nothing, all stays as it was. */
  async look(): Promise<void> {
    try {
      await this.seenNow();
    } catch {
      // It is asked again; until then no call reaches it.
    }
  }

  /** What the server says of its tools now. @throws {UpstreamError} */
  async seenNow(): Promise<DefinitionList> {
    this.#seen = await this.definitions.list({ maxAgeMs: 0 });
    return this.#seen;
  }

  /** The tools that are enrolled; names that nobody chose are given. */
  pinned(names: ShownNames): PinnedTool[] {
    return this.pins.map((pin) => {
      const { state, differences } = this.#compare(pin);
      const shown = pin.shown ?? names.give(pin.name, this.alias);
      const { id, name, seen } = pin;
      const seen_hash = this.#hashOf(name);
      return {
        id,
        name,
        shown,
        alias: this.alias,
        definition: seen.definition,
        state,
        differences,
        seen_hash,
      };
    });
  }

  /**
   * The tools that are not enrolled.
   *
   * @param enrolled folded names of tools that are, of every server
   */
  unpinned(names: ShownNames, enrolled: ReadonlySet<string>): PinnedTool[] {
    const { byName } = this.#seen ?? NOTHING;
    const added = [...byName.keys()].filter((name) => !this.#pins.has(name));
    const segments = new Map([...this.#pins].map(([name, { id }]) => [name, id.slice(this.#prefix.length)]));
    const ids = toolIds(added, { authority: this.#authority, alias: this.alias }, segments);
    return added.map((name) => ({
      id: ids.get(name) as string,
      name,
      shown: names.give(name, this.alias),
      alias: this.alias,
      definition: byName.get(name)?.definition,
      state: byName.get(name)?.isTwice || enrolled.has(foldedName(name)) ? 'shadowed' : 'new',
      differences: [],
      seen_hash: this.#hashOf(name),
    }));
  }

  #hashOf(name: string): Sha256 | null {
    const seen = this.#seen?.byName.get(name);
    return seen === undefined || seen.isTwice ? null : seen.hash;
  }

  /** A tool that was another once stays that until it is enrolled again, whatever its server says by now. */
  #compare(pin: Pin): Comparison {
    const now = this.#seen === null ? UNSEEN : comparePin(pin, this.#seen);
    const known = this.#changes.get(pin.id);
    if (now.state === 'changed' && now.differences.length > 0) {
      this.#changes.set(pin.id, { ...now, version: pin.version });
      return now;
    }
    if (known === undefined || known.version !== pin.version || now.state === 'gone') return now;
    return now.state === 'shadowed' ? now : { state: 'changed', differences: known.differences };
  }
}
