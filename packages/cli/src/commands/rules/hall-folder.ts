import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { GateExamination, GateExaminationOptions } from '@wcp/hall';
import type { Problem } from '../../base/problem.ts';
import type { InputReader } from '../../input/input-reader.ts';

/** The rule files that a user named; a folder of a Hall stands for the one in it. */
export function rulesIn(files: readonly string[]): string[] {
  return files.map((file) => (isFolder(file) ? join(file, 'rules.json') : file));
}

/** The gates of the folders among what a user named; what is wrong with their policies is a problem. */
export async function readGates(
  reader: InputReader,
  files: readonly string[],
  options: GateExaminationOptions,
): Promise<GateExamination[]> {
  const folders = files.filter(isFolder);
  if (folders.length === 0) return [];
  // The server is loaded for folders alone: a rule file needs none of it.
  const { examineGate } = await import('@wcp/hall');
  const gates: GateExamination[] = [];
  for (const folder of folders) {
    const gate = await examineGate(folder, options);
    reader.add(...(gate?.findings ?? []).map((finding) => policyProblem(folder, finding)));
    if (gate !== null) gates.push(gate);
  }
  return gates;
}

function isFolder(file: string): boolean {
  return file !== '-' && statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

type PolicyFinding = GateExamination['findings'][number];

function policyProblem(folder: string, { file, line, code, message, remedy }: PolicyFinding): Problem {
  return {
    level: 'error',
    file: join(folder, file ?? 'server.json'),
    place: line === null ? null : { line, column: 1 },
    path: null,
    code,
    message: `${message} ${remedy}`,
  };
}
