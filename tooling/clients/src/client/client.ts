/** Where a client finds a gateway: a command to start, or an address with a key. */
export type Target =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Record<string, string>;
    }
  | { readonly kind: 'http'; readonly url: string; readonly headers: { readonly Authorization: string } };

/** A client that is connected. */
export interface Connection {
  /** The names of the tools that it shows. */
  list(): Promise<readonly string[]>;
  /** What comes of a call, as text: whatever the client gives a model, also where it throws. */
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** A real client. Null where it has no such way. */
export type OpenClient = (target: Target, home: string) => Promise<Connection> | null;

/** What a client of this check calls itself. */
export const INFO = { name: 'wcp-check', version: '1.0.0' };

/** What a client that throws on a refusal tells its model. */
export async function textOf(calling: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await calling);
  } catch (error) {
    return String(error);
  }
}

/** The same command without its standard error, for a client that would print it. */
export function quiet<T extends Target>(target: T): T {
  if (target.kind === 'http') return target;
  return {
    ...target,
    command: 'sh',
    args: ['-c', 'exec "$@" 2> /dev/null', 'sh', target.command, ...target.args],
  };
}
