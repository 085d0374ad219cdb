import { WcpError } from '@wcp/spec';
import type { EngineAnswer } from '../../base/policy-source.ts';
import { readEvaluation } from '../read-evaluation.ts';
import type { AuthzenRequest } from './tool-call.ts';

/** Posts a body to one of the endpoints of a decision point. */
export type Ask = (api: AuthzenRequest['api'], body: unknown) => Promise<unknown>;

type Members = Readonly<Record<string, unknown>>;

/**
 * Asks a decision point everything that a request wants to know.
 *
 * @param hasBatch false where the decision point has no endpoint for several evaluations: each is then asked by itself
 * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` where it does not answer each of them
 */
export async function askEach(
  { api, body }: AuthzenRequest,
  ask: Ask,
  hasBatch: boolean,
): Promise<readonly EngineAnswer[]> {
  if (api === 'evaluation') return [readEvaluation(await ask(api, body))];
  const { evaluations, ...above } = body as { readonly evaluations: readonly Members[] } & Members;
  if (!hasBatch) {
    const asked = evaluations.map((each) => ask('evaluation', { ...above, ...each }));
    return (await Promise.all(asked)).map(readEvaluation);
  }
  const answer = await ask(api, body);
  const { evaluations: answers } = Object(answer) as { readonly evaluations?: unknown };
  if (!Array.isArray(answers) || answers.length !== evaluations.length) {
    const message = `The policy decision point did not answer each of the ${evaluations.length} evaluations.`;
    throw new WcpError('ERR_WCP_POLICY_ANSWER', message);
  }
  return answers.map(readEvaluation);
}
