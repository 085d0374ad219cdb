import { HallProblemError } from '@wcp/client';
import { WcpError } from '@wcp/spec';
import { type AgentCode, type DeniedOutcome, denied } from '../base/call-outcome.ts';

const CODES: Readonly<Record<string, AgentCode>> = {
  ERR_WCP_HALL_UNREACHABLE: 'HALL_UNREACHABLE',
  ERR_WCP_NOT_A_HALL: 'HALL_UNREACHABLE',
  ERR_WCP_HALL_TIMEOUT: 'HALL_LATE',
};

/** The denial of a call about which there is no decision. Whatever went wrong, it is one. */
export function refusalOf(error: unknown, otherwise: AgentCode = 'HALL_REFUSED'): DeniedOutcome {
  const code = error instanceof WcpError ? CODES[error.code] : undefined;
  if (code !== undefined) return denied(code);
  if (error instanceof DOMException && error.name === 'TimeoutError') return denied('HALL_LATE');
  return denied(otherwise, sentenceOf(error));
}

/** The sentence of a problem, which a Hall wrote; of anything else nothing is told to a model. */
function sentenceOf(error: unknown): string {
  if (error instanceof HallProblemError) return `It answered ${error.code}: ${cut(error.message)}`;
  if (error instanceof WcpError) return cut(error.message);
  // An embedded Hall throws problems of its own class.
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return typeof code === 'string' && typeof message === 'string'
    ? `It answered ${code}: ${cut(message)}`
    : '';
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
