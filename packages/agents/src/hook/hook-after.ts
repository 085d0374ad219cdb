import { createHallClient } from '@wcp/client';
import { sha256 } from '@wcp/spec';
import { plainJson } from '../base/plain-json.ts';
import type { HookParts } from './hook-before.ts';
import type { HookedCall, HookedEnd } from './hook-clients.ts';

/** The longest output that the Hall keeps as it is, in bytes. */
const MAX_OUTPUT = 65_536;

/** Tells the Hall how a call ended. Null where it counts; else a sentence that says why it does not. */
export async function afterCall(parts: HookParts, call: HookedCall, end: HookedEnd): Promise<string | null> {
  const { client, settings, calls } = parts;
  const started = await calls.take(client, call);
  if (started === null) {
    return `${call.tool} ran, and no Hall had allowed this call: see whether the hook before it is installed (wcp hook install ${client}).`;
  }
  const { url, worker_key, timeout_ms } = settings;
  const owner = createHallClient({ url, key: worker_key, timeout_ms });
  const { status } = end;
  const deny_reason = status === 'ok' ? null : { code: 'TOOL_FAILED', message: 'The tool failed.' };
  const output = keptOutput(end.output, settings.results);
  const result = { status, result: output, telemetry: [], evidence: [], deny_reason };
  try {
    const { delivery_code } = await owner.completeCall({ claim_id: started.claim_id, result });
    return delivery_code === null ? null : notCounted(call, started.decision_id, delivery_code);
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    return notCounted(call, started.decision_id, typeof code === 'string' ? code : 'ERROR');
  }
}

function notCounted({ tool }: HookedCall, decision_id: string, code: string): string {
  return `${tool} ran, and the Hall did not take its result (${code}): the outcome of decision ${decision_id} is recorded as unknown or as too late.`;
}

function keptOutput(output: unknown, results: 'digest' | 'full'): unknown {
  const text = textOf(output);
  const bytes = Buffer.byteLength(text);
  if (results === 'full' && bytes <= MAX_OUTPUT) return JSON.parse(text);
  return { bytes, sha256: sha256(text) };
}

/** What has no exact JSON is kept as text. */
function textOf(output: unknown): string {
  try {
    return JSON.stringify(plainJson(output));
  } catch {
    return JSON.stringify(String(output));
  }
}
