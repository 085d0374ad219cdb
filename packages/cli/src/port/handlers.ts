import type { PortHandlers } from '@wcp/conformance';
import {
  hashFiles,
  receiptHash,
  signReceipt,
  verifyDisclosure,
  verifyLog,
  verifyManifest,
  verifyReceipts,
} from '@wcp/evidence';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import type { ManifestClaim, PackageFile } from '@wcp/evidence/package';
import { analyzeRules, compileWorld, decide } from '@wcp/router';
import { canonicalJson, checkId, decisionDigest, recordHash, sha256, WcpError } from '@wcp/spec';
import { type ApprovalNeed, type ApprovalStep, combineNeeds, countApproval } from '@wcp/spec/document';
import { parseJson } from '@wcp/spec/json';
import { answerForm } from './forms.ts';
import { answerMerkle } from './merkle.ts';
import { OperationError } from './operation-error.ts';
import { answerCosignatures, answerTimes, answerTimestamp } from './witnesses.ts';

type Members = Readonly<Record<string, unknown>>;

/** The error codes of the operations (section 11.2), by the code that this implementation throws. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['ERR_WCP_CANONICAL_JSON', 'CANONICAL_JSON_INVALID'],
  ['ERR_WCP_RECEIPT', 'CANONICAL_JSON_INVALID'],
  ['ERR_WCP_DOCUMENT', 'DOCUMENT_INVALID'],
  ['ERR_WCP_KEY', 'SEED_INVALID'],
  ['ERR_WCP_PACKAGE', 'PACKAGE_INVALID'],
  ['ERR_WCP_MERKLE_RANGE', 'MERKLE_RANGE'],
]);

/** This implementation as a port: how it answers each operation of the line protocol. */
export const HANDLERS: PortHandlers = {
  decide: (given, input) => decide(compileWorld(worldOf(given)), given['facts'], input),
  check_id: (_, input) => answerId(objectOf(input)),
  canonicalize: (_, input) => withOperationErrors(() => answerCanonical(objectOf(input)['json'])),
  record_hash: (_, input) => withOperationErrors(() => ({ artifact_hash: recordHash(objectOf(input)) })),
  decision_digest: (_, input) => withOperationErrors(() => answerDigest(objectOf(input))),
  analyze_rules: (_, input) => withOperationErrors(() => ({ findings: deadRules(objectOf(input)['rules']) })),
  receipt_hash: (_, input) => withOperationErrors(() => ({ receipt_hash: receiptHash(objectOf(input)) })),
  sign_receipt: (_, input) => withOperationErrors(() => answerSigning(objectOf(input))),
  verify_receipts: (_, input) => answerReceipts(objectOf(input)),
  verify_log: (_, input) => answerLog(objectOf(input)),
  receipt_as: (_, input) => withOperationErrors(() => answerForm(objectOf(input))),
  merkle: (_, input) => withOperationErrors(() => answerMerkle(objectOf(input))),
  verify_cosignatures: (_, input) => answerCosignatures(objectOf(input)),
  verify_timestamp: (_, input) => answerTimestamp(objectOf(input)),
  verify_times: (_, input) => answerTimes(objectOf(input)),
  package_hash: (_, input) =>
    withOperationErrors(() => ({ package_hash: hashFiles(objectOf(input)['files'] as PackageFile[]) })),
  verify_manifest: (_, input) =>
    withOperationErrors(() => answerManifest(objectOf(input) as unknown as ManifestClaim)),
  count_approvals: (_, input) => answerCount(objectOf(input) as unknown as ApprovalClaim),
  verify_disclosure: (_, input) => answerDisclosure(objectOf(input)),
};

/** Runs an operation; a document that it rejects is thrown with the operation's own error code. */
function withOperationErrors<T>(run: () => T): T {
  try {
    const answer = run();
    return answer instanceof Promise ? (answer.catch(rethrow) as T) : answer;
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  const code = error instanceof WcpError ? CODES.get(error.code) : undefined;
  throw code === undefined ? error : new OperationError(code);
}

/** A value that an operation hashes must be an object (WCP-11-29). */
function objectOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new OperationError('CANONICAL_JSON_INVALID');
}

function worldOf(given: Members): object {
  const { catalog_version: catalogVersion, facts: _, ...documents } = given;
  return Object.hasOwn(given, 'catalog_version') ? { ...documents, catalogVersion } : documents;
}

function answerId({ id, kind }: Members): object {
  const { valid, kind: found, canonical, authority } = checkId(id, kind as string | undefined);
  return { valid, kind: found, canonical, authority };
}

function answerCanonical(json: unknown): object {
  if (typeof json !== 'string')
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'The member "json" must be a string.');
  const canonical = canonicalJson(parseJson(json));
  return { canonical, sha256: sha256(canonical) };
}

function answerDigest({ input, decision }: Members): object {
  return { decision_digest: decisionDigest(input, objectOf(decision)) };
}

function deadRules(rules: unknown): object[] {
  return analyzeRules(rules).map(({ code, rule_id, covered_by }) => ({ code, rule_id, covered_by }));
}

function answerSigning({ receipt, seed_hex }: Members): object {
  const key = signingKeyFromSeed(seed_hex as string);
  const { receipt_hash, signing_key_id, signature } = signReceipt(objectOf(receipt), key).receipt;
  return { receipt_hash, signing_key_id, signature };
}

function answerReceipts({ receipts, keys }: Members): object {
  const { ok, findings } = verifyReceipts(receipts, keys);
  return { valid: ok, findings: findings.map(({ index, code }) => ({ index, code })) };
}

function answerLog({ receipts, first_key = null, origin, checkpoints }: Members): object {
  const { ok, findings } = verifyLog({
    receipts,
    first_key,
    ...(typeof origin === 'string' && { origin }),
    ...(checkpoints !== undefined && { checkpoints }),
  });
  return { valid: ok, findings: findings.map(({ index, code }) => ({ index, code })) };
}

/** An approval that is to be counted. */
interface ApprovalClaim {
  readonly demands: readonly Partial<ApprovalNeed>[];
  readonly stewards: readonly string[];
  readonly requested_by: readonly string[];
  readonly history: readonly ApprovalStep[];
  readonly by: string;
  readonly result_hash?: string;
}

function answerCount({ demands, stewards, requested_by, history, by, result_hash }: ApprovalClaim): object {
  const isSteward = (id: string) => stewards.includes(id);
  const hold = { need: combineNeeds(demands), history, requested_by, isSteward };
  return countApproval(hold, by, result_hash);
}

function answerDisclosure({ disclosure, first_key, keys, origin }: Members): object {
  const expected = { first_key, keys, ...(typeof origin === 'string' && { origin }) };
  const { ok, findings } = verifyDisclosure(disclosure, expected);
  return { valid: ok, findings: findings.map(({ code }) => ({ code })) };
}

function answerManifest(claim: ManifestClaim): object {
  const { ok, findings } = verifyManifest(claim);
  return { ok, deny_code: findings[0]?.code ?? null };
}
