import { join } from 'node:path';
import ts from 'typescript';
import { listFiles } from '../repository/files.ts';
import { lineOf, parseFile } from '../repository/source-file.ts';
import { readWorkspace } from '../repository/workspace.ts';
import type { CheckFinding } from './finding.ts';

/** A function and how many lines it has. */
interface FunctionLength {
  readonly name: string;
  /** `path:line`. */
  readonly place: string;
  readonly lines: number;
}

/** The lengths of the functions of a package. */
export interface PackageLengths {
  readonly folder: string;
  readonly functions: readonly FunctionLength[];
  readonly p50: number;
  readonly p90: number;
  readonly longest: FunctionLength | undefined;
}

/** The longest that a function may be, in lines, and what nine functions in ten may be. */
interface LengthLimit {
  readonly folder: string;
  readonly max: number;
  readonly p90: number;
}

const LIMITS: readonly LengthLimit[] = [
  'packages/cli',
  'packages/client',
  'packages/conformance',
  'packages/evidence',
  'packages/hall',
  'packages/router',
  'packages/spec',
  'packages/telemetry',
  'packages/worker-kit',
  'tooling',
].map((folder) => ({ folder, max: 40, p90: folder === 'packages/cli' ? 16 : 15 }));

/** Every function over the limit of its package, and every package whose functions are too long as a whole. */
export function checkLengths(root: string): CheckFinding[] {
  const lengths = measurePackages(root);
  return LIMITS.flatMap(({ folder, max, p90 }) => {
    const measured = lengths.find((each) => each.folder === folder);
    if (measured === undefined) return [];
    const long = measured.functions.filter(({ lines }) => lines > max);
    return [
      ...long.map(({ name, place, lines }) => `${place}: ${name} has ${lines} lines; ${max} are allowed`),
      ...(measured.p90 > p90
        ? [`${folder}/src: nine in ten functions must have at most ${p90} lines, not ${measured.p90}`]
        : []),
    ];
  });
}

/** The lengths of every package of the workspace. */
export function measurePackages(root: string): PackageLengths[] {
  const files = listFiles(root).filter((file) => file.endsWith('.ts'));
  return readWorkspace(root).map(({ folder }) => {
    const sources = files.filter((file) => file.startsWith(join(folder, 'src/')));
    const functions = sources.flatMap((file) => measureFile(parseFile(root, file)));
    const sorted = functions.toSorted((a, b) => a.lines - b.lines);
    return {
      folder,
      functions,
      p50: quantile(sorted, 0.5),
      p90: quantile(sorted, 0.9),
      longest: sorted.at(-1),
    };
  });
}

function quantile(sorted: readonly FunctionLength[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.lines ?? 0;
}

/** Every function of a file that has a body, those inside of others included. */
function measureFile(file: ts.SourceFile): FunctionLength[] {
  const found: FunctionLength[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) found.push(measure(file, node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function measure(file: ts.SourceFile, node: ts.SignatureDeclaration): FunctionLength {
  const first = lineOf(node);
  const last = file.getLineAndCharacterOfPosition(node.end).line + 1;
  return { name: nameOf(node), place: `${file.fileName}:${first}`, lines: last - first + 1 };
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  const isNamed = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return isNamed ? parent.name.getText() : 'a function without a name';
}
