import { foldedName, shownNames } from '../tool/shown-names.ts';

/** What is asked of the names that clients see. */
export interface ShownNameRules {
  /** Characters that a name may have. */
  readonly longest: number;
  /** Whether each begins with the name of its server. */
  readonly prefix: boolean;
}

/** The names that are taken, as clients fold them. */
export class ShownNames {
  readonly #rules: ShownNameRules;
  readonly #taken = new Map<string, string>();

  constructor(rules: ShownNameRules) {
    this.#rules = rules;
  }

  /** Keeps a name that was pinned: it stays as it is, whatever comes later. */
  keep(shown: string): void {
    this.#taken.set(foldedName(shown), shown);
  }

  /** A name for a tool: its own, or with that of its server before it, or with a part of its hash behind it. */
  give(name: string, alias: string): string {
    const full = `${alias}_${name}`;
    const wanted = this.#rules.prefix ? [full] : [name, full];
    const free = wanted.map((each) => this.#safe(each)).find((each) => !this.#taken.has(foldedName(each)));
    const shown = free ?? this.#numbered(full);
    this.keep(shown);
    return shown;
  }

  #safe(name: string): string {
    return shownNames([name], this.#rules.longest).get(name) as string;
  }

  #numbered(name: string): string {
    for (let count = 2; ; count += 1) {
      // A name that no client takes as it is: it gets a part of its hash.
      const shown = this.#safe(`${name}.${count}`);
      if (!this.#taken.has(foldedName(shown))) return shown;
    }
  }
}
