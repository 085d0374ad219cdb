import { createRequire } from 'node:module';
import type { PolicyFinding } from '../base/policy-finding.ts';
import { isMissing, missingPackage } from '../source/missing-package.ts';

/** The package of the engine, as it is loaded where it is installed. */
export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

const NAME = '@cedar-policy/cedar-wasm';
const WANTED = `${NAME}@4.13.0`;

/** The engine, or why there is none. */
export type CedarLoading =
  | { readonly ok: true; readonly cedar: Cedar; readonly version: string }
  | { readonly ok: false; readonly finding: PolicyFinding };

/**
 * Loads the engine, an instance of its own each time: it is WebAssembly, and one that policies have brought down cannot be
 * used again. Never throws.
 */
export function loadCedar(load: () => Cedar = requireAnew): CedarLoading {
  try {
    const cedar = load();
    const version = cedar.getCedarVersion();
    if (/^4\.(?:1[3-9]|[2-9]\d)\./.test(version)) return { ok: true, cedar, version };
    return unusable(`The policy engine is Cedar ${version}; a gate needs 4.13 or a later 4.`);
  } catch (error) {
    if (isMissing(error, NAME)) return { ok: false, finding: missingPackage(WANTED) };
    return unusable(`The policy engine cannot be loaded: ${(error as Error).message}`);
  }
}

function requireAnew(): Cedar {
  const require = createRequire(import.meta.url);
  const file = require.resolve(`${NAME}/nodejs`);
  delete require.cache[file];
  const cedar: Cedar = require(file);
  delete require.cache[file];
  return cedar;
}

function unusable(message: string): CedarLoading {
  const { remedy } = missingPackage(WANTED);
  return { ok: false, finding: { file: null, line: null, code: 'POLICY_ENGINE_UNUSABLE', message, remedy } };
}
