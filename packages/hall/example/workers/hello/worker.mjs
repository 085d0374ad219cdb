/**
 * A worker in one file: it greets by name. The Hall starts it with --stdio, writes a call on each line
 * ({id, context, request}) and reads a result on each line (WCP section 10).
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { worker_id, worker_species_id } = JSON.parse(readFileSync('registry_record.json', 'utf8'));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, context, request } = JSON.parse(line);
  // A call that is to end early is named in a line of its own; a greeting is over before that.
  if (context !== undefined) console.log(JSON.stringify({ id, ...answer(context, request) }));
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
