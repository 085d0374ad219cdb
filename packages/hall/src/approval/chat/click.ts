import type { HallClock } from '../../base/hall-clock.ts';
import { loggedError } from '../../base/logged-error.ts';
import type { Logger } from '../../base/logger.ts';
import { ProblemError } from '../../base/problem.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../identity/principal.ts';
import { admitResolver } from '../admission.ts';
import type { Approval } from '../approval.ts';
import type { ApprovalService } from '../approval-service.ts';
import type { PendingApprovals } from '../pending-approvals.ts';
import { type ButtonAction, isFor } from './button-token.ts';

/** The stewards of a chat: the id of a principal by the id of an account. Nobody else resolves anything there. */
export type ChatStewards = ReadonlyMap<string, string>;

/** A click on a button, which the service of the chat has vouched for. */
export interface Click {
  /** What the button was made for; null where this Hall did not make it. */
  readonly action: ButtonAction | null;
  /** The id of the account that clicked. */
  readonly account: string;
  /** The account with its chat, for the evidence. */
  readonly via: string;
  readonly stewards: ChatStewards;
}

/** What clicks stand on. */
export interface ClicksParts {
  readonly approvalService: ApprovalService;
  readonly pendingApprovals: PendingApprovals;
  readonly identity: Pick<Identity, 'stewardWith'>;
  readonly clock: HallClock;
  readonly log: Logger;
}

/** Resolves holds for stewards who click in a chat: whoever clicked is the resolver. */
export class Clicks {
  readonly #parts: ClicksParts;
  readonly #running = new Set<Promise<string>>();

  constructor(parts: ClicksParts) {
    this.#parts = parts;
  }

  /** Does what a click asks for, and resolves with a sentence for whoever clicked; never rejects. */
  carryOut(click: Click): Promise<string> {
    const running = this.#resolve(click).catch((error) => this.#refusal(error));
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Resolves once every click has come to its end. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #resolve({ action, account, via, stewards }: Click): Promise<string> {
    const steward = this.#steward(stewards.get(account));
    if (action === null) throw new ProblemError('FORBIDDEN', 'This button was not made by this Hall.');
    const { approval_id, resolution } = action;
    const at = this.#parts.clock.timestamp();
    const waiting = await this.#parts.pendingApprovals.waiting(approval_id, steward, at, admitResolver);
    if (!isFor(action, waiting)) {
      throw new ProblemError(
        'CONFLICT',
        'The request has changed since this message was written. Read it again.',
      );
    }
    const { approval } = await this.#parts.approvalService.resolve({ approval_id, resolution }, steward, via);
    return sentenceOf(approval);
  }

  #steward(id: string | undefined): Principal {
    if (id === undefined) {
      throw new ProblemError(
        'FORBIDDEN',
        'You are not a steward of this Hall: its operator lists who is, under approvals in server.json.',
      );
    }
    const steward = this.#parts.identity.stewardWith(id);
    if (steward !== null) return steward;
    throw new ProblemError(
      'FORBIDDEN',
      'Your key at this Hall is not valid any more, or is not that of a steward.',
    );
  }

  #refusal(error: unknown): string {
    if (error instanceof ProblemError) return error.message;
    this.#parts.log('error', `A click was not carried out: ${loggedError(error)}`);
    return 'The Hall failed. Nothing that you clicked counts unless the message says so.';
  }
}

function sentenceOf({ state, history }: Approval): string {
  const quorum = history.at(-1)?.quorum;
  if (state !== 'pending') return `This request is ${state}.`;
  return quorum === undefined
    ? 'This request still waits.'
    : `Your approval counts: ${quorum.count} of ${quorum.needed}.`;
}
