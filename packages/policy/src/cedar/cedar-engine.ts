import type { PolicyGateRequest } from '@wcp/router';
import { highestLevel } from '@wcp/spec/document';
import type { EngineAnswer, PolicyEngine } from '../base/policy-source.ts';
import { MAX_REASON } from '../base/verdict-limits.ts';
import { EngineThread, threadProgram } from '../thread/engine-thread.ts';
import { AnswerCache } from './answer-cache.ts';
import { readCedarAnswer } from './cedar-answer.ts';
import type { Cedar } from './engine-package.ts';
import { isCheap, isMostlyCheap, weightOf } from './evaluation-cost.ts';
import { createEvaluator, type Evaluate, isBreakdown, type PolicyTextsById } from './evaluator.ts';
import type { CedarPolicy } from './policy/cedar-policy.ts';
import { type CedarRequest, formOf, type RequestForm, writeRequest } from './request/request-form.ts';

const PROGRAM = threadProgram(import.meta.url, 'cedar', 'cedar-thread');

/** A policy, and its place in the order of files and lines. */
interface PlacedPolicy extends CedarPolicy {
  readonly place: number;
}

/**
 * Policies that the engine has read, and what decides about them. A request that is soon evaluated is answered at once;
 * one that may take long, because a caller made it large or the policies are many, in a thread, so that it holds up
 * nobody else and is ended when it is late.
 */
export class CedarEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #policies: ReadonlyMap<string, PlacedPolicy>;
  readonly #form: RequestForm;
  readonly #weight: number;
  readonly #thread: EngineThread;
  /** Cedar reads the policies and the request and nothing else, so an equal request has an equal answer. */
  readonly #answers = new AnswerCache();
  /** Null where the policies are many, or the engine has broken down in this thread. */
  #evaluate: Evaluate | null;

  /**
   * @param cedar an instance that nothing else uses
   * @throws {Error} where the engine cannot read the policies
   */
  constructor(cedar: Cedar, policies: readonly CedarPolicy[], policy_version: string) {
    this.policy_version = policy_version;
    this.#policies = new Map(policies.map((policy, place) => [policy.id, { ...policy, place }]));
    this.#form = formOf(policies);
    this.#weight = weightOf(policies);
    const texts: PolicyTextsById = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    this.#thread = new EngineThread(PROGRAM, texts);
    this.#evaluate = isMostlyCheap(this.#weight) ? createEvaluator(cedar, texts) : null;
  }

  /** Starts the thread where most requests need it. @throws {Error} where the engine cannot read the policies there */
  async open(): Promise<void> {
    if (this.#evaluate === null) await this.#thread.open();
  }

  decide(request: PolicyGateRequest, signal: AbortSignal): EngineAnswer | Promise<EngineAnswer> {
    const asked = writeRequest(request, this.#form);
    const text = JSON.stringify(asked);
    if (this.#evaluate === null || !isCheap(this.#weight, text.length)) {
      return this.#thread.ask(asked, signal).then((answer) => this.#read(answer));
    }
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const answer = this.#read(this.#evaluateHere(this.#evaluate, asked));
    this.#answers.set(text, answer);
    return answer;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  /** Where the instance of this thread breaks down, the one of the other thread takes its place. */
  #evaluateHere(evaluate: Evaluate, asked: CedarRequest): unknown {
    try {
      return evaluate(asked);
    } catch (error) {
      if (isBreakdown(error)) this.#evaluate = null;
      throw error;
    }
  }

  #read(answer: unknown): EngineAnswer {
    const { decision, reason } = readCedarAnswer(answer);
    const determining = this.#determining(reason);
    return decision === 'allow' ? allowed(determining) : denied(determining);
  }

  /** The policies that decided, in the order of files and lines. */
  #determining(ids: readonly string[]): CedarPolicy[] {
    const found = [...new Set(ids)].map((id) => this.#policies.get(id));
    if (!found.every((policy) => policy !== undefined))
      throw new Error('The engine names a policy that the gate does not know.');
    return found.sort((a, b) => a.place - b.place);
  }
}

/** A human beats an allowance: one determining policy that asks for a human is enough. */
function allowed(determining: readonly CedarPolicy[]): EngineAnswer {
  if (determining.length === 0) throw new Error('The engine allows without a policy.');
  const human = determining.filter(({ level }) => level !== null);
  const [level, ...others] = human.flatMap(({ level: asked }) => asked ?? []);
  if (level === undefined) return { decision: 'ALLOW', reason: reasonOf(determining) };
  const supervisor_level = others.reduce(highestLevel, level);
  return { decision: 'REQUIRE_HUMAN', reason: reasonOf(human), supervisor_level };
}

function denied(determining: readonly CedarPolicy[]): EngineAnswer {
  const reason = determining.length === 0 ? 'No policy permits this.' : reasonOf(determining);
  return { decision: 'DENY', reason };
}

function reasonOf(policies: readonly CedarPolicy[]): string {
  const text = policies.map(({ id, reason }) => (reason === null ? id : `${id}: ${reason}`)).join('; ');
  return text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON - 1).toWellFormed()}…`;
}
