import { join, posix } from 'node:path';
import { readRegularFile, withRegularFile } from '@wcp/evidence/file';
import { membersOf, ownMember } from '../../base/members.ts';
import { UpstreamError } from '../upstream-error.ts';
import { jsonOfBytes } from './json-bytes.ts';
import type { LaunchedPackage } from './launcher.ts';

const MAX_MANIFEST = 1_048_576;
const MAX_FIRST_LINE = 256;

/** The program of an installed package, in the folder of its files, as `npx` would choose it. @throws {UpstreamError} */
export async function packageProgram(files: string, launched: LaunchedPackage): Promise<string> {
  const folder = `node_modules/${launched.name}`;
  const manifest = await readRegularFile(join(files, folder, 'package.json'), MAX_MANIFEST);
  const path = chosen(jsonOfBytes(manifest), launched);
  const program = posix.normalize(`${folder}/${path}`);
  if (!program.startsWith(`${folder}/`)) throw unusable(launched, 'lies outside of it');
  await checkNode(join(files, program), launched);
  return program;
}

function chosen(manifest: unknown, launched: LaunchedPackage): string {
  const bin = ownMember(manifest, 'bin');
  const short = launched.name.replace(/^@[^/]*\//, '');
  const programs = typeof bin === 'string' ? { [short]: bin } : membersOf(bin);
  const names = Object.keys(programs);
  const isOneProgram = new Set(Object.values(programs)).size === 1;
  const name = launched.program ?? (isOneProgram ? names[0] : short) ?? short;
  const path = ownMember(programs, name);
  if (typeof path === 'string') return path;
  const listed = names.slice(0, 8).map((each) => JSON.stringify(each.slice(0, 64)));
  throw unusable(
    launched,
    names.length === 0
      ? 'is not there: it has none'
      : `is not clear: name one with --package, of ${listed.join(', ')}`,
  );
}

/** Whether Node runs it: what a shell would start otherwise could be anything of this machine. */
async function checkNode(place: string, launched: LaunchedPackage): Promise<void> {
  const first = await firstLine(place).catch(() => null);
  if (first === null) throw unusable(launched, 'is not among its files');
  const isNode = first.startsWith('#!')
    ? /^#!\s*(?:\S*\/env (?:-S )?)?(?:\S*\/)?node(?:\s|$)/.test(first)
    : /\.[cm]?js$/.test(place);
  if (!isNode) throw unusable(launched, 'is not for Node');
}

function firstLine(place: string): Promise<string> {
  return withRegularFile(place, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_FIRST_LINE), 0, MAX_FIRST_LINE, 0);
    return buffer.toString('latin1', 0, bytesRead).split('\n')[0] ?? '';
  });
}

function unusable({ name }: LaunchedPackage, why: string): UpstreamError {
  const message = `The program of the package ${JSON.stringify(name)} ${why}.`;
  return new UpstreamError('DELIVERY_START_FAILED', { message });
}
