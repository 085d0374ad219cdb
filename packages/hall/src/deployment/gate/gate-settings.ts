import { join } from 'node:path';
import type { PolicySource } from '@wcp/policy';
import { cedarPolicies, ruledCapabilities } from '@wcp/policy/cedar';
import { parseRules } from '@wcp/spec';
import { z } from 'zod';
import { LAYOUT } from '../layout.ts';
import { text } from '../settings/fields.ts';
import { readJsonFile } from '../settings/json-file.ts';

const GATE = 'gate is {"cedar": "policies/"}: one kind of engine, and where its policies are.';
const CEDAR = 'cedar must be a file, or a folder whose files end in .cedar, relative to this file.';

/** What decides in step 13, where a rule asks for the policy gate. */
export const gateSchema = z
  .strictObject({ cedar: text(CEDAR).exactOptional() }, GATE)
  .refine((gate) => Object.keys(gate).length === 1, GATE);

/** The policies that `server.json` names; files stand relative to its folder. */
export function gateSource({ cedar = '' }: z.infer<typeof gateSchema>, dir: string): PolicySource {
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
