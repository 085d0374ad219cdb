import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import type { InputReader } from './input-reader.ts';
import type { WorkerSource } from './world-diagnostics.ts';

/** The records in the files and folders that the user named: one record per file, or a list of records. */
export async function loadWorkers(reader: InputReader, paths: readonly string[]): Promise<WorkerSource[]> {
  const workers: WorkerSource[] = [];
  for (const file of await workerFiles(reader, paths)) {
    const document = await reader.json(file);
    if (document === null) continue;
    const { value } = document;
    if (!Array.isArray(value)) workers.push({ document, root: '', value });
    else
      workers.push(...value.map((each, index) => ({ document, root: `/${index}`, value: each as unknown })));
  }
  return workers;
}

const RECORD = 'registry_record.json';

/**
 * The files of registry records that the user named. For a folder: its `registry_record.json`, else
 * those of the folders in it, else every `*.json` in it.
 */
export async function workerFiles(reader: InputReader, paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(paths.map((path) => filesOf(reader, path)));
  return lists.flat();
}

async function filesOf(reader: InputReader, name: string): Promise<string[]> {
  if (name === '-' || !(await isFolder(name))) return [name];
  try {
    const found = await recordsIn(name);
    if (found.length > 0) return found;
    reader.add(fileProblem(name, 'NO_RECORDS', `This folder contains no ${RECORD} and no other JSON file.`));
  } catch (error) {
    reader.add(fileProblem(name, 'UNREADABLE', reasonOf(error)));
  }
  return [];
}

async function recordsIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some((entry) => entry.name === RECORD)) return [join(folder, RECORD)];
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name, RECORD));
  const present = await Promise.all(inside.map(isFile));
  const records = inside.filter((_, index) => present[index]);
  if (records.length > 0) return records;
  return entries.filter(({ name }) => name.endsWith('.json')).map(({ name }) => join(folder, name));
}

const isFolder = (path: string) => stat(path).then((found) => found.isDirectory(), absent);
const isFile = (path: string) => stat(path).then((found) => found.isFile(), absent);
const absent = () => false;
