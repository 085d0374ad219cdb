/** Starts a program that lists its descriptors in each way that this package has, and prints what each listed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { childStdio, programOutput, sandboxed } from '../../src/index.ts';

const LIST = `
const fs = require('node:fs');
const links = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
  try { return [fs.readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; }
});
console.log(links.filter((link) => link.includes('wcp-descriptor-')).join(' '));`;
const command = [process.execPath, '-e', LIST];

async function started(stdio: readonly ('pipe' | 'ignore' | number)[]): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: {}, stdio: [...stdio] });
  const [out] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'close')]);
  return out.trim();
}

async function declared(): Promise<string> {
  const run = await sandboxed({ command, package: [], envelope: {}, isolation: 'declared' });
  const out = run.process.stdout === null ? '' : await text(run.process.stdout);
  await run.close();
  return out.trim();
}

const { stdio, close } = childStdio();
const child = await started(stdio);
close();
const output = (await programOutput(command, { env: {} })).toString().trim();
// Last, and where no sandbox can be made: this is the way without one.
process.env['PATH'] = '';
const seen = { plain: await started(['pipe', 'pipe', 'pipe']), child, output, declared: await declared() };
console.log(JSON.stringify(seen));
