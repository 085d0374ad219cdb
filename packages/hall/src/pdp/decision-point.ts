import type { RouteDecision } from '@wcp/spec';
import { parseDocument } from '@wcp/spec/document';
import {
  type AccessDecision,
  type AccessEvaluation,
  type AccessEvaluations,
  OPERATIONS,
} from '@wcp/spec/hall';
import { ProblemError } from '../base/problem.ts';
import { type ReceivedRequest, receiveText } from '../base/received-request.ts';
import { accessDecision, undecided } from './access-decision.ts';
import type { AccessMapping } from './access-mapping.ts';
import { evaluationsOf } from './batch.ts';
import { type AccessCaller, routeInputOf } from './route-input-of.ts';

/** Who asks, as the HTTP interface knows it. */
export interface AccessAsker extends AccessCaller {
  /** The id of the principal, for the evidence. */
  readonly id: string;
  /** Refuses what the caller may not ask or send; called before anything is decided. @throws {ProblemError} */
  check(received: ReceivedRequest): void;
}

/** Decides about a request and records it. */
export type Decide = (received: ReceivedRequest) => Promise<RouteDecision>;

/** What ends a batch early, by its semantic (AuthZEN 1.0, section 7.1.2.1). */
const ENDED_BY = { execute_all: null, deny_on_first_deny: false, permit_on_first_permit: true } as const;
/** Evaluations of one batch that are decided at a time. */
const AT_A_TIME = 16;

/** Answers enforcement points that speak AuthZEN: what it says is a decision of the Hall, made durable. */
export class DecisionPoint {
  readonly #mapping: AccessMapping;
  readonly #decide: Decide;

  constructor(mapping: AccessMapping, decide: Decide) {
    this.#mapping = mapping;
    this.#decide = decide;
  }

  /** @throws {ProblemError} where the caller may not ask, or nothing can be decided now */
  async evaluate(evaluation: AccessEvaluation, asker: AccessAsker): Promise<AccessDecision> {
    const { subject } = evaluation;
    const isForeign = subject.type === 'tenant' && asker.tenant_id !== null && subject.id !== asker.tenant_id;
    if (isForeign) return undecided(new ProblemError('TENANT_MISMATCH', foreign(asker)));
    // A Hall without keys serves whoever asks, in dev.
    const tenant_id = asker.tenant_id ?? (subject.type === 'tenant' ? subject.id : null);
    const input = routeInputOf(evaluation, this.#mapping, { ...asker, tenant_id });
    const received = receiveText(input, JSON.stringify(input), asker.id);
    asker.check(received);
    return accessDecision(await this.#decide(received));
  }

  /** One that is not valid, or that the caller may not ask, is denied by itself. @throws {ProblemError} */
  async evaluateAll(batch: AccessEvaluations, asker: AccessAsker): Promise<AccessDecision[]> {
    const endedBy = ENDED_BY[batch.options?.evaluations_semantic ?? 'execute_all'];
    const evaluations = evaluationsOf(batch);
    const atATime = endedBy === null ? AT_A_TIME : 1;
    const answers: AccessDecision[] = [];
    for (let from = 0; from < evaluations.length; from += atATime) {
      const some = evaluations.slice(from, from + atATime);
      answers.push(...(await Promise.all(some.map((one) => this.#evaluateOne(one, asker)))));
      if (answers.at(-1)?.decision === endedBy) break;
    }
    return answers;
  }

  async #evaluateOne(value: unknown, asker: AccessAsker): Promise<AccessDecision> {
    try {
      return await this.evaluate(readEvaluation(value), asker);
    } catch (error) {
      if (error instanceof ProblemError) return undecided(error);
      throw error;
    }
  }
}

/** @throws {ProblemError} `INVALID_BODY` with every finding */
export function readEvaluation(value: unknown): AccessEvaluation {
  const parsed = parseDocument<AccessEvaluation>(OPERATIONS.evaluateAccess.body, value);
  if (parsed.ok) return parsed.value;
  const message = parsed.findings.map(({ path, message: what }) => `${path === '' ? '/' : path}: ${what}`);
  throw new ProblemError('INVALID_BODY', message.join(' '), parsed.findings);
}

function foreign({ tenant_id }: AccessAsker): string {
  return `The subject is a tenant other than that of the key. You may act only for ${tenant_id}.`;
}
