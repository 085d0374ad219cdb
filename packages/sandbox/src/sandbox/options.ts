import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { PackageFile } from '../base/package-file.ts';
import type { User } from '../base/user.ts';
import type { SandboxLimits } from '../limits/sandbox-limits.ts';

/** What to run, and inside what. */
export interface SandboxOptions {
  /**
   * A program and its arguments, started in the folder of the package: `node` or `python3`, the path of another
   * program of this machine, or the path of one in the package.
   */
  readonly command: readonly string[];
  /** The files of the package. What runs is made from these bytes and from nothing else. */
  readonly package: readonly PackageFile[];
  /** What it may touch (WCP section 4.2), with every variable of `filesystem_writes` resolved to a folder. */
  readonly envelope: PrivilegeEnvelope;
  readonly limits?: Partial<SandboxLimits>;
  /** All of its environment, beside what a sandbox sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Secrets that the envelope names: each a file in `/run/secrets`, and a variable where it is text. */
  readonly secrets?: Readonly<Record<string, Uint8Array>>;
  /** Files and folders of the host that it sees as well. */
  readonly binds?: readonly SandboxBind[];
  /**
   * `required` (the default) refuses to run it where it cannot be contained; `declared` then runs it with nothing but
   * its word, and says so.
   */
  readonly isolation?: 'required' | 'declared';
  /** Whose rights it has on the host, where this process is root (default: a user without an account). */
  readonly user?: User;
}

/** A file or folder of the host, and where the program sees it. */
export interface SandboxBind {
  readonly from: string;
  readonly to: string;
  readonly writable: boolean;
}
