import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { createHall, type Hall } from '@wcp/hall';
import { onTestFinished } from 'vitest';
import type { ClientRequests } from '../../src/delivery/client-requests.ts';
import type { StdioSettings } from '../../src/index.ts';
import {
  CallLinks,
  hallToolRegistry,
  openToolCatalog,
  type PinnedTool,
  type ToolCatalog,
} from '../../src/index.ts';
import { openScripted, type Scripted } from '../upstream/scripted.ts';

/** A scripted server with a catalog before it, and a Hall that lets run whatever is enrolled. */
export interface Governed extends Scripted {
  readonly hall: Hall;
  readonly catalog: ToolCatalog;
  readonly links: CallLinks;
  readonly key: SigningKey;
  /** The state of each tool, by its name. */
  states(): Record<string, PinnedTool['state']>;
  tool(name: string): PinnedTool;
  /** Dispatches a call of a tool by its id. */
  dispatch(id: string, args?: object, more?: object): ReturnType<Hall['dispatch']>;
}

/** How a test differs from the usual. */
export interface GovernedOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly tools?: readonly unknown[];
  readonly settings?: Partial<StdioSettings>;
  readonly interval_ms?: number;
  readonly max_age_ms?: number;
  readonly fresh_above?: number;
  readonly enrols?: boolean;
  readonly requires_attestation?: boolean;
  readonly client_requests?: ClientRequests;
  readonly answer_bytes?: number;
  /** Of a store that outlives the Hall. */
  readonly file?: string;
  readonly key?: SigningKey;
}

/** The ids of rules must be known before: a rule for each tool that a test may see. */
function rulesFor(ids: readonly string[]): object[] {
  return ids.map((id, index) => ({
    rule_id: `rr_tool_${index}`,
    match: { capability_id: id },
    decision: { candidate_workers_ranked: [{ worker_species_id: id }], required_controls_suggested: [] },
  }));
}

/** The definition of a tool that does what its name says at the scripted server. */
export function toolNamed(name: string, more: object = {}): object {
  const annotations = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
  return { name, description: `Does ${name}.`, inputSchema: { type: 'object' }, annotations, ...more };
}

const IDS = [
  'echo',
  'slow',
  'fault',
  'failing',
  'input',
  'exit',
  'big',
  'inexact',
  'neighbour',
  'added',
  'renamed',
];

/** Starts all of it; everything is closed after the test. */
export async function openGoverned(options: GovernedOptions = {}): Promise<Governed> {
  const { env = {}, tools = [toolNamed('echo'), toolNamed('neighbour')], enrols = true } = options;
  const scripted = await openScripted(env, tools, options.settings ?? {});
  const hall = await createHall({
    rules: rulesFor(IDS.map((name) => `x.test.mcp-scripted.${name}`)),
    config: { require_worker_attestation: options.requires_attestation ?? true },
    ...(options.file !== undefined && { file: options.file }),
    ...(options.key !== undefined && { key: options.key }),
  });
  onTestFinished(() => hall.close(0));
  const key = options.key ?? generateSigningKey();
  const links = new CallLinks();
  const { interval_ms = 100_000, max_age_ms = 100_000, fresh_above = 25 } = options;
  const { client_requests, answer_bytes } = options;
  const catalog = await openToolCatalog({
    authority: 'x.test',
    servers: [
      {
        upstream: scripted.upstream,
        blast: { trusts_annotations: true },
        delivery: {
          links,
          max_age_ms,
          fresh_above,
          ...(client_requests && { client_requests }),
          ...(answer_bytes !== undefined && { answer_bytes }),
        },
      },
    ],
    registry: hallToolRegistry(hall, key),
    connect: (delivery) => hall.connect({ delivery }),
    interval_ms,
  });
  onTestFinished(() => catalog.close());
  if (enrols) await catalog.enrolFirst('scripted');
  return {
    ...scripted,
    hall,
    catalog,
    links,
    key,
    states: () => Object.fromEntries(catalog.tools().map(({ name, state }) => [name, state])),
    tool(name) {
      const found = catalog.tools().find((tool) => tool.name === name);
      if (found === undefined) throw new Error(`There is no tool ${name}.`);
      return found;
    },
    dispatch: (name, args = {}, more = {}) =>
      hall.dispatch({
        capability_id: `x.test.mcp-scripted.${name}`,
        env: 'dev',
        data_label: 'INTERNAL',
        tenant_risk: 'low',
        qos_class: 'P2',
        tenant_id: 'acme',
        correlation_id: 'c-1',
        request: { tool: name, arguments: args },
        ...more,
      }),
  };
}
