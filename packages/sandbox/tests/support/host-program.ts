/**
 * Runs sandboxes for a test, as the user it was started as: each line of standard input is a request, each line of
 * standard output what came of it.
 */
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { probeSandbox, type SandboxOptions, sandboxed } from '../../src/index.ts';
import type { HostAnswer, HostRequest } from './host.ts';

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await run(JSON.parse(line)).catch((error) => ({
    error: { code: error.code, message: error.message },
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function run(request: HostRequest): Promise<HostAnswer> {
  const { files, secrets = {}, input = '', hold_ms, resolved, ...rest } = request;
  const options: SandboxOptions = {
    ...rest,
    package: Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) })),
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value)])),
    ...(resolved !== undefined && { egress: { ...rest.egress, resolve: resolverOf(resolved) } }),
  };
  const { process: child, enforcement, ended, close } = await sandboxed(options);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const output = Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))),
  );
  if (hold_ms !== undefined) setTimeout(() => void close(), hold_ms);
  const end = await ended;
  const [stdout = '', stderr = ''] = await output;
  const { memory } = await probeSandbox();
  return { stdout, stderr, end, enforcement, memory };
}

function resolverOf(addresses: readonly string[]) {
  let asked = 0;
  return async () => {
    const address = addresses[Math.min(asked, addresses.length - 1)] ?? '';
    asked += 1;
    return [{ address, family: 4 }];
  };
}
