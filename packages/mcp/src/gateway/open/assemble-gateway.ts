import { join } from 'node:path';
import type { Hall } from '@wcp/hall';
import type { Gateway } from '../../base/gateway.ts';
import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import { hallToolRegistry } from '../../catalog/tool-registry.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import { CallLinks } from '../../delivery/call-links.ts';
import { HeldCalls } from '../../hold/held-calls.ts';
import { createRequestStates } from '../../hold/request-state.ts';
import { authorityKey, readFolderKey, stateKey } from '../folder/folder-keys.ts';
import { heldCallFiles, readHeldCalls } from '../folder/held-call-files.ts';
import { AGENT_TENANT, GATEWAY_LAYOUT } from '../folder/layout.ts';
import { GovernedCalls } from '../governed-calls.ts';
import { governedGateway } from '../governed-gateway.ts';
import { embeddedHall } from '../hall/embedded-hall.ts';
import type { HallPort } from '../hall/hall-port.ts';
import { type PassedServer, PassedServers } from '../methods/passed-requests.ts';
import { selfTest } from '../self-test.ts';
import type { Closing } from './closing.ts';
import { enrolFirstSeen, rulesFor, useRules } from './enrol-first.ts';
import { listenAll } from './listen-all.ts';
import { openCatalog } from './open-catalog.ts';
import { holdsOf } from './open-faces.ts';
import type { OpenGateway, OpenGatewayOptions } from './open-gateway-options.ts';
import { openPassed } from './open-passed.ts';
import { type OpenedServers, openServers } from './open-servers.ts';
import { reachOf } from './server-reach.ts';

/** What a gateway is assembled from. */
export interface GatewayBase {
  readonly options: OpenGatewayOptions;
  readonly settings: GatewaySettings;
  readonly hall: Hall;
  readonly closing: Closing;
  readonly created: readonly string[];
}

/** Starts the servers, pins and enrols their tools, proves that the whole denies, and lets it listen. */
export async function assembleGateway(base: GatewayBase): Promise<OpenGateway> {
  const { options, settings, hall, closing, created } = base;
  const listening: { url: string | null } = { url: null };
  const port = embeddedHall(hall, () => listening.url);
  const servers = await startServers(base);
  const links = new CallLinks();
  const { catalog, enrolled, passed } = await enrolTools(base, servers, links);
  await proveDenials(base, servers, catalog, port);
  const calls = new GovernedCalls({
    hall: port,
    links,
    states: createRequestStates({ key: await stateKey(options.dir) }),
    onHeld: options.onHeld ?? (() => {}),
  });
  const gateway = gatewayOf(base, servers, { catalog, calls, passed });
  const calls_held = await readHeldCalls(options.dir, Date.now());
  const holds = {
    ...holdsOf(settings),
    calls: new HeldCalls(heldCallFiles(options.dir), calls_held),
  };
  const urls =
    options.listens === false ? null : await listenAll({ options, settings, hall, gateway, holds, closing });
  listening.url = urls?.hall ?? null;
  return {
    gateway,
    catalog,
    holds,
    created,
    enrolled,
    reach: servers.opened.map(reachOf),
    failed: servers.failed,
    urls,
    authenticate: (credential) => port.authenticate(credential),
    agentKey: () => readFolderKey(options.dir, GATEWAY_LAYOUT.agent),
    close: () => closing.close(),
  };
}

async function startServers({ options, settings, closing }: GatewayBase): Promise<OpenedServers> {
  const { dir, env, log, onServerLog = () => {} } = options;
  const process_list = join(dir, GATEWAY_LAYOUT.processes);
  const servers = await openServers(settings, { dir, env, process_list, onLog: onServerLog });
  for (const { upstream } of servers.opened) closing.add(() => upstream.close());
  for (const { alias, message } of servers.failed)
    log('error', `The server ${alias} does not run: ${message}`);
  return servers;
}

interface EnrolledTools {
  readonly catalog: ToolCatalog;
  readonly enrolled: readonly string[];
  readonly passed: readonly PassedServer[];
}

async function enrolTools(
  { options, settings, hall, closing }: GatewayBase,
  { opened }: OpenedServers,
  links: CallLinks,
): Promise<EnrolledTools> {
  const registry = hallToolRegistry(hall, await authorityKey(options.dir));
  const catalog = await openCatalog({ settings, servers: opened, registry, links, hall });
  closing.add(() => catalog.close());
  const enrolled = await enrolFirstSeen(catalog, opened);
  const passing = await openPassed(opened, { authority: settings.authority, hall, registry, links });
  const added = [...rulesFor(enrolled, catalog.tools(), settingsByAlias(opened)), ...passing.rules];
  await useRules(options.dir, added, hall);
  return { catalog, enrolled, passed: passing.servers };
}

function settingsByAlias(opened: OpenedServers['opened']) {
  return new Map(opened.map(({ alias, settings }) => [alias, settings]));
}

/** @throws {WcpError} `ERR_WCP_MCP_SELF_TEST` */
async function proveDenials(
  { settings }: GatewayBase,
  { opened }: OpenedServers,
  catalog: ToolCatalog,
  hall: HallPort,
): Promise<void> {
  const tools = opened.flatMap(({ alias, settings: labels }) => {
    const tool = catalog.tools().find((each) => each.alias === alias && each.state === 'enrolled');
    return tool === undefined ? [] : [{ id: tool.id, labels }];
  });
  await selfTest({ hall, authority: settings.authority, tools, tenant_id: AGENT_TENANT });
}

interface GatewayParts {
  readonly catalog: ToolCatalog;
  readonly calls: GovernedCalls;
  readonly passed: readonly PassedServer[];
}

function gatewayOf(
  { options, settings }: GatewayBase,
  { opened }: OpenedServers,
  { catalog, calls, passed }: GatewayParts,
): Gateway {
  return governedGateway({
    server: { name: 'wcp', version: options.version },
    catalog,
    calls,
    passed: new PassedServers({ servers: passed, calls, prefix: settings.prefix }),
    servers: settingsByAlias(opened),
  });
}
