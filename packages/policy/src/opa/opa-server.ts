import type { PolicyGateRequest } from '@wcp/router';
import { WcpError } from '@wcp/spec';
import { canonicalJson, sha256 } from '@wcp/spec/json';
import type { EngineAnswer, PolicyEngine, PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { checkServer, uncheckedOf } from '../server/check-server.ts';
import { PolicyServer } from '../server/policy-server.ts';
import type { ServerOptions } from '../server/server-options.ts';
import { readRegoDecision } from './rego-decision.ts';
import { checkRulePath, DEFAULT_RULE } from './rule-path.ts';

/** Where an OPA server is, and which of its rules decides. */
export interface OpaServerOptions extends ServerOptions {
  /** The path of the rule (default `wcp/decision`). */
  readonly path?: string;
}

/**
 * An OPA server as the source of a gate: each request is the `input` of `POST /v1/data/<path>`. What the policies are is
 * the server's affair; the version that a verdict names is the hash of the revisions of its bundles, where it has any.
 *
 * @example
 * import { openGate } from '@wcp/policy';
 * import { opaServer } from '@wcp/policy/opa';
 *
 * const gate = await openGate(opaServer({ url: 'http://127.0.0.1:8181', path: 'wcp/decision' }));
 */
export function opaServer(options: OpaServerOptions): PolicySource {
  return { kind: 'opa', watched: [], server: options.url, load: async () => loadServer(options) };
}

function loadServer({ path = DEFAULT_RULE, ...server }: OpaServerOptions): PolicyLoading {
  const wrongPath = checkRulePath(path);
  const findings = [...checkServer(server), ...(wrongPath === null ? [] : [wrongPath])];
  if (findings.length > 0) return { ok: false, findings };
  return { ok: true, engine: new OpaServerEngine(server, path), unchecked: uncheckedOf(server) };
}

/**
 * A built-in function that fails makes its rule undefined where OPA is not strict: a rule that denies would then deny
 * nothing.
 */
const QUERY = '?strict-builtin-errors=true&provenance=true';

class OpaServerEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #server: PolicyServer;
  readonly #path: string;

  constructor(server: ServerOptions, path: string) {
    this.#server = new PolicyServer(server, `/v1/data/${path}${QUERY}`);
    this.#path = path;
    this.policy_version = sha256(canonicalJson({ kind: 'opa-server', url: server.url, path }));
  }

  async decide(input: PolicyGateRequest, signal: AbortSignal): Promise<EngineAnswer> {
    const answer = await this.#server.ask({ input }, signal);
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
      throw new WcpError('ERR_WCP_POLICY_ANSWER', 'The policy server did not answer as OPA does.');
    }
    const { result, provenance } = answer as { readonly result?: unknown; readonly provenance?: unknown };
    const decision = readRegoDecision(result, this.#path);
    const revisions = revisionsOf(provenance);
    return revisions === null ? decision : { ...decision, policy_version: this.#versionOf(revisions) };
  }

  close(): void {
    this.#server.close();
  }

  #versionOf(revisions: Readonly<Record<string, string>>): string {
    return sha256(canonicalJson({ kind: 'opa-server', path: this.#path, bundles: revisions }));
  }
}

/** The revisions of the server's bundles; null where one has none, or where there is no bundle. */
function revisionsOf(provenance: unknown): Readonly<Record<string, string>> | null {
  const { bundles } = Object(provenance) as { readonly bundles?: unknown };
  const entries = Object.entries(
    Object(bundles) as Readonly<Record<string, { readonly revision?: unknown } | null>>,
  );
  const revisions = entries.flatMap(([name, bundle]) => {
    const revision = bundle?.revision;
    return typeof revision === 'string' && revision !== '' ? [[name, revision] as const] : [];
  });
  return revisions.length === 0 || revisions.length < entries.length ? null : Object.fromEntries(revisions);
}
