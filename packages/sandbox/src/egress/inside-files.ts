import { readdirSync, readFileSync } from 'node:fs';
import type { EgressTarget } from './allowlist.ts';
import type { InsideSettings } from './inside/routes.ts';

/** A file for the sandbox. */
export interface InsideFile {
  /** Absolute, as the program in the sandbox sees it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Where the folder of sockets is bound. */
const SOCKETS = '/run/egress';
/** Where the files are put. */
const FILES = '/run/wcp/egress';
/** The port of the forwarder, on the loopback of the sandbox. */
const PORT = 3128;
/** The socket that is told of refused hosts. */
export const REFUSED_SOCKET = 'refused';

/** Built, the programs are one file; as sources they are a folder of modules, which Node runs as they are. */
const isSource = import.meta.url.endsWith('.ts');
const program = isSource ? `${FILES}/main.ts` : `${FILES}/main.mjs`;

/** Node's arguments that make the routes transparent to the program. They come before any other `--import`. */
export const PRELOAD_ARGUMENTS: readonly string[] = ['--import', program];
/** Node's arguments that start the forwarder and then a command, which follows them. */
export const FORWARDER_ARGUMENTS: readonly string[] = [program, '--'];

/** The sockets of a target. */
export function socketsOf(index: number): { readonly socket: string; readonly names: string } {
  return { socket: `${index}`, names: `${index}.names` };
}

/** The programs and their settings. */
export function insideFiles(targets: readonly EgressTarget[]): InsideFile[] {
  const routes = targets.map((target, index) => {
    const { socket, names } = socketsOf(index);
    return { ...target, socket: `${SOCKETS}/${socket}`, names: `${SOCKETS}/${names}` };
  });
  const settings: InsideSettings = { routes, refused: `${SOCKETS}/${REFUSED_SOCKET}`, port: PORT };
  return [
    ...programFiles(),
    { path: `${FILES}/settings.json`, bytes: Buffer.from(JSON.stringify(settings)) },
  ];
}

/** Variables with which programs find the forwarder; curl reads the small ones, others the capitals. */
export function forwarderVariables(targets: readonly EgressTarget[]): Record<string, string> {
  const proxy = `http://127.0.0.1:${PORT}`;
  const variables = { https_proxy: proxy, http_proxy: proxy, no_proxy: ownHosts(targets) };
  const capitals = Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...variables, ...Object.fromEntries(capitals) };
}

/** The sandbox's own loopback needs no forwarder, but for a loopback host that is listed. */
function ownHosts(targets: readonly EgressTarget[]): string {
  const listed = new Set(targets.map(({ host }) => host));
  return ['localhost', '127.0.0.1', '::1'].filter((host) => !listed.has(host)).join(',');
}

function programFiles(): InsideFile[] {
  if (!isSource) return [{ path: program, bytes: readFileSync(new URL('./bundle.js', distFolder())) }];
  const folder = new URL('./inside/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.map((name) => ({ path: `${FILES}/${name}`, bytes: readFileSync(new URL(name, folder)) }));
}

/** This module may have become part of any file of the build. */
function distFolder(): URL {
  const end = import.meta.url.lastIndexOf('/dist/') + '/dist/'.length;
  return new URL(import.meta.url.slice(0, end));
}
