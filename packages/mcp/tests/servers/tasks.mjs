/**
 * An MCP server of 2026-07-28 whose tools answer with tasks (`io.modelcontextprotocol/tasks`), over standard input and
 * output, or over HTTP at a port that it prints where PORT is set. It keeps tasks in memory, or in the file STORE.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const { PORT, STORE, LOG } = process.env;
const META = 'io.modelcontextprotocol';
const TASKS = `${META}/tasks`;
const ENDED = ['completed', 'failed', 'cancelled'];
const tasks = new Map(STORE && existsSync(STORE) ? JSON.parse(readFileSync(STORE, 'utf8')) : []);
const resuming = new Map();

class Fault extends Error {
  constructor(code, message, data) {
    super(message);
    Object.assign(this, { code, data });
  }
}

const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });
const form = (message, properties) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties } },
});

function change(task, members) {
  if (ENDED.includes(task.status)) return;
  Object.assign(task, members, { lastUpdatedAt: new Date().toISOString() });
  if (STORE) writeFileSync(STORE, JSON.stringify([...tasks]));
}

function create(begin) {
  const now = new Date().toISOString();
  const task = {
    taskId: randomUUID(),
    createdAt: now,
    lastUpdatedAt: now,
    ttlMs: 60_000,
    pollIntervalMs: 100,
  };
  tasks.set(task.taskId, task);
  change(task, { status: 'working' });
  const { status: _, ...seed } = task;
  begin(task);
  return { resultType: 'task', ...seed, status: 'working' };
}

/** Waits until every request was answered. */
function ask(task, inputRequests, done) {
  change(task, { status: 'input_required', inputRequests });
  const answers = {};
  resuming.set(task.taskId, (responses) => {
    for (const [name, answer] of Object.entries(responses)) {
      if (!Object.hasOwn(inputRequests, name)) continue;
      answers[name] = answer;
      delete inputRequests[name];
    }
    if (Object.keys(inputRequests).length > 0) return;
    delete task.inputRequests;
    resuming.delete(task.taskId);
    change(task, { status: 'working' });
    done(answers);
  });
}

const later = (ms, act) => setTimeout(act, ms).unref();
const completes = (task, result) => change(task, { status: 'completed', result });

const TOOLS = {
  greet: { run: ({ name }) => text(`Hello, ${name}!`) },
  slow_compute: {
    optional: ({ seconds = 0, label = '' }) => text(`computed ${label} in ${seconds}`),
    task: (task, args) => {
      const result = TOOLS.slow_compute.optional(args);
      later((args.seconds ?? 0) * 1_000, () => completes(task, result));
    },
  },
  failing_job: {
    task: (task) => later(200, () => completes(task, { ...text('It failed.'), isError: true })),
  },
  protocol_error_job: {
    task: (task) =>
      later(50, () => change(task, { status: 'failed', error: { code: -32_603, message: 'It broke.' } })),
  },
  confirm_delete: {
    task: (task, { filename }) =>
      ask(task, { confirm: form(`Delete ${filename}?`, { confirm: { type: 'boolean' } }) }, ({ confirm }) =>
        completes(task, text(`${filename}: ${confirm.action}`)),
      ),
  },
  multi_input: {
    task: (task) =>
      ask(
        task,
        {
          first: form('Your name?', { name: { type: 'string' } }),
          second: form('Sure?', { confirm: { type: 'boolean' } }),
        },
        () => completes(task, text('both')),
      ),
  },
  test_tool_with_task: {
    before: ({ inputResponses }) =>
      inputResponses === undefined && {
        resultType: 'input_required',
        inputRequests: { name: form('Your name?', { user_name: { type: 'string' } }) },
        requestState: 'asked',
      },
    task: (task, _, { inputResponses }) => completes(task, text(JSON.stringify(inputResponses))),
  },
  secret: { task: (task) => completes(task, text('the key is AKIAIOSFODNN7EXAMPLE')) },
  long: { task: (task, { length }) => completes(task, text('x'.repeat(length))) },
};

function callTool(params, takesTasks) {
  const tool = TOOLS[params.name];
  if (tool === undefined) throw new Fault(-32_602, 'Unknown tool');
  if (tool.run) return tool.run(params.arguments);
  const before = tool.before?.(params);
  if (before) return before;
  if (takesTasks) return create((task) => tool.task(task, params.arguments ?? {}, params));
  if (tool.optional) return tool.optional(params.arguments ?? {});
  throw missing();
}

function missing() {
  return new Fault(-32_021, 'Missing required client capability', {
    requiredCapabilities: { extensions: { [TASKS]: {} } },
  });
}

function known(id) {
  const task = tasks.get(id);
  if (task === undefined) throw new Fault(-32_602, 'Task not found');
  return task;
}

function answer({ method, params }) {
  const takesTasks = params?._meta?.[`${META}/clientCapabilities`]?.extensions?.[TASKS] !== undefined;
  if (method === 'server/discover') {
    return {
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, extensions: { [TASKS]: {} } },
      ttlMs: 0,
      cacheScope: 'private',
    };
  }
  if (method === 'tools/list') {
    const listed = Object.keys(TOOLS).map((name) => ({ name, inputSchema: { type: 'object' } }));
    return { tools: listed, ttlMs: 0, cacheScope: 'private' };
  }
  if (method === 'tools/call') return callTool(params, takesTasks);
  if (!['tasks/get', 'tasks/update', 'tasks/cancel'].includes(method))
    throw new Fault(-32_601, 'Not offered');
  if (!takesTasks) throw missing();
  const task = known(params.taskId);
  if (method === 'tasks/get') return task;
  if (method === 'tasks/update') resuming.get(params.taskId)?.(params.inputResponses);
  else change(task, { status: 'cancelled', inputRequests: undefined });
  return {};
}

function reply(message) {
  if (LOG) appendFileSync(LOG, `${JSON.stringify(message)}\n`);
  const { id } = message;
  try {
    const _meta = { [`${META}/serverInfo`]: { name: 'tasks', version: '1.0.0' } };
    return { jsonrpc: '2.0', id, result: { resultType: 'complete', ...answer(message), _meta } };
  } catch ({ code = -32_603, message: said, data }) {
    return { jsonrpc: '2.0', id, error: { code, message: said, data } };
  }
}

/** The headers must repeat the body. */
function mismatch({ headers }, { id, method, params }) {
  const name = { 'tools/call': params?.name, 'tasks/get': params?.taskId, 'tasks/cancel': params?.taskId }[
    method
  ];
  const isSame = headers['mcp-method'] === method && (name === undefined || headers['mcp-name'] === name);
  return isSame ? null : { jsonrpc: '2.0', id, error: { code: -32_020, message: 'Header mismatch' } };
}

if (PORT === undefined) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.id !== undefined) process.stdout.write(`${JSON.stringify(reply(message))}\n`);
  });
} else {
  const server = createServer(async (request, response) => {
    const message = JSON.parse(Buffer.concat(await request.toArray()).toString('utf8') || 'null');
    const wrong = mismatch(request, message ?? {});
    response.writeHead(wrong === null ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify(wrong ?? reply(message)));
  });
  server.listen(Number(PORT), '127.0.0.1', () => console.log(server.address().port));
}
