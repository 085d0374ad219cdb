import { join } from 'node:path';
import type { Hall } from '@wcp/hall';
import type { Gateway, GatewayTasks } from '../../base/gateway.ts';
import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import { hallToolRegistry, type ToolRegistry } from '../../catalog/tool-registry.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { HeldCalls } from '../../hold/held-calls.ts';
import { createPassedStates } from '../../hold/passed-state.ts';
import { createRequestStates } from '../../hold/request-state.ts';
import { createTaskIds } from '../../hold/task-ids.ts';
import { ClientAsks } from '../client-asks.ts';
import { authorityKey, readFolderKey, stateKey } from '../folder/folder-keys.ts';
import { heldCallFiles, readHeldCalls } from '../folder/held-call-files.ts';
import { AGENT_TENANT, GATEWAY_LAYOUT } from '../folder/layout.ts';
import { GovernedCalls } from '../governed-calls.ts';
import { governedGateway } from '../governed-gateway.ts';
import { embeddedHall } from '../hall/embedded-hall.ts';
import type { HallPort } from '../hall/hall-port.ts';
import { type PassedServer, PassedServers } from '../methods/passed-requests.ts';
import { selfTest } from '../self-test.ts';
import { governedTasks } from '../tasks/governed-tasks.ts';
import { enrolWorkersFirst, workerRules } from '../workers/enrol-workers.ts';
import { outcomesByCapability } from '../workers/worker-outcomes.ts';
import { readWorkerPackages } from '../workers/worker-packages.ts';
import type { WorkerTools } from '../workers/worker-tools.ts';
import type { Closing } from './closing.ts';
import { enrolFirstSeen, rulesFor, useRules } from './enrol-first.ts';
import { listenAll } from './listen-all.ts';
import { openCatalog } from './open-catalog.ts';
import { holdsOf } from './open-faces.ts';
import type { OpenGateway, OpenGatewayOptions } from './open-gateway-options.ts';
import { openPassed } from './open-passed.ts';
import { type OpenedServers, openServers } from './open-servers.ts';
import { openWorkers } from './open-workers.ts';
import { reachOf } from './server-reach.ts';
import { taskServers } from './task-servers.ts';

/** What a gateway is assembled from. */
export interface GatewayBase {
  readonly options: OpenGatewayOptions;
  readonly settings: GatewaySettings;
  readonly hall: Hall;
  /** What connects clients with the calls that run for them. */
  readonly links: CallLinks;
  readonly closing: Closing;
  readonly created: readonly string[];
}

/** Starts the servers, pins and enrols their tools, proves that the whole denies, and lets it listen. */
export async function assembleGateway(base: GatewayBase): Promise<OpenGateway> {
  const { options, settings, hall, links, closing, created } = base;
  const listening: { url: string | null } = { url: null };
  const port = embeddedHall(hall, () => listening.url);
  const servers = await startServers(base);
  const hallUrl = () => listening.url;
  const registry = hallToolRegistry(hall, await authorityKey(options.dir));
  const shown: ShownWorkers = { tools: null };
  const { catalog, enrolled, passed } = await enrolTools(base, servers, { registry, shown, hallUrl });
  await proveDenials(base, servers, catalog, port);
  const workers = await openWorkers({ dir: options.dir, settings, registry, port, catalog });
  closing.add(() => workers.close());
  shown.tools = workers;
  const key = await stateKey(options.dir);
  const taskIds = createTaskIds({ key });
  const states = createRequestStates({ key });
  const onHeld = options.onHeld ?? (() => {});
  const passedStates = createPassedStates({ key });
  const asks = new ClientAsks({ hall: port, links });
  const calls = new GovernedCalls({ hall: port, links, states, passedStates, asks, taskIds, onHeld });
  const tasks = governedTasks({
    hall: port,
    ids: taskIds,
    servers: taskServers(servers.opened, { asks, hallUrl }),
    outcomesOf: outcomesByCapability(catalog, workers),
  });
  const gateway = gatewayOf(base, servers, { catalog, workers, calls, passed, tasks });
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
    workers,
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

/** The tools of workers, which are opened last: until then they take no name from a tool of a server. */
interface ShownWorkers {
  tools: WorkerTools | null;
}

/** What enrolling works with. */
interface EnrolParts {
  readonly registry: ToolRegistry;
  /** Where the Hall listens; null before that. */
  readonly hallUrl: () => string | null;
  readonly shown: ShownWorkers;
}

interface EnrolledTools {
  readonly catalog: ToolCatalog;
  readonly enrolled: readonly string[];
  readonly passed: readonly PassedServer[];
}

async function enrolTools(
  { options, settings, hall, links, closing }: GatewayBase,
  { opened }: OpenedServers,
  { registry, shown, hallUrl }: EnrolParts,
): Promise<EnrolledTools> {
  const reach = { links, hallUrl };
  const reserved = () => shown.tools?.tools().map((tool) => tool.shown) ?? [];
  const catalog = await openCatalog({ settings, servers: opened, registry, hall, reserved, ...reach });
  closing.add(() => catalog.close());
  const enrolled = await enrolFirstSeen(catalog, opened);
  const passing = await openPassed(opened, { authority: settings.authority, hall, registry, ...reach });
  const workers = await enrolWorkersFirst(await readWorkerPackages(options.dir), registry);
  const ofTools = rulesFor(enrolled, catalog.tools(), settingsByAlias(opened));
  const ofWorkers = workerRules(workers, settings.workers, hall.deliveries);
  await useRules(options.dir, [...ofTools, ...passing.rules, ...ofWorkers], hall);
  const ids = [...enrolled, ...workers.map(({ worker_id }) => worker_id)];
  return { catalog, enrolled: ids, passed: passing.servers };
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
  readonly workers: WorkerTools;
  readonly calls: GovernedCalls;
  readonly passed: readonly PassedServer[];
  readonly tasks: GatewayTasks;
}

function gatewayOf(
  { options, settings }: GatewayBase,
  { opened }: OpenedServers,
  { catalog, workers, calls, passed, tasks }: GatewayParts,
): Gateway {
  return governedGateway({
    server: { name: 'wcp', version: options.version },
    catalog,
    calls,
    tasks,
    passed: new PassedServers({ servers: passed, calls, prefix: settings.prefix }),
    servers: settingsByAlias(opened),
    workers: { tools: workers, labels: settings.workers },
  });
}
