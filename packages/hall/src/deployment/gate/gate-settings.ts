import { join } from 'node:path';
import type { PolicySource } from '@wcp/policy';
import { authzenServer } from '@wcp/policy/authzen';
import { cedarPolicies, ruledCapabilities } from '@wcp/policy/cedar';
import { opaBundle, opaServer } from '@wcp/policy/opa';
import { parseRules } from '@wcp/spec';
import { z } from 'zod';
import { LAYOUT } from '../layout.ts';
import { text } from '../settings/fields.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { type GatePlace, gateServer, reachedSource } from './gate-server.ts';

const GATE =
  'gate is {"cedar": "policies/"}, {"opa": {"url": …}}, {"opa": {"bundle": …}} or {"authzen": {"url": …}}: one engine, and where its policies are.';
const CEDAR = 'cedar must be a file, or a folder whose files end in .cedar, relative to this file.';
const OPA =
  'opa is {"url": …} for a server or {"bundle": "bundle.tar.gz"} for a file, with the path of the rule.';
const AUTHZEN = 'authzen is {"url": …}, with path, mapping, token_env and ca where they are needed.';
const BUNDLE = 'bundle must be a file that opa build -t wasm wrote, relative to this file.';
const RULE = 'path must be the path of a rule, such as wcp/decision.';
const ENDPOINT = 'path must be the path of the endpoint, such as /access/v1/evaluation.';
const MAPPING = 'mapping must be capability or mcp-tool.';

const path = text(RULE).exactOptional();
const opa = z.union(
  [z.strictObject({ ...gateServer, path }), z.strictObject({ bundle: text(BUNDLE), path })],
  OPA,
);
const authzen = z.strictObject(
  {
    ...gateServer,
    path: text(ENDPOINT).exactOptional(),
    mapping: z.enum(['capability', 'mcp-tool'], MAPPING).exactOptional(),
  },
  AUTHZEN,
);

/** What decides in step 13, where a rule asks for the policy gate. */
export const gateSchema = z.union(
  [z.strictObject({ cedar: text(CEDAR) }), z.strictObject({ opa }), z.strictObject({ authzen })],
  GATE,
);

/** What `server.json` says about the gate. */
export type GateSettings = z.infer<typeof gateSchema>;

/** The policies that `server.json` names; files stand relative to its folder. */
export function gateSource(gate: GateSettings, place: GatePlace): PolicySource {
  if ('cedar' in gate) return cedarSource(gate.cedar, place.dir);
  if ('authzen' in gate) {
    const { token_env, ca, ...options } = gate.authzen;
    return reachedSource(gate.authzen, place, (reached) => authzenServer({ ...options, ...reached }));
  }
  if ('bundle' in gate.opa) return opaBundle({ ...gate.opa, dir: place.dir });
  const { token_env, ca, ...options } = gate.opa;
  return reachedSource(gate.opa, place, (reached) => opaServer({ ...options, ...reached }));
}

function cedarSource(cedar: string, dir: string): PolicySource {
  return cedarPolicies({
    path: cedar,
    dir,
    capabilities: () => readCapabilities(dir),
    watched: [join(dir, LAYOUT.rules)],
  });
}

/** Null where the rules are broken, which is said elsewhere. */
async function readCapabilities(dir: string): Promise<readonly string[] | null> {
  const file = await readJsonFile(dir, LAYOUT.rules);
  if (!file.ok) return file.isAbsent ? [] : null;
  const parsed = parseRules(file.value);
  return parsed.ok ? ruledCapabilities(parsed.value) : null;
}
