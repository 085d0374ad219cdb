import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CallOutcome, GatewayCall } from '../../src/base/gateway.ts';
import { GatewayFolder } from '../gateway/gateway-folder.ts';

/** What a server speaks. */
export type Revision = 'legacy' | 'modern';

/** The settings of a server `passing.mjs`, whose tools all run. */
export function passingServer(
  name: string,
  revision: Revision,
  more: object = {},
): Readonly<Record<string, object>> {
  const settings = {
    command: process.execPath,
    args: [join(import.meta.dirname, '../servers/passing.mjs')],
    env: { REVISION: revision, NAME: name },
    run: ['asks', 'logs', 'declared', 'touch'].map((tool) => `${name}_${tool}`),
    ...more,
  };
  return { [name]: settings };
}

/** A gateway that all tests of a file share. */
export class SharedGateway {
  folder!: GatewayFolder;

  constructor(...servers: readonly Readonly<Record<string, object>>[]) {
    const endings: (() => Promise<void> | void)[] = [];
    const settings = { servers: Object.assign({}, ...servers), prefix: true };
    beforeAll(async () => {
      this.folder = await GatewayFolder.open({}, settings, (end) => endings.unshift(end));
    });
    afterAll(async () => {
      for (const end of endings) await end();
    });
  }

  /** Calls a tool of a server. */
  call(
    server: string,
    tool: string,
    given: object = {},
    call: Partial<GatewayCall> = {},
    caller = this.folder.caller,
  ): Promise<CallOutcome> {
    return this.folder.call(`${server}_${server}_${tool}`, given, call, caller);
  }

  request(method: string, params: object = {}): Promise<CallOutcome> {
    const { gateway, caller } = this.folder;
    return gateway.gateway.request(caller, method, params, { signal: new AbortController().signal });
  }

  /** What was decided about: the last segments of capabilities, in their order. */
  async decidedAbout(kind = 'decision'): Promise<string[]> {
    const receipts = (await this.folder.receipts(kind)) as readonly {
      readonly capability_id?: string | null;
    }[];
    return receipts.flatMap(({ capability_id }) =>
      capability_id?.includes('.mcp-') ? [capability_id.replace('x.local.mcp-', '')] : [],
    );
  }
}

/** A client that can answer everything, and keeps what it was asked. */
export class AskedClient {
  readonly asked: { readonly method: string; readonly params: Record<string, unknown> }[] = [];
  readonly call: Pick<GatewayCall, 'ask' | 'capabilities'>;

  /** @param answers what it waits for before it answers */
  constructor(answers: (method: string) => Promise<unknown> = async (method) => ({ answered: method })) {
    this.call = {
      capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} },
      ask: (method, params) => {
        this.asked.push({ method, params: params as Record<string, unknown> });
        return answers(method);
      },
    };
  }
}

/** A client of 2026-07-28, which answers by calling again. */
export const CALLS_AGAIN: Pick<GatewayCall, 'capabilities'> = {
  capabilities: new AskedClient().call.capabilities,
};

/** The requests of each kind that a server may make. */
export const REQUESTS = {
  sampling: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } },
  elicitation: {
    method: 'elicitation/create',
    params: { message: 'Your name?', requestedSchema: { type: 'object', properties: {} } },
  },
  roots: { method: 'roots/list', params: {} },
} as const;

/** What a tool of the server said. */
export function saidBy(outcome: CallOutcome): Record<string, unknown> {
  expect(outcome).toMatchObject({ kind: 'result', result: { content: [{ type: 'text' }] } });
  const { result } = outcome as { result: { content: { text: string }[] } };
  return JSON.parse(result.content[0]?.text ?? '');
}
