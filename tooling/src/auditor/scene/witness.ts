import { join } from 'node:path';
import type { Machine, Served } from './machine.ts';

/** A witness of the scene: a server of its own, in a folder of its own. */
export class SceneWitness {
  /** What `wcp witness init` printed. */
  readonly key: string;
  readonly #machine: Machine;
  readonly #dir: string;
  #served: Served | null = null;
  #url = '';

  private constructor(machine: Machine, dir: string, key: string) {
    this.#machine = machine;
    this.#dir = dir;
    this.key = key;
  }

  static async init(machine: Machine, place: string, name: string): Promise<SceneWitness> {
    const dir = join(place, name.replace(/\W/g, '-'));
    const { out } = await succeed(machine, ['witness', 'init', dir, '--name', name, '--json']);
    return new SceneWitness(machine, dir, (JSON.parse(out) as { key: string }).key);
  }

  /** Its line in `server.json`. */
  get settings(): { readonly key: string; readonly url: string } {
    return { key: this.key, url: this.#url };
  }

  async watch(verifierKey: string, from_size = 0): Promise<void> {
    const size = ['--from-size', String(from_size)];
    await succeed(this.#machine, ['witness', 'watch', this.#dir, verifierKey, ...size]);
  }

  /** Starts it, or starts it again where it was. */
  async start(): Promise<void> {
    await this.stop();
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const args = ['witness', 'serve', this.#dir, '--port', port, '--json'];
    this.#served = await this.#machine.serve(args, /"listening": ?"[^"]+"/);
    this.#url = /"listening": ?"([^"]+)"/.exec(this.#served.out)?.[1] ?? '';
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    this.#served = null;
  }
}

/** Runs a command that must succeed. @throws with what it printed, where it does not */
export async function succeed(
  machine: Machine,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly out: string }> {
  const { code, out, err } = await machine.run(args, env);
  if (code !== 0) throw new Error(`\`wcp ${args.join(' ')}\` ended with ${code}:\n${out}${err}`);
  return { out };
}
