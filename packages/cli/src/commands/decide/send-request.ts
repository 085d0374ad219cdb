import { type HallClient, JsonText } from '@wcp/client';
import type { Terminal } from '../../base/terminal.ts';
import { sentFrom } from '../../client/hall-errors.ts';
import { InputReader } from '../../input/input-reader.ts';
import { type JsonDocument, readJsonDocument } from '../../input/json-document.ts';
import { type HallOptions, hallOf } from '../hall-options.ts';

/** What a Hall answered, and the file that the request came from. */
export interface HallAnswer<T> {
  readonly answer: T;
  readonly input: JsonDocument;
}

/**
 * Sends the request in a file to a Hall, unchanged. JSON that is not a RouteInput is sent too:
 * denying it is up to the Hall.
 *
 * @throws {CliError}
 */
export async function sendRequest<T>(
  terminal: Terminal,
  file: string,
  options: HallOptions,
  send: (client: HallClient, request: JsonText) => Promise<T>,
): Promise<HallAnswer<T>> {
  const client = hallOf(terminal, options);
  const reader = new InputReader(terminal);
  const text = (await reader.text(file)) ?? 'null';
  const input = readJsonDocument(file, text);
  reader.add(...input.problems);
  reader.throwErrors();
  const answer = sentFrom({ document: input, root: '' }, send(client, new JsonText(text)));
  return { answer: await answer, input };
}
