import { join } from 'node:path';
import type { DeploymentFinding } from '@wcp/hall';
import { usageError } from '../base/cli-error.ts';
import { fileProblem, type Problem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { findingProblem, type JsonDocument, readJsonDocument } from '../input/json-document.ts';
import { readText } from '../input/read-text.ts';

/** The findings about a Hall's folder, each at its place in its file. */
export async function problemsOfFolder(
  terminal: Terminal,
  dir: string,
  findings: readonly DeploymentFinding[],
): Promise<Problem[]> {
  const documents = new Map<string, JsonDocument>();
  for (const { file } of findings) {
    if (file === null || documents.has(file) || !file.endsWith('.json')) continue;
    const reading = await readText(terminal, join(dir, file));
    if (reading.ok) documents.set(file, readJsonDocument(join(dir, file), reading.text));
  }
  return findings.flatMap((finding) => place(dir, finding, documents.get(finding.file ?? '')));
}

/** Syntax errors are reported by the reader of this tool, which knows the place of each. */
function place(
  dir: string,
  finding: DeploymentFinding,
  document: JsonDocument | undefined,
): readonly Problem[] {
  const { file, path, code, message } = finding;
  if (file === null) {
    return code === 'UNUSABLE' ? [fileProblem(dir, code, message)] : usageError(message).problems;
  }
  if (document !== undefined && document.problems.length > 0) return document.problems;
  if (document === undefined || path === null) return [fileProblem(join(dir, file), code, message)];
  return [findingProblem(join(dir, file), { path, code, message }, document.placeOf)];
}
