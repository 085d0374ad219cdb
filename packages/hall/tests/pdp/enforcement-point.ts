import { type Person, TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

/** An answer of a Hall to an enforcement point. */
export interface AccessAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  readonly json: any;
}

/** What evaluations do not say. */
export const DEFAULTS = { env: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2' } as const;

/** A Hall as a policy decision point, asked as enforcement points ask. */
export class EnforcementPoint {
  readonly hall: TestHall;

  private constructor(hall: TestHall) {
    this.hall = hall;
  }

  static async open(options: TestHallOptions = {}): Promise<EnforcementPoint> {
    return new EnforcementPoint(await TestHall.open({ authzen: { defaults: DEFAULTS }, ...options }));
  }

  /** A Hall whose gate decides about every resource of these types, by what was asserted of it. */
  static withPolicy(
    types: readonly string[],
    isAllowed: (asked: AskedOfGate) => boolean,
  ): Promise<EnforcementPoint> {
    const capabilities = types.map((type) => ({ type, capability_id: CAPABILITIES.gated }));
    return EnforcementPoint.open({
      authzen: { defaults: DEFAULTS, capabilities },
      policyGate: ({ privilege_context }) => ({
        decision: isAllowed(privilege_context as unknown as AskedOfGate) ? 'ALLOW' : 'DENY',
        policy_version: 'policy.scenario',
        reason: 'the scenario says so',
      }),
    });
  }

  /** Sends a body as it is, or what is not a text as JSON. */
  async send(
    url: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
    person: Person = 'tenant',
  ): Promise<AccessAnswer> {
    const answer = await this.hall.hall.app.inject({
      method: 'POST',
      url,
      headers: { ...this.hall.authorization(person), 'content-type': 'application/json', ...headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const { statusCode: status } = answer;
    return { status, headers: answer.headers, json: answer.body === '' ? null : JSON.parse(answer.body) };
  }

  evaluate(body: unknown, headers?: Readonly<Record<string, string>>): Promise<AccessAnswer> {
    return this.send('/access/v1/evaluation', body, headers);
  }

  evaluateAll(body: unknown, headers?: Readonly<Record<string, string>>): Promise<AccessAnswer> {
    return this.send('/access/v1/evaluations', body, headers);
  }

  close(): Promise<void> {
    return this.hall.close();
  }
}

interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What the gate of a scenario sees. */
export interface AskedOfGate {
  readonly subject: Entity;
  readonly action: { readonly name: string; readonly properties?: Readonly<Record<string, unknown>> };
  readonly resource: Entity;
}
