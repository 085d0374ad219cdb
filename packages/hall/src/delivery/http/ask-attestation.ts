import * as http from 'node:http';
import { readObject } from '../call-json.ts';
import type { AttestationCode } from './attestation-code.ts';
import { HTTP_MODULES } from './http-exchange.ts';

/** One question to a server about the code that it runs. */
export interface Question {
  readonly url: URL;
  /** False for a connection of its own. */
  readonly agent: http.Agent | false;
  /** The JSON of the question. */
  readonly text: string;
  /** How long the answer may take as a whole, in milliseconds. */
  readonly limit_ms: number;
}

/** What came back: a JSON object that nobody has checked, or why there is none. */
export type AttestationAnswer =
  | { readonly answer: Readonly<Record<string, unknown>> }
  | { readonly code: AttestationCode };

/** The longest answer, in bytes. */
const MAX_ANSWER_LENGTH = 16 * 1024;

/** Asks; never rejects. Redirects are not followed. */
export function askAttestation(question: Question): Promise<AttestationAnswer> {
  const { url, agent, text, limit_ms } = question;
  return new Promise((resolve) => {
    const body = Buffer.from(text);
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      accept: 'application/json',
    };
    const signal = AbortSignal.timeout(limit_ms);
    const module = HTTP_MODULES[url.protocol] ?? http;
    const sent = module.request(url, { method: 'POST', agent, headers, signal });
    const end = (answer: AttestationAnswer) => {
      resolve(answer);
      if ('code' in answer) sent.destroy();
    };
    const fail = () =>
      end({ code: signal.aborted ? 'CODE_ATTESTATION_TIMEOUT' : 'CODE_ATTESTATION_UNREACHABLE' });
    sent.on('error', () => {
      // A server may close an idle connection just as it is used again: that says nothing about the worker.
      if (sent.reusedSocket && !signal.aborted) resolve(askAttestation({ ...question, agent: false }));
      else fail();
    });
    sent.on('response', (response) => readAnswer(response, end, fail));
    sent.end(body);
  });
}

function readAnswer(
  response: http.IncomingMessage,
  end: (answer: AttestationAnswer) => void,
  fail: () => void,
): void {
  if (response.statusCode !== 200) {
    end({ code: 'CODE_ATTESTATION_NOT_ANSWERED' });
    return;
  }
  const parts: Buffer[] = [];
  let length = 0;
  response.on('data', (part: Buffer) => {
    length += part.length;
    if (length > MAX_ANSWER_LENGTH) end({ code: 'CODE_ATTESTATION_TOO_LARGE' });
    else parts.push(part);
  });
  response.on('error', fail);
  response.on('end', () => {
    const answer = readObject(Buffer.concat(parts));
    end(typeof answer === 'string' ? { code: 'CODE_ATTESTATION_MALFORMED' } : { answer });
  });
}
