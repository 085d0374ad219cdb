import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { PATH } from '../client/programs.ts';
import { claudeEnv } from '../model/run-claude.ts';
import type { Registry } from './registry.ts';

const LIMIT_MS = 240_000;

/** Somebody with an empty home and a shell, in which each line finds the folder and the variables of the last one. */
export class Newcomer {
  readonly home: string;
  readonly #state: string;
  readonly env: Record<string, string>;

  constructor(parent: string, registry: Registry, programs: string) {
    this.home = join(parent, 'newcomer');
    this.#state = join(parent, 'shell');
    const prefix = join(this.home, '.npm-global');
    const path = [join(prefix, 'bin'), dirname(process.execPath), programs, ...withoutPackages(PATH)].join(
      ':',
    );
    mkdirSync(this.home);
    writeFileSync(this.#state, `cd ${this.home}\n`);
    this.env = {
      ...claudeEnv(this.home, path),
      ...passedOn(),
      npm_config_prefix: prefix,
      npm_config_userconfig: join(homedir(), '.npmrc'),
      'npm_config_@wcp:registry': registry.url,
    };
  }

  /**
   * Types lines into the shell, and gives what they print, as on a screen.
   *
   * @throws with it where a line fails
   */
  type(lines: string): Promise<string> {
    const state = `{ export -p; echo "cd '$PWD'"; } > ${this.#state}`;
    const script = `. ${this.#state}\nset -e\nexec 2>&1\n${lines}\n${state}`;
    return new Promise((resolve, reject) => {
      const options = { env: this.env, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile('bash', ['-c', script], options, (error, printed) => {
        if (error === null) resolve(printed);
        else reject(new Error(`$ ${lines.trim()}\n${printed}`));
      });
      child.stdin?.end();
    });
  }
}

/** By which this machine reaches the registry. */
function passedOn(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) =>
    /^(?:https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_\w+)$/i.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

/** A newcomer has none of this repository's programs. */
function withoutPackages(path: string): string[] {
  return path.split(':').filter((dir) => !dir.endsWith('node_modules/.bin'));
}
