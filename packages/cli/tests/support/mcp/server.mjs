/**
 * An MCP server that does what a test asks of it, and writes to the file LOG what it saw of each call: `started`,
 * `cancelled`, `released`. It speaks REVISION (`modern` or `legacy`) over standard input and output or, with HTTP set,
 * over streamable HTTP at an address that it prints. The names of its tools begin with PREFIX.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { REVISION = 'legacy', LOG, HTTP, PREFIX = '' } = process.env;
const IS_MODERN = REVISION === 'modern';
const META = 'io.modelcontextprotocol';
const server = { name: `odd-${REVISION}`, version: '1.0.0', 'x-unknown': [1] };
const READS = { readOnlyHint: true, openWorldHint: false, 'x-unknown': null };
const inputSchema = { type: 'object', 'x-unknown': { a: [1.5, null, '\u2028', '𝒳', 'é'] } };
const TOOLS = [
  { name: 'hold', description: 'Holds until it is released or cancelled.', inputSchema, annotations: READS },
  { name: 'release', inputSchema, annotations: READS },
  {
    name: 'echo',
    title: 'Echo',
    inputSchema,
    outputSchema: { type: 'object' },
    annotations: READS,
    _meta: { 'example.com/any': { deep: [[[]]] } },
    icons: [{ src: 'data:image/png;base64,AA==', 'x-unknown': true }],
    execution: { taskSupport: 'forbidden' },
    'x-unknown': { '': 0, nested: [1e21, 5e-324, 0.1] },
  },
  { name: 'raw', inputSchema, annotations: READS },
  { name: 'big', inputSchema, annotations: READS },
  { name: 'fault', inputSchema, annotations: READS },
  { name: 'failing', inputSchema, annotations: READS },
  { name: 'writes', inputSchema },
  { name: 'forbidden', inputSchema, annotations: READS },
].map((tool) => ({ ...tool, name: PREFIX + tool.name }));

/** By its key: how a call that is held is answered. */
const held = new Map();
const note = (saw, key) => appendFileSync(LOG, `${JSON.stringify({ saw, key })}\n`);
const complete = (result) => (IS_MODERN ? { resultType: 'complete', ...result } : result);
const text = (value) => complete({ content: [{ type: 'text', text: value }] });

/** A call: `answer` takes the text of a message without its id, `tell` a notification. */
const TOOL = {
  hold({ answer, tell, call, params }) {
    const { key, steps = 0 } = params.arguments;
    call.key = key;
    note('started', key);
    held.set(key, () => answer({ result: text(`released ${key}`) }));
    const progressToken = params._meta?.progressToken;
    for (let step = 1; step <= steps && progressToken !== undefined; step += 1) {
      const said = { progress: step, total: steps, message: `step ${step} of ${key}`, 'x-unknown': [null] };
      tell({ method: 'notifications/progress', params: { progressToken, ...said } });
    }
  },
  release({ answer, params }) {
    const { key } = params.arguments;
    note('released', key);
    held.get(key)?.();
    held.delete(key);
    answer({ result: text('done') });
  },
  echo: ({ answer, params }) =>
    answer({
      result: complete({
        content: [
          {
            type: 'text',
            text: 'é',
            annotations: { audience: ['user'] },
            'x-unknown': 1,
          },
          { type: 'image', data: 'AAEC/w==', mimeType: 'image/png' },
          { type: 'resource', resource: { uri: 'a:b', blob: '/+7dzA==', mimeType: 'x/y' } },
          { type: 'x-unknown', any: { thing: [] } },
        ],
        structuredContent: params.arguments,
        _meta: { 'example.com/any': { a: 1 } },
        'x-unknown': { a: [null, {}] },
      }),
    }),
  raw: ({ answerText, params }) => answerText(`"result":${params.arguments.text}`),
  big({ answer, params }) {
    const { bytes, key } = params.arguments;
    note('started', key);
    answer({ result: complete({ content: [], structuredContent: { filled: 'x'.repeat(bytes) } }) });
  },
  fault: ({ answer }) =>
    answer({ error: { code: -32_602, message: 'no such thing', data: { 'x-unknown': 1 } } }),
  failing: ({ answer }) =>
    answer({ result: complete({ content: [], isError: true, structuredContent: { why: 7 } }) }),
  writes: ({ answer }) => answer({ result: text('written') }),
  forbidden: ({ answer }) => answer({ result: text('forbidden') }),
};

/** What is not a call of a tool; null where there is no answer. */
function answerOf({ method, params = {} }) {
  if (method === 'initialize' && !IS_MODERN) {
    const { protocolVersion } = params;
    return { result: { protocolVersion, serverInfo: server, capabilities: { tools: {}, 'x-unknown': {} } } };
  }
  if (method === 'server/discover' && IS_MODERN) {
    const result = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0 };
    const _meta = { [`${META}/serverInfo`]: server };
    return { result: complete({ ...result, cacheScope: 'private', _meta }) };
  }
  if (method === 'tools/list') {
    const half = Math.ceil(TOOLS.length / 2);
    const page = params.cursor === undefined ? [0, half] : [half];
    const more = params.cursor === undefined ? { nextCursor: 'second' } : {};
    const kept = IS_MODERN ? { ttlMs: 0, cacheScope: 'private', resultType: 'complete' } : {};
    return { result: { tools: TOOLS.slice(...page), ...more, ...kept } };
  }
  return { error: { code: -32_601, message: 'Method not found' } };
}

function cancel(call) {
  if (call?.key === undefined || !held.delete(call.key)) return;
  note('cancelled', call.key);
}

/** @param write gets the text of each message, and whether it is the answer */
function take(message, call, write) {
  const answerText = (rest) => write(`{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},${rest}}`, true);
  const answer = (members) => answerText(JSON.stringify(members).slice(1, -1));
  const tell = (members) => write(JSON.stringify({ jsonrpc: '2.0', ...members }), false);
  const { method, params = {} } = message;
  if (method !== 'tools/call') return answer(answerOf(message));
  return TOOL[params.name.slice(PREFIX.length)]({ answer, answerText, tell, call, params });
}

function serveStdio() {
  const calls = new Map();
  let parts = [];
  process.stdin.setEncoding('utf8');
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('data', (chunk) => {
    const lines = chunk.split('\n');
    parts.push(lines[0]);
    for (const next of lines.slice(1)) {
      takeLine(JSON.parse(parts.join('')));
      parts = [next];
    }
  });
  function takeLine(message) {
    if (message.method === 'notifications/cancelled') cancel(calls.get(message.params.requestId));
    if (message.id === undefined) return;
    const call = {};
    calls.set(message.id, call);
    take(message, call, (line) => process.stdout.write(`${line}\n`));
  }
}

function serveHttp() {
  const calls = new Map();
  const sessions = new Set();
  const listening = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'DELETE') return response.end();
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const session = request.headers['mcp-session-id'];
    if (!IS_MODERN && message.method === 'initialize') {
      const opened = randomUUID();
      sessions.add(opened);
      response.setHeader('mcp-session-id', opened);
    } else if (!IS_MODERN && message.method !== 'server/discover' && !sessions.has(session)) {
      return response.writeHead(404).end();
    }
    if (message.method === 'notifications/cancelled')
      cancel(calls.get(`${session} ${message.params.requestId}`));
    if (message.id === undefined) return response.writeHead(202).end();
    const call = {};
    calls.set(`${session} ${message.id}`, call);
    if (IS_MODERN) response.on('close', () => cancel(call));
    const isStream = message.params?._meta?.progressToken !== undefined;
    if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' });
    take(message, call, (line, isAnswer) => {
      if (isStream) response.write(`data: ${line}\n\n`);
      else if (isAnswer) response.writeHead(200, { 'content-type': 'application/json' }).write(line);
      if (isAnswer) response.end();
    });
  });
  listening.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${listening.address().port}/mcp\n`);
  });
  process.stdin.resume().on('end', () => process.exit(0));
}

if (HTTP === undefined) serveStdio();
else serveHttp();
