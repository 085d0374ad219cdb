import type { Key, Others, TableName } from '../store/store.ts';
import type { BasisRow } from './entry.ts';

/** Rows that are remembered; of the others it is only known that they were not touched later than these. */
const MAX_ROWS = 100_000;

/** When others last changed which rows: whether what an entry was made from still holds. */
export class TouchedRows {
  /** The one touched last comes last. */
  readonly #rows = new Map<string, number>();
  readonly #tables = new Map<TableName, number>();
  /** What rests on an earlier commit than this may have been touched without anybody remembering it. */
  #from = 0;

  add({ commit, rows }: Others): void {
    if (rows === null) {
      this.#rows.clear();
      this.#from = commit;
    }
    for (const { table, key } of rows ?? []) {
      const name = nameOf(table, key);
      this.#rows.delete(name);
      this.#rows.set(name, commit);
      this.#tables.set(table, commit);
    }
    while (this.#rows.size > MAX_ROWS) this.#forgetOldest();
  }

  /** Whether everything that an entry rests on is as it was at the commit up to which its maker knew the others. */
  holds(commit: number, reads: readonly BasisRow[]): boolean {
    if (commit < this.#from) return false;
    return reads.every(({ table, key }) => {
      const touched = key === undefined ? this.#tables.get(table) : this.#rows.get(nameOf(table, key));
      return touched === undefined || touched <= commit;
    });
  }

  /** Whether others may have touched a row at any time. */
  mayHave(table: TableName, key: Key): boolean {
    return this.#from > 0 || this.#rows.has(nameOf(table, key));
  }

  #forgetOldest(): void {
    const [[name, commit]] = this.#rows as unknown as [[string, number]];
    this.#rows.delete(name);
    this.#from = Math.max(this.#from, commit);
  }
}

function nameOf(table: TableName, key: Key): string {
  return `${table} ${key}`;
}
