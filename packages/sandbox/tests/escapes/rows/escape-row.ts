import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { SandboxLimits } from '../../../src/index.ts';

/** What stops an attack. */
type Fence =
  | 'view'
  | 'namespace'
  | 'user'
  | 'seccomp'
  | 'limit'
  | 'egress'
  | 'import hook'
  | 'node'
  | 'environment';

/** What a contained program must get. */
export type Expectation =
  /** The program goes on, and this is what it got instead. */
  | { readonly stopped_by: Fence; readonly how: RegExp }
  /** The program is ended, for this limit. */
  | { readonly stopped_by: 'limit'; readonly ends: keyof SandboxLimits }
  /** It is not stopped: why, and the sentence of `docs/security.md` that says so. */
  | { readonly open: string; readonly says: string };

/** Something that a hostile program tries. Texts may name places of a {@link Target} in braces: `{signing_key}`. */
export interface EscapeRow {
  /** A sentence: what would have happened had it succeeded. */
  readonly title: string;
  /** The file of the program, in `programs`. */
  readonly program: string;
  /** How the program goes about it. */
  readonly tries: string;
  readonly expect: Expectation;
  readonly words?: readonly string[];
  readonly envelope?: PrivilegeEnvelope;
  readonly limits?: Partial<SandboxLimits>;
  /** Hosts that may have addresses of this machine. */
  readonly private_hosts?: readonly string[];
  /** The addresses that every name leads to, one answer after the other; absent for those of the system. */
  readonly resolved?: readonly string[];
  /**
   * Options of Node. Absent, it runs with `--no-permission`: what Node refuses is the second fence, and the first must
   * hold alone.
   */
  readonly node?: readonly string[];
  /** Somebody outside tries to connect to the port `{free_port}` while the program runs. */
  readonly isVisited?: boolean;
  /** It got out where the file `{proof}` is there a moment after its end. */
  readonly leavesProof?: boolean;
  /** Who cannot show that the program works where nothing contains it, and why. */
  readonly unshown?: { readonly to: 'anyone' | 'unprivileged'; readonly why: string };
  /** Members for `WCP_DEEP=1`: the exhaustive variant. */
  readonly deep?: Partial<Pick<EscapeRow, 'words' | 'limits'>>;
}
