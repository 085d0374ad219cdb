import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
// @boundaries-ignore whether this machine can contain a program decides which servers can be started
import { probeSandbox } from '../../../../sandbox/src/index.ts';
import { PROGRAM, scratch } from '../../support/support.ts';

const { is_contained } = await probeSandbox();
const SERVER = join(import.meta.dirname, '../../support/mcp/clinging-server.mjs');
const ENV = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };

/** The gateway of a folder with one server, and the processes of that server on this machine. */
class Clinging {
  readonly dir = scratch();
  readonly token = `clinging-${randomUUID()}`;

  constructor(kind: string, isolation: 'contained' | 'declared') {
    const installed = join(scratch(), 'package');
    mkdirSync(installed);
    copyFileSync(SERVER, join(installed, 'server.mjs'));
    chmodSync(dirname(installed), 0o755);
    const program = isolation === 'contained' ? 'server.mjs' : SERVER;
    const tools = ['sh', process.execPath];
    const envelope = { network_egress: 'none', filesystem_writes: [], secrets_access: [], tools };
    const server = {
      command: process.execPath,
      args: [program, kind, this.token],
      run: ['echo', 'big'],
      ...(isolation === 'contained' && { package: installed, envelope }),
    };
    writeFileSync(join(this.dir, 'mcp.json'), JSON.stringify({ servers: { files: server }, prefix: false }));
  }

  /** Starts the gateway; it serves when this resolves. */
  async start(): Promise<ChildProcess> {
    const gateway = spawn(process.execPath, [PROGRAM, 'mcp', 'serve', this.dir], { env: ENV });
    onTestFinished(() => void gateway.kill('SIGKILL'));
    let said = '';
    await new Promise<void>((resolve, reject) => {
      gateway.on('exit', () => reject(new Error(said)));
      gateway.stderr.on('data', (chunk) => {
        said += chunk;
        if (said.includes('tools are served')) resolve();
      });
    });
    return gateway;
  }

  /** The numbers of its processes that live, whatever number they have inside. */
  processes(): string[] {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.#isOwn(pid));
  }

  #isOwn(pid: string): boolean {
    const read = (name: string) => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'latin1');
      } catch {
        return '';
      }
    };
    return read('cmdline').includes(this.token) && !/\) [ZX] /.test(read('stat'));
  }
}

const END: Readonly<Record<string, (gateway: ChildProcess) => void>> = {
  'the end of its input': (gateway) => gateway.stdin?.end(),
  SIGTERM: (gateway) => gateway.kill('SIGTERM'),
  SIGKILL: (gateway) => gateway.kill('SIGKILL'),
};

for (const isolation of ['contained', 'declared'] as const) {
  for (const kind of ['plain', 'chain', 'daemon']) {
    for (const [reason, end] of Object.entries(END)) {
      test.skipIf(isolation === 'contained' && !is_contained)(
        `After ${reason} nothing is left of a ${isolation} server of the kind ${kind}.`,
        async () => {
          const clinging = new Clinging(kind, isolation);
          const gateway = await clinging.start();
          expect(clinging.processes().length).toBeGreaterThan(kind === 'plain' ? 0 : 1);
          end(gateway);
          await once(gateway, 'exit');
          if (reason !== 'SIGKILL') expect(clinging.processes()).toEqual([]);
          else if (isolation === 'declared') {
            const before = clinging.processes();
            await clinging.start();
            const after = clinging.processes();
            expect(before.filter((pid) => after.includes(pid))).toEqual([]);
          } else {
            // The kernel ends it, without anybody who asks for that.
            await expect.poll(() => clinging.processes()).toEqual([]);
          }
        },
      );
    }
  }
}

for (const isolation of ['contained', 'declared'] as const) {
  test.skipIf(isolation === 'contained' && !is_contained)(
    `A ${isolation} server that writes 10 MiB in one message is still there for the next call.`,
    async () => {
      const gateway = await new Clinging('plain', isolation).start();
      const ask = askOver(gateway);
      await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} });
      const big = await ask('tools/call', { name: 'big' });
      expect(big.length > 10 * 1_048_576 || big.includes('DELIVERY_ANSWER_TOO_LARGE')).toBe(true);
      expect(await ask('tools/call', { name: 'echo' })).toContain('"text":"echo"');
    },
  );
}

/** Asks a gateway over its pipes; clients of the SDK read no message of this size. */
function askOver({ stdin, stdout }: ChildProcess) {
  const chunks: Buffer[] = [];
  const waiting: ((line: string) => void)[] = [];
  (stdout as Readable).on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunk.at(-1) !== 0x0a) return;
    const lines = Buffer.concat(chunks.splice(0)).toString('utf8').trimEnd().split('\n');
    for (const line of lines) if (line.includes('"id":')) waiting.shift()?.(line);
  });
  let id = 0;
  return (method: string, params: object): Promise<string> => {
    id += 1;
    stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return new Promise((resolve) => waiting.push(resolve));
  };
}
