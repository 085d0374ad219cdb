import { type HallClient, HallProblemError } from '@wcp/client';
import { WcpError } from '@wcp/spec';
import type { Approval } from '@wcp/spec/hall';
import { isObject, type Members, membersOf, ownMember } from '../base/members.ts';
import { shownText } from '../base/shown-text.ts';
import { type Refusal, refusalResult } from '../hold/refusal.ts';
import { FOREIGN_NOTE, shownApproval } from './shown-approval.ts';
import { STEWARD_TOOLS } from './steward-tools.ts';

/** The part of the client of a Hall that stewards need. */
export type ApprovalsClient = Pick<
  HallClient,
  'listPendingApprovals' | 'showApproval' | 'resolveApproval' | 'escalateApproval'
>;

const LISTED = 20;
const MAX_LISTED = 50;
const IN_LIST = 600;
const ALONE = 8_000;

type Run = (hall: ApprovalsClient, given: Members, signal: AbortSignal) => Promise<Members>;

/** What each tool does. The Hall judges what is asked, as over HTTP: here only the members are picked. */
const RUNS: Readonly<Record<string, Run>> = {
  async 'wcp.approvals.list'(hall, { limit, cursor }, signal) {
    const count = Number.isSafeInteger(limit) ? Math.min(Math.max(Number(limit), 1), MAX_LISTED) : LISTED;
    const page = { limit: count, ...(typeof cursor === 'string' && { cursor }) };
    const { items, next_cursor } = await hall.listPendingApprovals(page, { signal });
    return { approvals: items.map((each) => shownApproval(each, IN_LIST)), next_cursor };
  },
  async 'wcp.approval.status'(hall, { approval_id }, signal) {
    return alone(await hall.showApproval({ approval_id: idOf(approval_id) }, { signal }));
  },
  async 'wcp.approval.resolve'(hall, { approval_id, resolution, reason, level, result }, signal) {
    const request = { approval_id, resolution, ...given({ reason, level, result }) };
    return resolved(await hall.resolveApproval(request as never, { signal }));
  },
  async 'wcp.approval.escalate'(hall, { approval_id, level, reason }, signal) {
    return resolved(
      await hall.escalateApproval({ approval_id, ...given({ level, reason }) } as never, { signal }),
    );
  },
};

/**
 * Runs a tool of a steward against a Hall; a refusal of the Hall is a result. Null where there is no such tool.
 *
 * @throws the reason of the signal
 */
export async function runStewardTool(
  hall: ApprovalsClient,
  name: string,
  given: unknown,
  signal: AbortSignal,
): Promise<Members | null> {
  const run = Object.hasOwn(RUNS, name) ? RUNS[name] : undefined;
  if (run === undefined) return null;
  try {
    const result = await run(hall, membersFor(name, given), signal);
    return { content: [{ type: 'text', text: textOf(result) }], structuredContent: result };
  } catch (error) {
    signal.throwIfAborted();
    return refusalResult(refusalOf(error));
  }
}

/** What is wrong with the arguments of a tool. */
class InvalidArguments extends Error {}

/** @throws {InvalidArguments} for members that would have no effect */
function membersFor(name: string, given: unknown = {}): Members {
  const definition = STEWARD_TOOLS.find((each) => each['name'] === name);
  const properties = membersOf(ownMember(ownMember(definition, 'inputSchema'), 'properties'));
  if (!isObject(given)) throw new InvalidArguments('The arguments are an object.');
  const unknown = Object.keys(given).filter((member) => !Object.hasOwn(properties, member));
  if (unknown.length === 0) return given;
  throw new InvalidArguments(`There is no argument "${shownText(unknown[0], 64)}".`);
}

function idOf(value: unknown): string {
  if (typeof value === 'string' && /^[\w-]{1,64}$/.test(value)) return value;
  throw new InvalidArguments('approval_id must be the id of an approval.');
}

/** The members that were given: one that is absent means something else than null. */
function given(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function alone(approval: Approval): Members {
  return { approval: shownApproval(approval, ALONE) };
}

function resolved(answer: Awaited<ReturnType<ApprovalsClient['resolveApproval']>>): Members {
  const { approval, decision, receipt, outcome_receipt } = answer;
  return {
    ...alone(approval),
    decision_id: decision?.decision_id ?? null,
    outcome: decision?.outcome ?? null,
    receipt_id: receipt.receipt_id,
    outcome_receipt_id: outcome_receipt?.receipt_id ?? null,
  };
}

function textOf(result: Members): string {
  return `${FOREIGN_NOTE}\n\n${JSON.stringify(result, null, 2)}`;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof InvalidArguments) {
    return {
      code: 'INVALID_ARGUMENTS',
      message: error.message,
      remedy: 'Read the input schema of the tool.',
    };
  }
  if (error instanceof HallProblemError) {
    const found = error.findings.slice(0, 5).map(({ path, message }) => `${path} ${message}`);
    return {
      code: shownText(error.code, 64),
      message: shownText([error.message, ...found].join(' '), 1_000),
      remedy: 'Look at the approval with wcp.approval.status before you try again.',
    };
  }
  const code = error instanceof WcpError ? error.code : 'INTERNAL_ERROR';
  return {
    code,
    message: 'The Hall could not be asked.',
    remedy: 'Check that the Hall runs, then try again.',
  };
}
