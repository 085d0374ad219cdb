import type { PasskeyAssertion } from '@wcp/spec/hall';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Approval } from '../approval.ts';
import type { Confirmations } from '../passkey/confirmations.ts';
import { type ApprovalDemand, type Demanded, demandedNow } from './approval-demand.ts';
import { type Counted, countApproval } from './quorum.ts';

/** What a steward sends to approve. */
interface ApprovalRequest {
  readonly result?: unknown;
  readonly confirmation?: PasskeyAssertion;
}

/** What the approvers of a Hall stand on. */
export interface ApproversParts {
  readonly identity: Pick<Identity, 'stewardWith'>;
  readonly demands: readonly ApprovalDemand[];
  readonly confirmations: Confirmations;
}

/** Says whose approval counts, and whether enough stewards have approved. */
export class Approvers {
  readonly #parts: ApproversParts;

  constructor(parts: ApproversParts) {
    this.#parts = parts;
  }

  /** What an approval needs: what was demanded when it was held, and what is demanded now. */
  demanded(approval: Pick<Approval, 'decision' | 'demanded'>): Demanded {
    return demandedNow(approval, this.#parts.demands);
  }

  /**
   * Counts the approval of a steward, once it is confirmed where that is demanded.
   *
   * @throws {ProblemError} `FORBIDDEN`, `APPROVAL_COUNTED`, `APPROVAL_UNCONFIRMED`, `CONFLICT`
   */
  async admit(approval: Approval, request: ApprovalRequest, by: Principal): Promise<Counted> {
    const demanded = this.demanded(approval);
    const isSteward = (id: string) => this.#parts.identity.stewardWith(id) !== null;
    const { step, isEnough } = countApproval(approval, demanded, by, request.result, isSteward);
    if (demanded.confirmation === null && request.confirmation === undefined) return { step, isEnough };
    const { result, confirmation: assertion } = request;
    const confirmation = await this.#parts.confirmations.confirm(approval, by, result, assertion);
    return { step: { ...step, confirmation }, isEnough };
  }
}
