import type { Caller, Gateway } from '../../base/gateway.ts';
import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import type { Env } from '../../config/expand-variables.ts';
import type { HoldOptions } from '../../hold/settle-hold.ts';
import type { HeldNotice } from '../governed-calls.ts';
import type { WorkerTools } from '../workers/worker-tools.ts';
import type { FailedServer } from './open-servers.ts';
import type { ServerReach } from './server-reach.ts';

/** How the gateway of a folder is opened. */
export interface OpenGatewayOptions {
  /** The folder: that of a Hall, with `mcp.json`. What it lacks is created. */
  readonly dir: string;
  /** What `mcp.json` says where there is none yet. */
  readonly settings?: object;
  /** The workers that `server.json` names where there is none yet. */
  readonly workers?: readonly object[];
  /** The environment that `mcp.json` may name. */
  readonly env: Env;
  /** The version of the program around it. */
  readonly version: string;
  /** Whether it listens: that of the Hall for stewards, and that of its faces over HTTP (default true). */
  readonly listens?: boolean;
  /** Gets what an operator must know. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Gets each call that waits for a steward. */
  readonly onHeld?: (notice: HeldNotice) => void;
  /** Gets each line that a server writes to standard error; an attacker's text. */
  readonly onServerLog?: (alias: string, line: string) => void;
}

/** The gateway of a folder. */
export interface OpenGateway {
  readonly gateway: Gateway;
  readonly catalog: ToolCatalog;
  /** The Hall's own workers as tools, and those that are not shown. */
  readonly workers: Pick<WorkerTools, 'tools' | 'hidden' | 'look'>;
  readonly holds: HoldOptions;
  /** The files that were created just now. */
  readonly created: readonly string[];
  /** The tools that were enrolled just now. */
  readonly enrolled: readonly string[];
  /** What each server may touch that runs. */
  readonly reach: readonly ServerReach[];
  /** The servers that do not run. */
  readonly failed: readonly FailedServer[];
  /** Where it listens; null where it does not. */
  readonly urls: { readonly hall: string; readonly agents: string; readonly stewards: string | null } | null;
  /** Who calls with a key; null for one that is not a tenant's. */
  authenticate(credential: string): Promise<Caller | null>;
  /** The key of the folder's own agent; null where its file was moved away. */
  agentKey(): Promise<string | null>;
  /** Ends what runs; nothing of it is left afterwards. */
  close(): Promise<void>;
}
