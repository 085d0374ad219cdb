import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../src/repository/root.ts';

/** What stands in the examples of the page for what is another thing on each machine. */
const PLACEHOLDERS = {
  address: 'http://127.0.0.1:39685',
  approval: '01a2…',
  notes: '/srv/notes',
  workers: '/srv/workers',
} as const;

/** What takes the place of an example. */
export type Filling = Partial<Readonly<Record<keyof typeof PLACEHOLDERS, string>>>;

/** `docs/mcp.md`, of which each block of code is typed once, in its order. */
export class Guide {
  readonly #blocks: { readonly language: string; readonly text: string }[];

  constructor() {
    const page = readFileSync(join(ROOT, 'docs', 'mcp.md'), 'utf8');
    this.#blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language = '', text = '']) => ({
      language,
      text,
    }));
  }

  /** How many blocks were not taken. */
  get left(): number {
    return this.#blocks.length;
  }

  /**
   * The next block of the page, with the reader's own address, approval and folder in it.
   *
   * @param first what it must begin with, so that a page that was rewritten is noticed
   * @throws where the page goes on differently
   */
  next(first: string, filling: Filling = {}): string {
    const block = this.#blocks.shift();
    if (block === undefined || !block.text.trimStart().startsWith(first))
      throw new Error(`docs/mcp.md should go on with "${first}", not with "${block?.text.slice(0, 80)}".`);
    return Object.entries(filling).reduce(
      (text, [name, value]) => text.replaceAll(PLACEHOLDERS[name as keyof typeof PLACEHOLDERS], value),
      block.text,
    );
  }
}
