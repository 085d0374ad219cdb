import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of the workspace. */
export interface WorkspacePackage {
  /** As it is published: `@wcp/router`. */
  readonly name: string;
  /** From the folder of the repository: `packages/router`. */
  readonly folder: string;
  /** The sources of its export map by subpath: `./log` to `packages/evidence/src/log/index.ts`. */
  readonly entries: ReadonlyMap<string, string>;
}

/** The packages under `packages/`. */
export function readPackages(root: string): WorkspacePackage[] {
  return packagesIn(root, 'packages');
}

/** Every package of the workspace that holds code: `packages/*`, `workers/*` and `tooling`. */
export function readWorkspace(root: string): WorkspacePackage[] {
  const tooling = existsSync(join(root, 'tooling/package.json')) ? [readPackage(root, 'tooling')] : [];
  return [...packagesIn(root, 'packages'), ...packagesIn(root, 'workers'), ...tooling];
}

function packagesIn(root: string, parent: string): WorkspacePackage[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .sort()
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readPackage(root, folder));
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const entries = new Map<string, string>();
  for (const [subpath, target] of Object.entries(exports)) {
    const code = /^\.\/dist\/(.+)\.js$/.exec(String(Object(target).default))?.[1];
    if (code !== undefined) entries.set(subpath, join(folder, 'src', `${code}.ts`));
  }
  return { name, folder, entries };
}
