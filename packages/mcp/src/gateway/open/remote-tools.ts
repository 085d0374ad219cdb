import type { PinnedTool } from '../../catalog/tool-catalog.ts';
import { Listeners } from '../../upstream/listeners.ts';

/** The tools of a Hall elsewhere, read again every so often. */
export class RemoteTools {
  readonly #read: () => Promise<readonly PinnedTool[]>;
  readonly #changed = new Listeners<[]>();
  readonly #timer: NodeJS.Timeout;
  #tools: readonly PinnedTool[] = [];

  private constructor(read: () => Promise<readonly PinnedTool[]>, interval_ms: number) {
    this.#read = read;
    this.#timer = setInterval(() => {
      // While the Hall does not answer, its calls fail by themselves.
      this.#look().catch(() => {});
    }, interval_ms);
    this.#timer.unref();
  }

  static async open(read: () => Promise<readonly PinnedTool[]>, interval_ms: number): Promise<RemoteTools> {
    const tools = new RemoteTools(read, interval_ms);
    try {
      await tools.#look();
      return tools;
    } catch (error) {
      tools.close();
      throw error;
    }
  }

  tools(): readonly PinnedTool[] {
    return this.#tools;
  }

  onChanged(listen: () => void): () => void {
    return this.#changed.add(listen);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const before = JSON.stringify(this.#tools);
    this.#tools = await this.#read();
    if (JSON.stringify(this.#tools) !== before) this.#changed.tell();
  }
}
