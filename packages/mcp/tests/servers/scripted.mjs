/**
 * An MCP server over standard input and output that does what a test asks of it. Its tools are those of the file TOOLS,
 * read again for each list; REVISION says what it speaks: `modern`, `legacy`, or `mute` (legacy, and silent before the
 * handshake) or `fragile` (legacy, and ends at a message before it). LOG gets each message that it reads.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, watchFile } from 'node:fs';

const { REVISION = 'legacy', TOOLS, LOG, PAGE = '1000', NOTIFY, NAME = 'scripted' } = process.env;
const META = 'io.modelcontextprotocol';
const server = { name: NAME, version: '1.0.0', 'x-unknown': [1] };
const capabilities = { tools: { listChanged: NOTIFY !== undefined }, 'x-unknown': {} };
const running = new Map();
let subscription = null;
let isOpen = REVISION === 'modern';
let lastId = 0;
const asked = new Map();

const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const complete = (result) => (REVISION === 'modern' ? { resultType: 'complete', ...result } : result);
const text = (value) => complete({ content: [{ type: 'text', text: String(value) }] });

const TOOL = {
  echo: (id, args, params) =>
    write({
      id,
      result: complete({
        content: [{ type: 'text', text: JSON.stringify(args), 'x-unknown': 1 }],
        structuredContent: { arguments: args, meta: params._meta ?? null },
        'x-unknown': { a: [null] },
      }),
    }),
  big: (id, { bytes }) => write({ id, result: text('x'.repeat(bytes)) }),
  bigLast: (_id, { bytes, id = _id }) =>
    process.stdout.write(
      `{"result":{"id":"no","content":[{"type":"text","text":"\\"id\\":9${'x'.repeat(bytes)}"}]},"jsonrpc":"2.0","id":${id}}\n`,
    ),
  nameless: (_id, { bytes }) => process.stdout.write(`{"jsonrpc":"2.0","method":"${'x'.repeat(bytes)}"}\n`),
  slow: (id, { ms, steps = 0 }, params) => {
    for (let step = 1; step <= steps; step += 1) {
      const progressToken = params._meta?.progressToken;
      const progress = { progressToken, progress: step, total: steps, 'x-unknown': true };
      if (progressToken !== undefined) write({ method: 'notifications/progress', params: progress });
    }
    const timer = setTimeout(() => write({ id, result: text('done') }), ms);
    running.set(id, timer);
  },
  exit: () => process.exit(3),
  log: (id) => {
    write({ method: 'notifications/message', params: { level: 'info', data: 'here' } });
    write({ id, result: text('logged') });
  },
  fault: (id) => write({ id, error: { code: -32_602, message: 'no such thing', data: { 'x-unknown': 1 } } }),
  failing: (id) => write({ id, result: complete({ content: [], isError: true, structuredContent: 7 }) }),
  junk: (id) => process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"a":1,"a":2}}\n`),
  chatter: (id) => {
    process.stdout.write('Listening …\n\n{"level":"info"}\n[1,2\n');
    write({ id, result: text('after') });
  },
  inexact: (id) =>
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[],"n":9007199254740993}}\n`),
  deep: (id) =>
    process.stdout.write(
      `{"jsonrpc":"2.0","id":${id},"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
    ),
  ask: (id, { method }) => {
    lastId += 1;
    asked.set(`s${lastId}`, id);
    write({ id: `s${lastId}`, method, params: { messages: [] } });
  },
  input: (id) =>
    write({
      id,
      result: {
        resultType: 'input_required',
        inputRequests: { a: { method: 'elicitation/create', params: {} } },
        requestState: 's',
      },
    }),
  environment: (id) => write({ id, result: text(JSON.stringify(process.env)) }),
  pid: (id) => write({ id, result: text(process.pid) }),
  // Leaves the group and the tree.
  detach: (id) => {
    const program = 'process.on("SIGTERM",()=>{});setInterval(()=>{},1e3)';
    const child = spawn(
      'sh',
      ['-c', `setsid ${process.execPath} -e '${program}' >/dev/null 2>&1 & echo $!`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    child.stdout.on('data', (said) => write({ id, result: text(String(said).trim()) }));
  },
};

function listTools(id, { cursor } = {}) {
  const tools = JSON.parse(readFileSync(TOOLS, 'utf8'));
  const start = Number(cursor ?? 0);
  const end = start + Number(PAGE);
  const more = end < tools.length ? { nextCursor: String(end) } : {};
  write({
    id,
    result: complete({ tools: tools.slice(start, end), ...more, ttlMs: 0, cacheScope: 'private' }),
  });
}

function take(message) {
  const { id, method, params = {} } = message;
  if (LOG !== undefined) appendFileSync(LOG, `${JSON.stringify(message)}\n`);
  if (method === undefined) {
    const waiting = asked.get(id);
    asked.delete(id);
    write({ id: waiting, result: text(JSON.stringify(message.error ?? message.result)) });
  } else if (method === 'server/discover' && REVISION === 'modern') {
    const result = {
      supportedVersions: ['2026-07-28'],
      capabilities,
      _meta: { [`${META}/serverInfo`]: server },
    };
    write({ id, result: complete({ ...result, instructions: 'modern', ttlMs: 0, cacheScope: 'private' }) });
  } else if (method === 'initialize' && REVISION !== 'modern') {
    isOpen = true;
    write({
      id,
      result: {
        protocolVersion: process.env.SPEAKS ?? params.protocolVersion,
        serverInfo: server,
        capabilities,
      },
    });
  } else if (!isOpen && REVISION === 'fragile') process.exit(1);
  else if (!isOpen && REVISION === 'mute') return;
  else if (method === 'notifications/cancelled') clearTimeout(running.get(params.requestId));
  else if (id === undefined) return;
  else if (method === 'subscriptions/listen' && REVISION === 'modern') {
    subscription = id;
    const _meta = { [`${META}/subscriptionId`]: id };
    write({ method: 'notifications/subscriptions/acknowledged', params: { _meta, ...params } });
  } else if (method === 'tools/list') listTools(id, params);
  else if (method === 'tools/call' && Object.hasOwn(TOOL, params.name.replace(/^.*__/, ''))) {
    TOOL[params.name.replace(/^.*__/, '')](id, params.arguments ?? {}, params);
  } else if (method === 'tools/call') write({ id, result: text(`ran ${params.name}`) });
  else write({ id, error: { code: -32_601, message: 'Method not found' } });
}

if (NOTIFY !== undefined) {
  watchFile(TOOLS, { interval: 50 }, () => {
    if (REVISION === 'modern' && subscription === null) return;
    write({ method: 'notifications/tools/list_changed' });
  });
}
let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) take(JSON.parse(line));
});
process.stdin.on('end', () => process.exit(0));
