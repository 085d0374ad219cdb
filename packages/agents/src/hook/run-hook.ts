import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import type { CallOutcome } from '../base/call-outcome.ts';
import { refusalText } from '../base/refusal-text.ts';
import { toolId } from '../tool/tool-record.ts';
import { afterCall } from './hook-after.ts';
import { beforeCall } from './hook-before.ts';
import { HookCalls } from './hook-calls.ts';
import { allowAnswer, denyAnswer, type HookClient, type HookEvent, readHookEvent } from './hook-clients.ts';
import type { HookSettings } from './hook-settings.ts';

/** What a hook is run with. */
export interface HookOptions {
  readonly client: HookClient;
  /** What the coding agent wrote to standard input. */
  readonly text: string;
  readonly settings: HookSettings;
  /** The private folder in which a hook leaves what the next one needs. */
  readonly dir: string;
}

/** How a hook answers: 2 with a sentence on standard error stops the tool in every one of them. */
export interface HookAnswer {
  readonly exit_code: 0 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the hook of a coding agent: before a tool the Hall decides, and after it the Hall hears how it ended. Whatever is
 * not understood, late or unreachable stops the tool. Never rejects.
 *
 * @example
 * import { readHookSettings, runHook } from '@wcp/agents/hook';
 *
 * declare const json: unknown;
 * declare const text: string;
 * const reading = readHookSettings(json, process.env);
 * if (reading.ok) {
 *   const { settings } = reading;
 *   const { stdout, exit_code } = await runHook({ client: 'claude-code', text, settings, dir: 'hook-calls' });
 *   console.log(stdout, exit_code);
 * }
 */
export async function runHook({ client, text, settings, dir }: HookOptions): Promise<HookAnswer> {
  const event = readEvent(client, text);
  if (event === null) return stopped(`wcp hook ${client} does not understand this event, so nothing runs.`);
  const parts = { client, settings, calls: new HookCalls(dir) };
  try {
    if (event.kind === 'after') {
      const complaint = await afterCall(parts, event.call, event.end);
      return complaint === null ? answered('{}') : stopped(complaint);
    }
    const outcome = await beforeCall(parts, event.call);
    if (outcome.kind === 'started') return answered(allowAnswer(client));
    return answered(
      denyAnswer(client, `${reasonOf(outcome)} The tool is ${toolOf(client, settings, event.call.tool)}.`),
    );
  } catch {
    return stopped(`wcp hook ${client} failed, so nothing runs. Ask the operator.`);
  }
}

function readEvent(client: HookClient, text: string): HookEvent | null {
  try {
    return readHookEvent(client, parseJson(text, FOREIGN_TEXT_LIMITS));
  } catch {
    return null;
  }
}

/** As rules name it. */
function toolOf(client: HookClient, { authority, agent = client, env }: HookSettings, tool: string): string {
  return toolId(tool, { authority, agent, environments: [env] });
}

function reasonOf(outcome: CallOutcome): string {
  if (outcome.kind === 'denied') return refusalText(outcome);
  // Its agent runs it after this hook alone.
  if (outcome.kind === 'failed') return refusalText({ ...outcome, ran: false });
  if (outcome.kind === 'result') return 'CALL_NOT_STARTED: A steward did this in the place of the tool.';
  const { approval_id, url, expires_at } = outcome;
  const where = url === null ? '' : ` at ${url}`;
  return `HELD_FOR_APPROVAL: A steward must approve this call (${approval_id})${where} until ${expires_at}. Nothing ran. Make the same call again while the steward decides: it waits for them.`;
}

function answered(stdout: string): HookAnswer {
  return { exit_code: 0, stdout: `${stdout}\n`, stderr: '' };
}

function stopped(sentence: string): HookAnswer {
  return { exit_code: 2, stdout: '', stderr: `${sentence}\n` };
}
