import { resolve } from 'node:path';
import { canonicalJson, sha256 } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { type PolicyFile, readPolicyFiles } from '../source/read-policy-files.ts';
import { CedarEngine } from './cedar-engine.ts';
import { type Cedar, loadCedar } from './engine-package.ts';
import {
  type ExaminedPolicies,
  examineInThread,
  examinePolicies,
  type PolicyTexts,
} from './examine-policies.ts';
import { sentence } from './policy/read-policies.ts';
import { cedarSchema } from './request/schema.ts';

/** Where Cedar policies are, and what they may name. */
export interface CedarOptions {
  /** A file, or a folder whose files end in `.cedar`. */
  readonly path: string;
  /** What a relative path starts from (default: the working directory). */
  readonly dir?: string;
  /**
   * Reads the capabilities that exist beside the catalog's, when policies are loaded: a policy that names another one is
   * broken. Without it, or where it gives null, any of a private namespace passes.
   */
  readonly capabilities?: () => Promise<readonly string[] | null>;
  /** Files that {@link CedarOptions.capabilities} reads, to be watched as well. */
  readonly watched?: readonly string[];
}

/**
 * Cedar policies as the source of a gate. They are validated strictly against {@link cedarSchema} whenever they are
 * loaded; the package `@cedar-policy/cedar-wasm` must be installed.
 *
 * @example
 * import { openGate } from '@wcp/policy';
 * import { cedarPolicies } from '@wcp/policy/cedar';
 *
 * const gate = await openGate(cedarPolicies({ path: 'policies' }), { watch: true });
 */
export function cedarPolicies(options: CedarOptions): PolicySource {
  const { path, dir = '.', watched = [] } = options;
  return { kind: 'cedar', watched: [resolve(dir, path), ...watched], load: () => loadPolicies(options) };
}

async function loadPolicies({ capabilities, ...place }: CedarOptions): Promise<PolicyLoading> {
  const loaded = loadCedar();
  if (!loaded.ok) return { ok: false, findings: [loaded.finding] };
  const read = await readPolicyFiles(place, '.cedar');
  if (!read.ok) return read;
  const { files } = read;
  const known = (await capabilities?.()) ?? null;
  try {
    const { policies, findings } = await examine(loaded.cedar, { files, known });
    if (findings.length > 0) return { ok: false, findings };
    const engine = new CedarEngine(loaded.cedar, policies, versionOf(loaded.version, files));
    await engine.open();
    return { ok: true, engine };
  } catch (error) {
    return { ok: false, findings: [engineFailed(error as Error)] };
  }
}

/** More characters of policies than these are examined in a thread: it takes milliseconds for each policy. */
const MANY = 16_384;

function examine(cedar: Cedar, texts: PolicyTexts): ExaminedPolicies | Promise<ExaminedPolicies> {
  const length = texts.files.reduce((sum, { text }) => sum + text.length, 0);
  return length > MANY ? examineInThread(texts) : examinePolicies(cedar, texts);
}

/** The hash of exactly what decides: files in the order of their names, the schema, the engine's version. */
function versionOf(engine: string, files: readonly PolicyFile[]): string {
  const hashed = files.map(({ name, text }) => ({ name, sha256: sha256(text) }));
  return sha256(canonicalJson({ kind: 'cedar', engine, schema: sha256(cedarSchema()), files: hashed }));
}

/** The engine is WebAssembly and can fail as a whole, such as on policies that are nested too deeply. */
function engineFailed({ message }: Error): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_ENGINE_FAILED',
    message: sentence(`The engine failed on these policies: ${message}`),
    remedy: 'Simplify the policies that were changed last.',
  };
}
