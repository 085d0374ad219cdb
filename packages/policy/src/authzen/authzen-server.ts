import type { PolicyGateRequest } from '@wcp/router';
import { canonicalJson, sha256 } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { EngineAnswer, PolicyEngine, PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { checkServer, uncheckedOf } from '../server/check-server.ts';
import { PolicyServer } from '../server/policy-server.ts';
import type { ServerOptions } from '../server/server-options.ts';
import { type AuthzenMapping, isAuthzenMapping, writeEvaluation } from './evaluation.ts';
import { readEvaluation } from './read-evaluation.ts';

/** Where a policy decision point is, and what it is asked. */
export interface AuthzenOptions extends ServerOptions {
  /** The path of the endpoint below the address (default `/access/v1/evaluation`). */
  readonly path?: string;
  /**
   * `capability` asks whether a tenant may dispatch a capability; `mcp-tool` asks the same as a gateway of MCP would, in
   * the names of COAZ-MCP: `tools/call` of a tool (default `capability`).
   */
  readonly mapping?: AuthzenMapping;
}

/**
 * Any policy decision point that speaks AuthZEN as the source of a gate.
 *
 * @example
 * import { openGate } from '@wcp/policy';
 * import { authzenServer } from '@wcp/policy/authzen';
 *
 * const gate = await openGate(authzenServer({ url: 'http://127.0.0.1:8080', mapping: 'mcp-tool' }));
 */
export function authzenServer(options: AuthzenOptions): PolicySource {
  return { kind: 'authzen', watched: [], server: options.url, load: async () => loadServer(options) };
}

const ENDPOINT = '/access/v1/evaluation';

function loadServer({ path = ENDPOINT, mapping = 'capability', ...server }: AuthzenOptions): PolicyLoading {
  const findings = checkServer(server);
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)) findings.push(badPath());
  if (!isAuthzenMapping(mapping)) findings.push(badMapping());
  if (findings.length > 0) return { ok: false, findings };
  return { ok: true, engine: new AuthzenEngine(server, path, mapping), unchecked: uncheckedOf(server) };
}

class AuthzenEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #server: PolicyServer;
  readonly #mapping: AuthzenMapping;

  constructor(server: ServerOptions, path: string, mapping: AuthzenMapping) {
    this.#server = new PolicyServer(server, path);
    this.#mapping = mapping;
    this.policy_version = sha256(canonicalJson({ kind: 'authzen', url: server.url, path, mapping }));
  }

  async decide(request: PolicyGateRequest, signal: AbortSignal): Promise<EngineAnswer> {
    return readEvaluation(await this.#server.ask(writeEvaluation(request, this.#mapping), signal));
  }

  close(): void {
    this.#server.close();
  }
}

function badPath(): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_SERVER_PATH',
    message: 'path is not the path of an endpoint.',
    remedy: `Begin it with a slash, as in ${ENDPOINT}, or leave it out.`,
  };
}

function badMapping(): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_SERVER_MAPPING',
    message: 'mapping is neither capability nor mcp-tool.',
    remedy: 'Choose mcp-tool for policies that know tools of MCP, or leave it out.',
  };
}
