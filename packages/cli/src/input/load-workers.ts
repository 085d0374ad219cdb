import type { InputReader } from './input-reader.ts';
import { workerFiles } from './worker-files.ts';
import type { WorkerSource } from './world-diagnostics.ts';

/** The records in the files and folders that the user named: one record a file, or a list of records. */
export async function loadWorkers(reader: InputReader, named: readonly string[]): Promise<WorkerSource[]> {
  const workers: WorkerSource[] = [];
  for (const file of await workerFiles(reader, named)) {
    const document = await reader.json(file);
    if (document === null) continue;
    const { value } = document;
    if (!Array.isArray(value)) workers.push({ document, root: '', value });
    else
      workers.push(...value.map((each, index) => ({ document, root: `/${index}`, value: each as unknown })));
  }
  return workers;
}
