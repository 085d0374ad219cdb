import { buildFilter, type Machine } from './build-filter.ts';
import { REFUSED_SYSCALLS, REFUSED_WITHOUT_TOOLS } from './refused-syscalls.ts';

const built = new Map<string, Uint8Array>();

/** The filter of a program that may start others, or of one that may not; built once. */
export function seccompFilter(machine: Machine, mayStartProcesses: boolean): Uint8Array {
  const key = `${machine} ${mayStartProcesses}`;
  const known = built.get(key);
  if (known !== undefined) return known;
  const rules = mayStartProcesses ? REFUSED_SYSCALLS : [...REFUSED_SYSCALLS, ...REFUSED_WITHOUT_TOOLS];
  const filter = buildFilter(rules, machine);
  built.set(key, filter);
  return filter;
}
