import { sha256 } from '@wcp/spec';

/** What clients pass on to their models without a change. */
const SAFE = /^[A-Za-z0-9_-]+$/;

/**
 * The name under which a client sees each tool: its own where that is safe, short enough and the only one of its kind;
 * else folded, cut and with a part of the name's hash behind it. Clients fold dots to `_` and drop names that are too
 * long with their own prefix, and a folded name must not become that of another tool.
 *
 * @param longest characters that a name may have, at least 12
 * @example
 * import { shownNames } from '@wcp/mcp';
 *
 * console.log(shownNames(['read_file', 'read.file'], 40).size); // 2, each its own
 */
export function shownNames(names: readonly string[], longest: number): Map<string, string> {
  const distinct = [...new Set(names)].sort();
  const folds = new Map<string, number>();
  for (const name of distinct) folds.set(foldedName(name), (folds.get(foldedName(name)) ?? 0) + 1);
  const isKept = (name: string) =>
    SAFE.test(name) && name.length <= longest && folds.get(foldedName(name)) === 1;
  const shown = new Map(distinct.filter(isKept).map((name) => [name, name]));
  const taken = new Set(shown.values());
  for (const name of distinct) {
    if (shown.has(name)) continue;
    const free = freeName(name, longest, taken);
    shown.set(name, free);
    taken.add(free);
  }
  return shown;
}

function freeName(name: string, longest: number, taken: ReadonlySet<string>): string {
  const hash = sha256(name.toWellFormed()).slice('sha256:'.length);
  const base = name.replaceAll(/[^A-Za-z0-9_-]+/g, '_');
  for (let count = 1; ; count += 1) {
    const tail = count === 1 ? `_${hash.slice(0, 8)}` : `_${hash.slice(0, 4)}_${count}`;
    const free = base.slice(0, longest - tail.length) + tail;
    if (!taken.has(free)) return free;
  }
}

/** A name as some clients fold it: names with the same fold are one name to them. */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}
