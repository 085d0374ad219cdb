import { REVISION } from '../fixtures/schema/common.ts';
import { excerpt } from './excerpt.ts';
import { type PortProblem, portProblem } from './port-problem.ts';
import { isObject, type Members } from './read-answer.ts';

/** The line protocol's version. */
export const PROTOCOL = 1;

/** What a port calls itself. */
export interface Implementation {
  readonly name: string;
  readonly language: string;
  readonly version: string;
}

/** What a port said of itself. */
export interface Started {
  readonly implementation: Implementation;
  /** Sorted, each once. */
  readonly ops: readonly string[];
}

/** The answer to `start`, or what is wrong with it. */
export type StartReading =
  | { readonly ok: true; readonly started: Started }
  | { readonly ok: false; readonly portProblem: PortProblem };

/** Reads the answer to `start` (WCP-11-13). Members that it does not know are ignored. */
export function readStart(message: Members): StartReading {
  const { ok, implementation, ops, protocol = PROTOCOL, revision = REVISION } = { ...message };
  if (protocol !== PROTOCOL) return wrong('wrong_protocol', `speaks protocol ${written(protocol)}`);
  if (revision !== REVISION) return wrong('wrong_protocol', `implements revision ${written(revision)}`);
  if (ok === false) return wrong('start_refused', `refused to start: ${written(message)}`);
  if (ok !== true) return unfit('"ok" is not true');
  if (!isObject(implementation)) return unfit('"implementation" is no object');
  const { name, language, version } = implementation;
  if (!isText(name) || !isText(language) || !isText(version)) {
    return unfit('"implementation" needs the texts "name", "language" and "version"');
  }
  if (!Array.isArray(ops) || !ops.every(isText)) return unfit('"ops" is no list of names');
  return {
    ok: true,
    started: { implementation: { name, language, version }, ops: [...new Set(ops)].sort() },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

function unfit(what: string): StartReading {
  return wrong('start_malformed', `answered "start" in another form: ${what}`);
}

function wrong(code: PortProblem['code'], what: string): StartReading {
  return { ok: false, portProblem: portProblem(code, what) };
}

function written(value: unknown): string {
  return typeof value === 'string' ? excerpt(value) : excerpt(JSON.stringify(value) ?? '').slice(1, -1);
}
