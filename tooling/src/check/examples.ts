import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../repository/root.ts';
import { readPackages, type WorkspacePackage } from '../repository/workspace.ts';
import type { CheckFinding } from './finding.ts';
import { type PublicExport, publicExports } from './public-exports.ts';

/** An example as a file of its own. */
interface ExampleFile {
  /** From the folder of the examples: `router/decide-1.mts`. */
  readonly path: string;
  readonly code: string;
  readonly exported: PublicExport;
}

/**
 * Every exported function and class without an `@example` in its doc comment, and every example that does not
 * compile by itself against the built packages, imported by their published names.
 */
export function checkExamples(root: string): CheckFinding[] {
  const packages = readPackages(root);
  const exports = packages.map((found) => ({ folder: found.folder, exports: publicExports(root, found) }));
  const missing = exports.flatMap((each) => each.exports).filter(({ examples }) => examples.length === 0);
  const files = exports.flatMap((each) => exampleFiles(each.folder, each.exports));
  const unreadable = files.flatMap(syntaxErrors);
  // The compiler looks at no type while any file has a syntax error.
  const readable = files.filter((file) => syntaxErrors(file).length === 0);
  return [
    ...missing.map(({ place, name, specifiers }) => `${place}: ${name} (${specifiers[0]}) has no @example`),
    ...unreadable,
    ...(readable.length === 0 ? [] : typeErrors(layOut(root, packages, readable), readable)),
  ];
}

function exampleFiles(folder: string, exports: readonly PublicExport[]): ExampleFile[] {
  const short = folder.replace(/^packages\//, '');
  return exports.flatMap((exported) =>
    exported.examples.map((code, index) => ({
      path: join(short, `${exported.name}-${index + 1}.mts`),
      code: `${code}\n`,
      exported,
    })),
  );
}

/**
 * Writes the examples as a project and gives its folder. Each package's examples stand in a folder of their
 * own, with the dependencies of that package and every package of the workspace beside them.
 */
function layOut(root: string, packages: readonly WorkspacePackage[], files: readonly ExampleFile[]): string {
  const folder = join(root, 'node_modules/.cache/wcp-examples');
  rmSync(folder, { recursive: true, force: true });
  for (const { name, folder: source } of packages) {
    link(join(root, source), join(folder, 'node_modules', name));
    const own = join(folder, source.replace(/^packages\//, ''), 'node_modules');
    if (existsSync(join(root, source, 'node_modules'))) link(join(root, source, 'node_modules'), own);
  }
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settingsFor(files)));
  return folder;
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** The settings of a careful user, but that an example may leave a result unused. */
function settingsFor(files: readonly ExampleFile[]): object {
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    moduleDetection: 'force',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    resolveJsonModule: true,
    noEmit: true,
  };
  return { compilerOptions, files: files.map(({ path }) => path) };
}

/** What keeps an example from being TypeScript at all. */
function syntaxErrors({ path, code, exported }: ExampleFile): CheckFinding[] {
  const { diagnostics = [] } = ts.transpileModule(code, { fileName: path, reportDiagnostics: true });
  return diagnostics.slice(0, 1).map(({ messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    return `${exported.place}: the example of ${exported.name} is not TypeScript: ${message}`;
  });
}

/** What the compiler says, at the places of the declarations that the examples belong to. */
function typeErrors(folder: string, files: readonly ExampleFile[]): CheckFinding[] {
  const { status, stdout, stderr, error } = spawnSync(
    join(ROOT, 'node_modules/.bin/tsc'),
    ['--project', folder, '--pretty', 'false'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) throw error;
  if (status === 0) return [];
  const found = stdout.split('\n').flatMap((line) => {
    const [, path = '', row = '', message = ''] = /^(.+\.mts)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const file = files.find((each) => path.endsWith(each.path));
    if (file === undefined) return [];
    return [`${file.exported.place}: the example of ${file.exported.name}, line ${row}: ${message}`];
  });
  return found.length > 0 ? found : [`the examples could not be compiled: ${stdout}${stderr}`];
}
