import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { resolve } from 'node:path';
import { canonicalJson, sha256 } from '@wcp/spec/json';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicyLoading, PolicySource } from '../base/policy-source.ts';
import { fileFinding } from '../source/file-findings.ts';
import { missingPackage } from '../source/missing-package.ts';
import type { PolicyPlace } from '../source/read-policy-files.ts';
import { type Bundle, readBundle } from './read-bundle.ts';
import { RegoEngine } from './rego-engine.ts';
import { checkRulePath, DEFAULT_RULE } from './rule-path.ts';

/** Where a bundle is, and which of its rules decides. */
export interface OpaBundleOptions {
  /** The file, as `opa build -t wasm -e wcp/decision` writes it. */
  readonly bundle: string;
  /** What a relative path starts from (default: the working directory). */
  readonly dir?: PolicyPlace['dir'];
  /** The entry point of the rule (default `wcp/decision`). */
  readonly path?: string;
}

/**
 * A bundle of Rego, compiled to WebAssembly, as the source of a gate. It is evaluated in a thread of this process, without
 * network and files; the package `@open-policy-agent/opa-wasm` must be installed.
 *
 * @example
 * import { openGate } from '@wcp/policy';
 * import { opaBundle } from '@wcp/policy/opa';
 *
 * const gate = await openGate(opaBundle({ bundle: 'bundle.tar.gz' }), { watch: true });
 */
export function opaBundle(options: OpaBundleOptions): PolicySource {
  const { bundle, dir = '.' } = options;
  return { kind: 'opa', watched: [resolve(dir, bundle)], load: () => loadBundle(options) };
}

async function loadBundle({
  bundle: place,
  dir = '.',
  path = DEFAULT_RULE,
}: OpaBundleOptions): Promise<PolicyLoading> {
  const wrongPath = checkRulePath(path);
  if (wrongPath !== null) return { ok: false, findings: [wrongPath] };
  const version = await engineVersion();
  if (version === null) return { ok: false, findings: [missingPackage(WANTED)] };
  const reading = await readBundle(resolve(dir, place), place);
  if (!reading.ok) return reading;
  const { bundle } = reading;
  if (!bundle.entrypoints.includes(path)) return { ok: false, findings: [noEntrypoint(place, path, bundle)] };
  return await startEngine(bundle, { path, place, version });
}

interface Start {
  readonly path: string;
  readonly place: string;
  readonly version: string;
}

async function startEngine(bundle: Bundle, { path, place, version }: Start): Promise<PolicyLoading> {
  const { wasm, data, isSigned } = bundle;
  const engine = new RegoEngine({ wasm, data, entrypoint: path }, versionOf(bundle, path, version));
  try {
    await engine.open();
  } catch (error) {
    return { ok: false, findings: [unloadable(place, error as Error)] };
  }
  return { ok: true, engine, ...(isSigned ? { unchecked: [UNCHECKED_SIGNATURE(place)] } : {}) };
}

const NAME = '@open-policy-agent/opa-wasm';
const WANTED = `${NAME}@1.10.0`;

const UNCHECKED_SIGNATURE = (place: string) =>
  `${place} is signed, and the signature was not checked: who may write the file decides.`;

/** The hash of exactly what decides. */
function versionOf({ wasm, data }: Bundle, path: string, engine: string): string {
  const hashes = { wasm: sha256(wasm), data: sha256(canonicalJson(data)) };
  return sha256(canonicalJson({ kind: 'opa-bundle', engine, path, ...hashes }));
}

/** The version of the engine's package; null where it is not installed. It is loaded by the thread alone. */
async function engineVersion(): Promise<string | null> {
  try {
    const file = findPackageJSON(NAME, import.meta.url);
    if (file === undefined) return null;
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { readonly version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

function noEntrypoint(place: string, path: string, { entrypoints }: Bundle): PolicyFinding {
  return fileFinding(place, 'POLICY_BUNDLE_ENTRYPOINT', {
    message: `The bundle has no entry point ${path}, but ${entrypoints.slice(0, 10).join(', ')}.`,
    remedy: `Build it with -e ${path}, or name one of its own as path.`,
  });
}

function unloadable(place: string, { message }: Error): PolicyFinding {
  return fileFinding(place, 'POLICY_BUNDLE_BROKEN', {
    message: `The policies of the bundle cannot be loaded. ${message}`,
    remedy: 'Build the bundle again, with a version of OPA whose WebAssembly the engine knows.',
  });
}
