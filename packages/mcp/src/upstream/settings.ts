import type { SandboxBind, SandboxLimits } from '@wcp/sandbox';
import type { PrivilegeEnvelope } from '@wcp/spec/document';

/** What every server is configured with. */
interface CommonSettings {
  /** Its name: 1 to 16 of `a-z`, `0-9` and `-`. */
  readonly alias: string;
  /** The revision that was found at an earlier start; it is then asked for first. */
  readonly revision?: string;
  /** What the gateway says that its client can do: fixed, because servers list other tools to other clients. */
  readonly client_capabilities?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<UpstreamLimits>;
}

/** A server that is started: it speaks over its standard input and output. */
export interface StdioSettings extends CommonSettings {
  readonly command: string;
  readonly args?: readonly string[];
  /** All of its environment, beside `PATH` and a mark by which whatever it starts is found again. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /**
   * The folder of its installed package. Its bytes are hashed, and are what runs where it is contained: `command` is
   * then `node` or a file of it.
   */
  readonly package?: string;
  /** What it may touch; without it, it runs with the rights of the gateway. */
  readonly envelope?: PrivilegeEnvelope;
  /**
   * With an envelope: `required` (the default) starts it contained or not at all; `declared` starts it with nothing but
   * its word where it cannot be contained.
   */
  readonly isolation?: 'required' | 'declared';
  /** Files and folders of this machine that it sees while it is contained. */
  readonly binds?: readonly SandboxBind[];
  readonly sandbox_limits?: Partial<SandboxLimits>;
  /** The file that says which processes were started, for the next start. */
  readonly process_list?: string;
  /** Gets each line that it writes to standard error, cut; an attacker's text. */
  readonly onLog?: (line: string) => void;
}

/** A server that runs elsewhere: streamable HTTP. */
export interface HttpSettings extends CommonSettings {
  readonly url: string;
  /** Sent with each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a server is reached. */
export type UpstreamSettings = StdioSettings | HttpSettings;

/** What one server may take. */
export interface UpstreamLimits {
  /** The longest message of the server, in bytes (default 16 MiB). */
  readonly message_bytes: number;
  /** The longest request to it, in bytes (default 8 MiB). */
  readonly request_bytes: number;
  /** Requests at a time (default 256). */
  readonly requests: number;
  /** Milliseconds for a request that has no time limit of its own (default 60,000). */
  readonly request_ms: number;
  /** Milliseconds until it has said what it is; a package may have to be fetched first (default 60,000). */
  readonly start_ms: number;
  /** Milliseconds until a server that does not answer in one revision is asked in the other (default 3,000). */
  readonly probe_ms: number;
  /** Tools that it may list (default 10,000). */
  readonly tools: number;
  /** Milliseconds before the first restart; doubled for each further one, up to 30 s (default 250). */
  readonly restart_ms: number;
}

const MIB = 1024 * 1024;

/** The defaults. */
const UPSTREAM_LIMITS: UpstreamLimits = {
  message_bytes: 16 * MIB,
  request_bytes: 8 * MIB,
  requests: 256,
  request_ms: 60_000,
  start_ms: 60_000,
  probe_ms: 3_000,
  tools: 10_000,
  restart_ms: 250,
};

/** The limits of a server, with the defaults for those that are not given. */
export function limitsOf({ limits }: CommonSettings): UpstreamLimits {
  return { ...UPSTREAM_LIMITS, ...limits };
}
