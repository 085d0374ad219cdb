/**
 * An MCP server over standard input and output with what passes a gateway beside plain tools: it asks its client, logs,
 * lists in pages, completes, and tells of resources. REVISION is `modern` or `legacy`.
 */
import { createInterface } from 'node:readline';

const { REVISION = 'legacy', NAME = 'passing' } = process.env;
const isModern = REVISION === 'modern';
const META = 'io.modelcontextprotocol';
const capabilities = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};
const serverInfo = { name: 'passing', version: '1.0.0' };
const [waiting, watched] = [new Map(), new Map()];
let [declared, level, lastId] = [{}, null, 0];

const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const complete = (result) =>
  isModern ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...result } : result;
const text = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

function ask(method, params) {
  lastId += 1;
  const id = `s${lastId}`;
  write({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

async function asks({ requests, state }, { inputResponses, requestState }) {
  if (!isModern) {
    const answers = {};
    for (const [name, { method, params }] of Object.entries(requests))
      answers[name] = await ask(method, params);
    return text({ answers });
  }
  if (inputResponses !== undefined) return text({ answers: inputResponses, state: requestState ?? null });
  return { resultType: 'input_required', inputRequests: requests, ...(state && { requestState: state }) };
}

const TOOLS = {
  asks,
  logs: ({ levels }) => {
    for (const each of levels)
      write({ method: 'notifications/message', params: { level: each, data: each } });
    return text({ level });
  },
  declared: (_, { _meta }) => text(isModern ? _meta : declared),
  touch: ({ uri }) => {
    const subscription = watched.get(uri);
    const params = { uri, ...(isModern && { _meta: { [`${META}/subscriptionId`]: subscription } }) };
    if (subscription !== undefined) write({ method: 'notifications/resources/updated', params });
    return text({ watched: [...watched.keys()] });
  },
};

function page(items, member, { cursor = '0' }) {
  const at = Number(cursor);
  return { [member]: items.slice(at, at + 1), ...(at + 1 < items.length && { nextCursor: String(at + 1) }) };
}

const METHODS = {
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities,
    _meta: { [`${META}/serverInfo`]: serverInfo },
  }),
  initialize: (params) => {
    declared = params.capabilities;
    return { protocolVersion: params.protocolVersion, serverInfo, capabilities };
  },
  'tools/list': () => ({
    tools: Object.keys(TOOLS).map((tool) => ({ name: `${NAME}_${tool}`, inputSchema: { type: 'object' } })),
  }),
  'tools/call': (params) => TOOLS[params.name.slice(NAME.length + 1)](params.arguments ?? {}, params),
  'resources/list': (params) =>
    page(
      ['a', 'b', 'c'].map((name) => ({ name, uri: `${NAME}://${name}` })),
      'resources',
      params,
    ),
  'resources/templates/list': (params) =>
    page([{ name: 'file', uriTemplate: `${NAME}://files/{path}` }], 'resourceTemplates', params),
  'resources/read': ({ uri }) => ({ contents: [{ uri, text: `${NAME} has it` }] }),
  'prompts/list': (params) =>
    page(
      ['one', 'two'].map((name) => ({ name })),
      'prompts',
      params,
    ),
  'completion/complete': ({ ref, argument }) => ({
    completion: { values: [NAME, ref.name ?? ref.uri, argument.value] },
  }),
  'logging/setLevel': (params) => {
    level = params.level;
    return {};
  },
  'resources/subscribe': ({ uri }) => {
    watched.set(uri, true);
    return {};
  },
  'resources/unsubscribe': ({ uri }) => {
    watched.delete(uri);
    return {};
  },
};
const [SESSIONS, WITHOUT] = [
  ['initialize', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'],
  ['server/discover'],
];
const isKnown = (method) => method in METHODS && !(isModern ? SESSIONS : WITHOUT).includes(method);

function listen(id, { notifications: { resourceSubscriptions = [] } }) {
  for (const uri of resourceSubscriptions) watched.set(uri, id);
  const _meta = { [`${META}/subscriptionId`]: id };
  const notifications = { resourceSubscriptions };
  write({ method: 'notifications/subscriptions/acknowledged', params: { notifications, _meta } });
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params = {}, result, error } = JSON.parse(line);
  if (method === undefined) {
    waiting.get(id)?.(error === undefined ? result : { error: error.code });
  } else if (method === 'notifications/cancelled') {
    for (const [uri, subscription] of watched) if (subscription === params.requestId) watched.delete(uri);
  } else if (method === 'subscriptions/listen' && isModern) listen(id, params);
  else if (id !== undefined && !isKnown(method)) write({ id, error: { code: -32_601, message: 'unknown' } });
  else if (id !== undefined) write({ id, result: complete(await METHODS[method](params)) });
});
process.stdin.on('end', () => process.exit(0));
