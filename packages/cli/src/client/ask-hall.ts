import { Gathering } from '../io/gathering.ts';
import { type JsonDocument, readJsonDocument } from '../io/json-document.ts';
import type { Terminal } from '../terminal.ts';
import { type HallOptions, hallOf } from './hall-options.ts';

/** What a Hall answered to a request, and the file that it came from. */
export interface HallAnswer<T> {
  readonly answer: T;
  readonly input: JsonDocument;
}

/**
 * Sends the request in a file to a Hall, as it stands there. One that is JSON but no RouteInput is sent:
 * denying it is the Hall's business.
 *
 * @throws {BadInput}
 */
export async function askHall<T>(
  terminal: Terminal,
  path: string,
  file: string,
  options: HallOptions,
): Promise<HallAnswer<T>> {
  const client = hallOf(terminal, options);
  const gathering = new Gathering(terminal);
  const text = await gathering.text(file);
  const input = readJsonDocument(file, text ?? 'null');
  gathering.add(...input.problems);
  gathering.settle();
  return { answer: await client.post<T>(path, text, { document: input, root: '' }), input };
}
