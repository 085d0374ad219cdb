import type {
  Caller,
  CallOutcome,
  Gateway,
  GatewayCall,
  GatewayTasks,
  ListKind,
  ToolCall,
} from '../base/gateway.ts';
import { RPC_CODES } from '../base/json-rpc.ts';
import { isObject } from '../base/members.ts';
import type { PinnedTool, ToolCatalog } from '../catalog/tool-catalog.ts';
import { correlationOf, type ServerLabels, toolRequest } from './call-input.ts';
import type { GovernedCalls } from './governed-calls.ts';
import { refusedArguments, refusedHidden, shownWorkerTool, workerCall } from './workers/call-worker.ts';
import type { WorkerTools } from './workers/worker-tools.ts';

/** A server as the gateway knows it, whatever carries calls to it. */
export interface ServedServer extends ServerLabels {
  /** Tools that nobody may call: no rule lets them through, and no list shows them. */
  readonly deny: readonly string[];
}

/** What passes beside tools. */
interface PassedRequests {
  readonly capabilities: Readonly<Record<string, unknown>>;
  request(caller: Caller, method: string, params: unknown, call: GatewayCall): Promise<CallOutcome>;
  onListChanged(listen: (kind: ListKind) => void): () => void;
  onResourceUpdated(listen: (params: unknown) => void): () => void;
  useLogLevel(level: string): void;
}

/** What a gateway is made of. */
export interface GovernedGatewayParts {
  readonly server: Gateway['server'];
  readonly calls: GovernedCalls;
  readonly catalog: Pick<ToolCatalog, 'tools' | 'onChanged'>;
  readonly passed: PassedRequests;
  readonly tasks: GatewayTasks;
  /** By alias. */
  readonly servers: { get(alias: string): ServedServer | undefined };
  /** The Hall's own workers as tools, and what each call of them says. */
  readonly workers: {
    readonly tools: Pick<WorkerTools, 'tools' | 'hidden' | 'decide' | 'onChanged'>;
    readonly labels: ServerLabels;
  };
}

/** The gateway that faces stand before: whatever a list shows, each call is decided. */
export function governedGateway(parts: GovernedGatewayParts): Gateway {
  const { server, calls, catalog, passed, tasks, workers } = parts;
  return {
    server,
    tasks,
    capabilities: passed.capabilities,
    async listTools() {
      const tools = catalog.tools().filter((tool) => isShown(tool, parts));
      return [...tools.map(shownDefinition), ...workers.tools.tools().map(shownWorkerTool)];
    },
    async callTool(caller, params, call) {
      const tool = catalog.tools().find(({ shown }) => shown === params.name);
      if (tool === undefined) return callWorker(caller, params, call, parts);
      const labels = parts.servers.get(tool.alias);
      if (labels === undefined) return unknownTool();
      return calls.run(caller, governedCall(tool, labels, params), call);
    },
    request: (caller, method, params, call) => passed.request(caller, method, params, call),
    onResourceUpdated: (listen) => passed.onResourceUpdated(listen),
    useLogLevel: (level) => passed.useLogLevel(level),
    onListChanged(listen) {
      const endings = [catalog, workers.tools].map((tools) => tools.onChanged(() => listen('tools')));
      endings.push(passed.onListChanged(listen));
      return () => {
        for (const end of endings) end();
      };
    },
  };
}

async function callWorker(
  caller: Caller,
  params: ToolCall,
  call: GatewayCall,
  { calls, workers: { tools, labels } }: GovernedGatewayParts,
): Promise<CallOutcome> {
  const tool = tools.tools().find(({ shown }) => shown === params.name);
  if (tool === undefined) return (await refusedHidden(tools, caller, params)) ?? unknownTool();
  return refusedArguments(tool, params) ?? calls.run(caller, workerCall(tool, labels, params), call);
}

function governedCall(tool: PinnedTool, labels: ServerLabels, params: ToolCall) {
  return {
    capability_id: tool.id,
    correlation_id: correlationOf(params._meta),
    request: toolRequest(tool.name, params.arguments),
    labels,
    subject: params.name,
    arguments: params.arguments,
    alias: tool.alias,
  };
}

/** A model reads what was enrolled, and nothing of what is not. */
function isShown({ state, alias, name }: PinnedTool, { servers }: GovernedGatewayParts): boolean {
  return state === 'enrolled' && servers.get(alias)?.deny.includes(name) === false;
}

/** As it was pinned, under its shown name. */
function shownDefinition({ definition, shown }: PinnedTool): unknown {
  return isObject(definition) ? { ...definition, name: shown } : { name: shown };
}

/** The name is an attacker's and is not repeated. */
function unknownTool(): CallOutcome {
  return {
    kind: 'error',
    code: RPC_CODES.invalidParams,
    message: 'There is no tool of this name. List the tools again.',
  };
}
