import { excerpt } from '../base/quote.ts';
import { REVISION } from '../fixtures/schema/common.ts';
import { type Implementation, isObject, type Members, PROTOCOL } from '../protocol/message.ts';
import { type PortProblem, portProblem } from './port-problem.ts';

/** What a port said about itself. */
export interface Started {
  readonly implementation: Implementation;
  /** Sorted, each once. */
  readonly ops: readonly string[];
}

/** The answer to `start`, or what is wrong with it. */
export type StartReading =
  | { readonly ok: true; readonly started: Started }
  | { readonly ok: false; readonly problem: PortProblem };

/** Far more operations than there are: a port may know those of later revisions. */
const MAX_OPS = 1000;

/** Reads the answer to `start` (WCP-11-13). Unknown members are ignored. */
export function readStart(message: Members): StartReading {
  const { ok, implementation, ops, protocol = PROTOCOL, revision = REVISION } = { ...message };
  if (protocol !== PROTOCOL) return wrong('wrong_protocol', `speaks protocol ${textOf(protocol)}`);
  if (revision !== REVISION) return wrong('wrong_protocol', `implements revision ${textOf(revision)}`);
  if (ok === false) return wrong('start_refused', `refused to start: ${textOf(message)}`);
  if (ok !== true) return malformed('"ok" is not true');
  if (!isObject(implementation)) return malformed('"implementation" is not an object');
  const { name, language, version } = implementation;
  if (!isText(name) || !isText(language) || !isText(version)) {
    return malformed('"implementation" needs the texts "name", "language" and "version"');
  }
  if (!Array.isArray(ops) || !ops.every(isText)) return malformed('"ops" is not an array of names');
  if (ops.length > MAX_OPS) return malformed(`"ops" has more than ${MAX_OPS} names`);
  return {
    ok: true,
    started: { implementation: { name, language, version }, ops: [...new Set(ops)].sort() },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

function malformed(what: string): StartReading {
  return wrong('start_malformed', `sent a malformed answer to "start": ${what}`);
}

function wrong(code: PortProblem['code'], what: string): StartReading {
  return { ok: false, problem: portProblem(code, what) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? excerpt(value) : excerpt(JSON.stringify(value) ?? '').slice(1, -1);
}
