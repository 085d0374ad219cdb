import { randomUUID } from 'node:crypto';
import { WcpError } from '@wcp/spec';
import { callInput, type ServerLabels } from './call-input.ts';
import type { HallPort } from './hall/hall-port.ts';

/** What a self-test is made with. */
export interface SelfTestParts {
  readonly hall: Pick<HallPort, 'route' | 'authenticate'>;
  /** What the ids of this gateway begin with, such as `x.local`. */
  readonly authority: string;
  /** A tool of each server that may be called, with the labels of its calls. */
  readonly tools: readonly { readonly id: string; readonly labels: ServerLabels }[];
  /** The tenant that tools are tried with where nobody enrolled them; it must be one that may call others. */
  readonly tenant_id: string;
}

/** Something that must be denied. */
interface Trial {
  readonly capability_id: string;
  readonly tenant_id: string;
  readonly labels: ServerLabels;
  /** What it means where it is not. */
  readonly fault: string;
  readonly remedy: string;
}

/** The tenant of which no operator has heard. */
const STRANGER = 'agent.wcp-self-test';
const LABELS: ServerLabels = {
  environment: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P3',
};

/**
 * Proves on the rules that are in force that they deny what they must: a tool that nobody enrolled, each server's tools
 * for a tenant of whom nobody has heard, and a wrong key. The decisions stay as evidence, in streams of their own.
 *
 * @throws {WcpError} `ERR_WCP_MCP_SELF_TEST` where one of them is not denied: the gateway must not serve
 */
export async function selfTest(parts: SelfTestParts): Promise<void> {
  if ((await parts.hall.authenticate(`wcp_self-test_${randomUUID()}`)) !== null) {
    throw failed(
      'A key that nobody made was accepted.',
      'Create the keys of the Hall with `wcp keys create`.',
    );
  }
  for (const trial of trialsOf(parts)) {
    const { capability_id, tenant_id, labels, fault, remedy } = trial;
    const call = { capability_id, tenant_id, correlation_id: `self-test-${randomUUID()}`, request: {} };
    const decision = await parts.hall.route(callInput(call, labels));
    // No answer and a refusal are denials as well; a hold is not one: a steward's mistake would let it run.
    if (decision !== null && decision.outcome !== 'DENY') throw failed(fault, remedy);
  }
}

function trialsOf({ authority, tools, tenant_id }: SelfTestParts): Trial[] {
  const nobodys = `${authority}.mcp-self-test.nobody-enrolled-it`;
  return [
    {
      capability_id: nobodys,
      tenant_id,
      labels: LABELS,
      fault: 'A tool that nobody enrolled was not denied.',
      remedy: 'Look in rules.json for a rule that matches every capability, and remove it.',
    },
    ...[{ id: nobodys, labels: LABELS }, ...tools].map(({ id, labels }) => ({
      capability_id: id,
      tenant_id: STRANGER,
      labels,
      fault: `A tenant of whom nobody has heard may call ${id}.`,
      remedy: 'Set "require_signatory": true and list the tenants in "allowed_tenants" of hall.json.',
    })),
  ];
}

function failed(fault: string, remedy: string): WcpError {
  return new WcpError(
    'ERR_WCP_MCP_SELF_TEST',
    `The gateway does not start, because it cannot deny: ${fault} ${remedy}`,
  );
}
