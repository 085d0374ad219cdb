import { readSystemFile } from '../base/system-file.ts';

/**
 * The limit of core dumps under which none is written: 1, because a core that goes to a program (`core_pattern` with a
 * pipe, as most systems have it) ignores 0, and no core has one byte. 0 where this process may not set 1.
 */
export function coreLimit(limits = readSystemFile('/proc/self/limits')): 0 | 1 {
  const [, hard] = /^Max core file size\s+\S+\s+(\S+)/m.exec(limits) ?? [];
  return hard === '0' ? 0 : 1;
}
