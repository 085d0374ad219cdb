/**
 * A worker in one file: it greets by name. The Hall starts it with --stdio, writes a call on each line
 * ({id, context, request}) and reads a result on each line (WCP section 10).
 */
import { readFileSync } from 'node:fs';

const { worker_id, worker_species_id } = JSON.parse(readFileSync('registry_record.json', 'utf8'));

// A line ends with \n and nothing else: node:readline would also end one at U+2028, inside of a text.
let rest = '';
for await (const chunk of process.stdin.setEncoding('utf8')) {
  rest += chunk;
  if (!chunk.includes('\n')) continue;
  const lines = rest.split('\n');
  rest = lines.pop();
  for (const line of lines) if (line.trim() !== '') answerLine(line);
}

function answerLine(line) {
  const { id, context, request } = read(line);
  // A call that is to end early is named in a line of its own; a greeting is over before that.
  if (context !== undefined) writeLine({ id, ...answer(context, request) });
}

function read(line) {
  try {
    return Object(JSON.parse(line));
  } catch {
    // Not the line itself: a log is no place for what a tenant sent.
    console.error(`A line of ${line.length} characters is not JSON.`);
    return {};
  }
}

/** Escapes what other readers take for the end of a line. */
function writeLine(value) {
  const text = JSON.stringify(value).replace(/[\u0085\u2028\u2029]/g, (end) => {
    return `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  process.stdout.write(`${text}\n`);
}

function answer(context, request) {
  const started = Date.now();
  const isNamed = typeof request?.name === 'string' && /^.{1,100}$/u.test(request.name);
  const status = isNamed ? 'ok' : 'denied';
  const code = isNamed ? null : 'NAME_MISSING';
  return {
    status,
    result: isNamed ? { greeting: `Hello, ${request.name}!` } : null,
    telemetry: [event(context, status, code, started)],
    evidence: [{ kind: 'execution', worker_id, decision_id: context.decision_id, status }],
    deny_reason: isNamed ? null : { code, message: 'Send {"name": …} with 1 to 100 characters.' },
  };
}

function event({ correlation_id, tenant_id, capability_id, decision_id }, status, reason, started) {
  const isDone = status === 'ok';
  return {
    event_id: isDone ? 'evt.worker.executed' : 'evt.worker.failed',
    timestamp: new Date().toISOString(),
    correlation_id,
    tenant_id,
    capability_id,
    decision_id,
    worker_id,
    worker_species_id,
    status,
    duration_ms: Date.now() - started,
    ...(isDone ? {} : { reason }),
  };
}
