import ts from 'typescript';
import { listFiles } from '../repository/files.ts';
import { lineOf, parseFile } from '../repository/source-file.ts';
import type { CheckFinding } from './finding.ts';

const TESTS = /^(?:(?:packages|workers)\/[^/]+\/tests|tooling\/tests|examples)\/.*\.[cm]?ts$/;
const CLOCK = /^(?:performance|Date|process)\.(?:now|hrtime|hrtime\.bigint|cpuUsage|uptime)$/;
/** Such a call gives what has passed, since an earlier reading that it takes or while it was watched. */
const SINCE = /^(?:process\.(?:hrtime|cpuUsage)|monitorEventLoopDelay)$/;
const UPPER_BOUNDS = new Set(['toBeLessThan', 'toBeLessThanOrEqual']);
const LOWER_BOUNDS = new Set(['toBeGreaterThan', 'toBeGreaterThanOrEqual']);
const LESS = new Set([ts.SyntaxKind.LessThanToken, ts.SyntaxKind.LessThanEqualsToken]);

/**
 * Every place of a test that expects an elapsed time to be short: on a busy machine it would fail although nothing is
 * wrong. An input that a bad algorithm handles for minutes, a far end that the test's own time limit comes before, or a
 * count of steps says the same without a clock. That something took at least so long may be expected.
 */
export function checkElapsedTime(root: string): CheckFinding[] {
  return listFiles(root)
    .filter((file) => TESTS.test(file))
    .map((file) => parseFile(root, file))
    .flatMap((file) => {
      const names = elapsedNames(file);
      return nodesOf(file)
        .filter((node) => isUpperBound(node, names))
        .map((node) => `${file.fileName}:${lineOf(node)}: expects an elapsed time to be short`);
    });
}

/** The variables and members of a file that hold an elapsed time, and those made of them. */
function elapsedNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const assigned = nodesOf(file).flatMap(assignmentOf);
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const { target, value } of assigned) {
      if (holdsElapsed(value, names)) for (const name of namesIn(target)) names.add(name);
    }
  }
  return names;
}

function assignmentOf(node: ts.Node): { readonly target: ts.Node; readonly value: ts.Node }[] {
  if ((ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) && node.initializer !== undefined) {
    return isFunction(node.initializer) ? [] : [{ target: node.name, value: node.initializer }];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return [{ target: node.left, value: node.right }];
  }
  return [];
}

const isFunction = (node: ts.Node) => ts.isArrowFunction(node) || ts.isFunctionExpression(node);

/** The names that a value is given to. */
function namesIn(target: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(target)) return [target.name.text];
  return nodesOf(target).flatMap((node) => (ts.isIdentifier(node) ? [node.text] : []));
}

/** Whether a value holds a difference of two readings of a clock. */
function holdsElapsed(value: ts.Node, names: ReadonlySet<string>): boolean {
  return nodesOf(value).some((node) => {
    if (ts.isIdentifier(node)) return names.has(node.text);
    if (ts.isCallExpression(node)) return SINCE.test(node.expression.getText()) && node.arguments.length > 0;
    return isDifference(node) && nodesOf(node).some(isReading);
  });
}

const isReading = (node: ts.Node) => ts.isCallExpression(node) && CLOCK.test(node.expression.getText());
const isDifference = (node: ts.Node) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.MinusToken;

/** `expect(elapsed).toBeLessThan(…)`, `expect(elapsed).not.toBeGreaterThan(…)`, or `elapsed < …`. */
function isUpperBound(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isBinaryExpression(node)) {
    return LESS.has(node.operatorToken.kind as ts.SyntaxKind.LessThanToken) && holdsElapsed(node.left, names);
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression } = node.expression;
  const isNegated = ts.isPropertyAccessExpression(expression) && expression.name.text === 'not';
  const expected = isNegated ? expression.expression : expression;
  const bounds = isNegated ? LOWER_BOUNDS : UPPER_BOUNDS;
  return bounds.has(name.text) && ts.isCallExpression(expected) && holdsElapsed(expected, names);
}

/** A node with everything in it. */
function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node];
  ts.forEachChild(node, (child) => void nodes.push(...nodesOf(child)));
  return nodes;
}
