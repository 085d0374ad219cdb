import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingsOf, folderOf, GREETING, open, read, scratch, write } from '../support.ts';

const found = async (dir: string, env = {}) =>
  (await findingsOf(dir, { env })).map(({ file, path, code }) => `${file} ${path} ${code}`);

/** A folder with the example's worker, so that only the settings are wrong. */
async function exampleWith(change: Readonly<Record<string, unknown>>): Promise<string> {
  const dir = scratch();
  await (await open(dir)).close();
  write(dir, 'server.json', { ...JSON.parse(read(dir, 'server.json')), ...change });
  return dir;
}

describe('server.json', () => {
  it('The file server.json may be absent: everything has a default.', async () => {
    const { hall } = await open(folderOf({ 'rules.json': [] }));
    expect(hall.log.origin).toBe('localhost/wcp');
  });

  it('A malformed server.json is refused with every mistake at once, and nothing is started.', async () => {
    const dir = folderOf({
      'rules.json': [],
      'server.json': {
        host: 7,
        port: 70_000,
        origin: 'https://with space',
        limits: { body_bytes: 1 },
        webhooks: [{ url: 'ftp://x', secret_env: 'S' }, 3],
        workers: [
          { dir: 'a' },
          { dir: 'a', program: 'b', url: 'http://x' },
          { program: 'b' },
          { url: 'http://name:secret@x', record: 'r.json' },
          { dir: 'a', command: [], processes: 0, env: { A: 1 } },
          { dir: 'a', program: 'b', attested: true },
          { url: 'http://x', record: 'r.json', attested: 'yes' },
        ],
        authzen: {
          defaults: { env: 'moon', user: 'x' },
          capabilities: [{ type: 'tool', capability_id: 'get customer' }, { capability_id: 'cap.web.fetch' }],
        },
        telemetry: { otlp: { url: 'grpc://x', sample_ratio: 2, interval_ms: 1, headers: { a: 1 } } },
        log: { format: 'xml', level: 'debug', requests: 'all' },
        colour: 'red',
      },
    });
    expect(await found(dir)).toEqual([
      'server.json /authzen/capabilities/0/capability_id INVALID_VALUE',
      'server.json /authzen/capabilities/1/type MISSING_MEMBER',
      'server.json /authzen/defaults/env INVALID_VALUE',
      'server.json /authzen/defaults/user UNKNOWN_MEMBER',
      'server.json /colour UNKNOWN_MEMBER',
      'server.json /host INVALID_VALUE',
      'server.json /limits/body_bytes INVALID_VALUE',
      'server.json /log/format INVALID_VALUE',
      'server.json /log/level INVALID_VALUE',
      'server.json /log/requests INVALID_VALUE',
      'server.json /origin INVALID_VALUE',
      'server.json /port INVALID_VALUE',
      'server.json /telemetry/otlp/headers/a INVALID_VALUE',
      'server.json /telemetry/otlp/interval_ms INVALID_VALUE',
      'server.json /telemetry/otlp/sample_ratio INVALID_VALUE',
      'server.json /telemetry/otlp/url INVALID_VALUE',
      'server.json /webhooks/0/url INVALID_VALUE',
      'server.json /webhooks/1 INVALID_VALUE',
      'server.json /workers/0 INVALID_VALUE',
      'server.json /workers/1 INVALID_VALUE',
      'server.json /workers/2/dir MISSING_MEMBER',
      'server.json /workers/3/url INVALID_VALUE',
      'server.json /workers/4/command INVALID_VALUE',
      'server.json /workers/4/env/A INVALID_VALUE',
      'server.json /workers/4/processes INVALID_VALUE',
      'server.json /workers/5/attested INVALID_VALUE',
      'server.json /workers/6/attested INVALID_VALUE',
    ]);
  });

  it('Each mistake has a sentence of its own, and none comes from the parser.', async () => {
    const dir = folderOf({ 'server.json': { port: 'x', workers: [{}], webhooks: {} } });
    for (const { message } of await findingsOf(dir))
      expect(message).toMatch(/^(port|A worker|webhooks) .*\.|…/);
  });

  it('A file that is not JSON is refused with the place of the error.', async () => {
    const dir = folderOf({ 'server.json': '{\n  "port": 1,\n}' });
    expect(await findingsOf(dir)).toMatchObject([
      { file: 'server.json', code: 'NOT_JSON', message: expect.stringContaining('line 3, column 1') },
    ]);
  });

  it('A server.json is refused with everything that it names and that does not exist.', async () => {
    const dir = folderOf({
      'server.json': {
        telemetry: { otlp: { url: 'http://127.0.0.1:4318', headers: { authorization: { from: 'UNSET' } } } },
        webhooks: [
          { url: 'https://chat.example/hook', secret_env: 'UNSET' },
          { url: 'https://chat.example/hook', secret_env: 'NO_SECRET' },
        ],
        workers: [
          { dir: 'nowhere', program: 'x.mjs' },
          { dir: 'there', program: 'missing.mjs', env: { TOKEN: { from: 'UNSET' } } },
          { url: 'http://127.0.0.1:1', record: 'broken.json' },
        ],
      },
      'broken.json': { worker_id: 'no id' },
    });
    mkdirSync(join(dir, 'there'));
    write(dir, 'there/registry_record.json', '{');
    expect(await found(dir, { NO_SECRET: 'whsec_???' })).toEqual([
      'server.json /webhooks/0/secret_env VARIABLE_MISSING',
      'server.json /webhooks/1/secret_env SECRET_INVALID',
      'server.json /telemetry/otlp/headers/authorization/from VARIABLE_MISSING',
      'server.json /workers/0 RECORD_MISSING',
      'server.json /workers/0/dir WORKER_MISSING',
      'there/registry_record.json null NOT_JSON',
      'server.json /workers/1/env/TOKEN/from VARIABLE_MISSING',
      'server.json /workers/1/program WORKER_MISSING',
      'broken.json /artifact_hash MISSING_MEMBER',
      'broken.json /capabilities MISSING_MEMBER',
      'broken.json /risk_tier MISSING_MEMBER',
      'broken.json /worker_id INVALID_VALUE',
      'broken.json /worker_species_id MISSING_MEMBER',
    ]);
  });

  it('A server.json that names a worker twice is refused.', async () => {
    const worker = { dir: 'workers/hello', program: 'worker.mjs' };
    expect(await found(await exampleWith({ workers: [worker, worker] }))).toEqual([
      'server.json /workers/1 WORKER_TWICE',
    ]);
  });

  /** What every contained program has, and what makes a worker know the permits of this Hall. */
  const USUAL = ['HOME', 'LANG', 'PATH', 'PWD', 'PYTHONDONTWRITEBYTECODE', 'TMPDIR'];
  const PERMITS = ['WCP_HALL_PUBLIC_KEY', 'WCP_PERMIT_STORE'];

  it.each([
    ['contained', [...USUAL, ...PERMITS]],
    ['declared', PERMITS],
  ])(
    'A worker that is %s gets the variables that server.json names for it, and no others.',
    async (isolation, usual) => {
      const worker = {
        dir: 'workers/hello',
        command: [process.execPath, 'tell.mjs'],
        env: { PLAIN: 'text', TAKEN: { from: 'OUTER' } },
        isolation,
      };
      const dir = await exampleWith({ workers: [worker] });
      const tell = `import { createInterface } from 'node:readline';
      for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify({
        id: JSON.parse(line).id, status: 'ok', result: process.env, telemetry: [], evidence: [], deny_reason: null }));`;
      write(dir, 'workers/hello/tell.mjs', tell);
      write(dir, 'hall.json', {});
      const { hall } = await open(dir, { env: { OUTER: 'from outside', SECRET: 'stays' } });
      const { result } = await hall.dispatch(GREETING);
      expect(result?.result).toMatchObject({ PLAIN: 'text', TAKEN: 'from outside' });
      const names = Object.keys(result?.result as object);
      expect(names.filter((name) => !['PLAIN', 'TAKEN', ...usual].includes(name))).toEqual([]);
      expect(result?.result).toMatchObject({ WCP_HALL_PUBLIC_KEY: hall.log.public_key });
      expect(names).not.toContain('SECRET');
    },
  );

  it('An answer that is too large says that the worker ran, and each worker has a limit of its own.', async () => {
    const settings = { dir: 'workers/hello', program: 'worker.mjs' };
    const long = "const result = { greeting: 'x'.repeat(3_000) };";
    const worker = `process.stdin.on('data', (call) => {
      ${long}
      const { id } = JSON.parse(String(call));
      const answer = { id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null };
      process.stdout.write(JSON.stringify(answer) + String.fromCharCode(10));
    });`;
    const outcomeWith = async (limit: object) => {
      const dir = await exampleWith({ workers: [{ ...settings, ...limit }] });
      write(dir, 'workers/hello/worker.mjs', worker);
      write(dir, 'hall.json', {});
      const { hall } = await open(dir);
      return hall.dispatch(GREETING);
    };
    expect(await outcomeWith({})).toMatchObject({ delivery_code: null, delivery_message: null });
    expect(await outcomeWith({ answer_bytes: 2_048 })).toMatchObject({
      result: null,
      delivery_code: 'DELIVERY_ANSWER_TOO_LARGE',
      delivery_message: expect.stringMatching(
        /^The worker ran, and its answer was refused: .*`answer_bytes`/,
      ),
      outcome_receipt: { outcome: { status: 'error', result_hash: null } },
    });
  });

  it('What a crashed worker wrote stays out of the log, but for its size and hash.', async () => {
    const dir = await exampleWith({});
    const crash = "process.stdin.on('data', (call) => { console.error(String(call)); process.exit(3); });";
    write(dir, 'workers/hello/worker.mjs', crash);
    write(dir, 'hall.json', {});
    const { hall, said } = await open(dir);
    await hall.dispatch({ ...GREETING, request: { name: 'PAYLOAD\u2028PAYLOAD' } });
    expect(said).not.toEqual([]);
    for (const line of said) {
      expect(line).toMatch(
        /^warn org\.example\.hello: .*It wrote [1-9]\d* bytes to standard error, the last of which have sha256:[0-9a-f]{64};/,
      );
    }
    expect(said.join()).not.toContain('PAYLOAD');
  });

  it('The last output of a crashed worker is logged where the operator wants it, harmless to a terminal.', async () => {
    const worker = { dir: 'workers/hello', program: 'worker.mjs', log_output: true };
    const dir = await exampleWith({ workers: [worker] });
    write(dir, 'workers/hello/worker.mjs', "console.error('\\u001b[31mwoe'); process.exit(3);");
    write(dir, 'hall.json', {});
    const { hall, said } = await open(dir);
    const { outcome_receipt } = await hall.dispatch(GREETING);
    expect(outcome_receipt?.outcome?.status).toBe('error');
    expect(said).not.toEqual([]);
    for (const line of said) {
      expect(line).toMatch(/^warn org\.example\.hello: .*Its last output: \\u001b\[31mwoe/);
    }
  });
});
