/**
 * A body that is JSON already and is sent exactly as it is, for example a file that a person wrote: the Hall
 * then judges that very text.
 *
 * @example
 * import { createHallClient, JsonText } from '@wcp/client';
 *
 * declare const text: string;
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * const decision = await hall.route(new JsonText(text));
 * console.log(decision.outcome);
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
