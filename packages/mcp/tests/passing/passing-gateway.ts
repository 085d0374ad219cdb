import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CallOutcome, GatewayCall } from '../../src/base/gateway.ts';
import { GatewayFolder } from '../gateway/gateway-folder.ts';

/** What a server speaks. */
export type Revision = 'legacy' | 'modern';

/** The settings of the server `passing.mjs`, whose tools all run. */
export function passingServer(revision: Revision, more: object = {}, name = 'passing'): object {
  return {
    command: process.execPath,
    args: [join(import.meta.dirname, '../servers/passing.mjs')],
    env: { REVISION: revision, NAME: name },
    run: ['asks', 'logs', 'declared', 'touch'],
    ...more,
  };
}

/** A gateway that all tests of a file share: its tools are called `server_tool`. */
export function sharedGateway(servers: Readonly<Record<string, object>>): { readonly folder: GatewayFolder } {
  const endings: (() => Promise<void> | void)[] = [];
  const shared: { folder: GatewayFolder } = { folder: undefined as unknown as GatewayFolder };
  beforeAll(async () => {
    shared.folder = await GatewayFolder.open({}, { servers, prefix: true }, (end) => endings.unshift(end));
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });
  return shared;
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

/** What was decided about since: the last segments of capabilities, in their order. */
export async function decidedAbout(folder: GatewayFolder, kind = 'decision'): Promise<string[]> {
  const receipts = (await folder.receipts(kind)) as readonly { readonly capability_id?: string | null }[];
  return receipts.flatMap(({ capability_id }) =>
    capability_id?.includes('.mcp-') ? [capability_id.replace('x.local.mcp-', '')] : [],
  );
}
