import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { writeWhole } from '../base/write-file.ts';
import { readText } from '../input/read-text.ts';
import { jsonText } from '../print/json.ts';

const NAME = 'imports.json';

const imports = z.array(
  z.strictObject({
    file: z.string(),
    backup: z.string(),
    /** The hash of what was written: a file that is another one by now is not overwritten. */
    written: z.string(),
    /** The servers that were added to mcp.json. */
    added: z.array(z.string()),
    at: z.string(),
  }),
);

/** An import that can be undone. */
export type ImportRecord = z.infer<typeof imports>[number];

/** The imports of a folder, the first one first. @throws {CliError} for a file that somebody damaged */
export async function readImports(terminal: Terminal, dir: string): Promise<ImportRecord[]> {
  const file = join(dir, NAME);
  const reading = await readText(terminal, file);
  if (!reading.ok && /no such file/i.test(reading.message)) return [];
  const parsed = reading.ok ? imports.safeParse(jsonOf(reading.text)) : null;
  if (parsed?.success === true) return parsed.data;
  throw new CliError([fileProblem(file, 'UNREADABLE', 'This is not the list of imports that wcp wrote.')]);
}

export async function writeImports(dir: string, list: readonly ImportRecord[]): Promise<void> {
  await writeWhole(join(dir, NAME), jsonText(list), { force: true });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
