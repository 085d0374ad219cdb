import { join } from 'node:path';
import type { DeploymentFinding } from '@wcp/hall';
import { usageError } from '../base/cli-error.ts';
import { fileProblem, type Problem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { findingProblem, type JsonDocument, readJsonDocument } from '../input/json-document.ts';
import { readText } from '../input/read-text.ts';

/** The problems of a Hall's folder, each at its place in its file. */
export async function placeProblems(
  terminal: Terminal,
  dir: string,
  problems: readonly DeploymentFinding[],
): Promise<Problem[]> {
  const documents = new Map<string, JsonDocument>();
  for (const { file } of problems) {
    if (file === null || documents.has(file) || !file.endsWith('.json')) continue;
    const reading = await readText(terminal, join(dir, file));
    if (reading.ok) documents.set(file, readJsonDocument(join(dir, file), reading.text));
  }
  return problems.flatMap((problem) => place(dir, problem, documents.get(problem.file ?? '')));
}

/** What keeps a file from being JSON is told by the reader of this tool, which knows each place. */
function place(
  dir: string,
  problem: DeploymentFinding,
  document: JsonDocument | undefined,
): readonly Problem[] {
  const { file, path, code, message } = problem;
  if (file === null) {
    return code === 'UNUSABLE' ? [fileProblem(dir, code, message)] : usageError(message).problems;
  }
  if (document !== undefined && document.problems.length > 0) return document.problems;
  if (document === undefined || path === null) return [fileProblem(join(dir, file), code, message)];
  return [findingProblem(join(dir, file), { path, code, message }, document.placeOf)];
}
