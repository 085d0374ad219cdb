import type { ViewEntry } from '../view-entry.ts';

/** What makes a command run inside. */
export interface Runtime {
  readonly kind: 'node' | 'python' | 'binary';
  /** The program, as it is called inside. */
  readonly program: string;
  /** What of the host it needs. */
  readonly entries: readonly ViewEntry[];
  /** The options that this Node knows; nothing for other programs. */
  readonly options: ReadonlySet<string>;
}
