import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_STREAM } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import type { DecisionRecord, PlacedReceipt } from '@wcp/spec/hall';
import { parseUniqueJson } from '@wcp/spec/json';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { EVIDENCE_FILES } from '../evidence/evidence-files.ts';
import { worldFile } from '../evidence/export-evidence.ts';
import { byteOrderMarkProblem, hasByteOrderMark } from '../input/byte-order-mark.ts';
import { InputReader } from '../input/input-reader.ts';
import { streamLines } from '../input/line-stream.ts';
import { DecisionReceipts } from './decision-receipts.ts';
import {
  isSince,
  type RecordSource,
  type ReplayRecord,
  type ReplayWindow,
  type StoredWorld,
} from './record-source.ts';

/** The decisions in a folder that `wcp receipts export DIR --decisions` wrote. */
export class BundleSource implements RecordSource {
  readonly #terminal: Terminal;
  readonly #dir: string;

  constructor(terminal: Terminal, dir: string) {
    this.#terminal = terminal;
    this.#dir = dir;
  }

  async *records({ since, withReceipts, lost }: ReplayWindow): AsyncGenerator<ReplayRecord> {
    const isAll = since === null;
    const receipts = withReceipts ? new DecisionReceipts(this.#receipts(), isAll ? lost : undefined) : null;
    try {
      for await (const value of this.#values(EVIDENCE_FILES.decisions)) {
        const record = value as DecisionRecord;
        if (!isSince(record.decision, since)) continue;
        yield { ...record, receipt: await receipts?.at(record.position, record.decision.decision_id) };
      }
      if (isAll) await receipts?.skipRest();
    } finally {
      await receipts?.close();
    }
  }

  async erasures(): Promise<readonly Receipt[]> {
    const found: Receipt[] = [];
    for await (const receipt of this.#values(EVIDENCE_FILES.receipts)) {
      const { stream, erasure } = receipt as Receipt;
      if (stream === LOG_STREAM && erasure !== undefined) found.push(receipt as Receipt);
    }
    return found;
  }

  async world(digest: string): Promise<StoredWorld | null> {
    const reader = new InputReader(this.#terminal);
    const document = await reader.json(join(this.#dir, worldFile(digest)));
    return document === null ? null : (document.value as StoredWorld);
  }

  async inForce(): Promise<null> {
    return null;
  }

  /** The receipts with their positions in the log: from their proofs or, in a whole log, by counting. */
  async *#receipts(): AsyncGenerator<PlacedReceipt> {
    const isPart = existsSync(join(this.#dir, EVIDENCE_FILES.proofs));
    const proofs = isPart ? this.#values(EVIDENCE_FILES.proofs) : null;
    let number = 0;
    try {
      for await (const receipt of this.#values(EVIDENCE_FILES.receipts)) {
        const proof = await proofs?.next();
        const position = proofs === null ? number : Number(Object(proof?.value).position);
        yield { position, receipt: receipt as PlacedReceipt['receipt'] };
        number += 1;
      }
    } finally {
      await proofs?.return(undefined);
    }
  }

  async *#values(name: string): AsyncGenerator<unknown> {
    const file = join(this.#dir, name);
    try {
      for await (const { number, text } of streamLines(file)) {
        const value = readLine(file, number, text);
        // A damaged receipt is none; its decision is then found to have none.
        if (name === EVIDENCE_FILES.decisions ? isRecord(value) : isObject(value)) yield value;
        else if (name === EVIDENCE_FILES.decisions) throw notARecord(file, number);
        else yield {};
      }
    } catch (error) {
      if (error instanceof CliError) throw error;
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const advice = isAbsent && name === EVIDENCE_FILES.decisions ? ABSENT : reasonOf(error);
      throw new CliError([fileProblem(file, isAbsent ? 'ABSENT' : 'UNREADABLE', advice)]);
    }
  }
}

const ABSENT = 'This folder contains no decisions. Export them with `wcp receipts export DIR --decisions`.';

/** Undefined for a line that is not JSON. */
function readLine(file: string, line: number, text: string | null): unknown {
  if (text !== null && hasByteOrderMark(text)) throw new CliError([byteOrderMarkProblem(file, line)]);
  try {
    // A request that no canonical JSON can hold was denied, and is recorded all the same.
    return parseUniqueJson(text ?? '');
  } catch {
    return undefined;
  }
}

function notARecord(file: string, line: number): CliError {
  const message = 'This line is not a record. `wcp receipts verify` shows what else is damaged.';
  return new CliError([{ ...fileProblem(file, 'NOT_JSON', message), place: { line, column: 1 } }]);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): boolean {
  const { position, facts, decision } = Object(value) as Partial<DecisionRecord>;
  return Number.isSafeInteger(position) && isObject(facts) && isObject(decision);
}
