import { join } from 'node:path';
import type { PolicySource } from '@wcp/policy';
import { cedarPolicies } from '@wcp/policy/cedar';
import { z } from 'zod';
import { LAYOUT } from '../layout.ts';
import { text } from './fields.ts';
import { ruledCapabilities } from './ruled-capabilities.ts';

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
    capabilities: () => ruledCapabilities(dir),
    watched: [join(dir, LAYOUT.rules)],
  });
}
