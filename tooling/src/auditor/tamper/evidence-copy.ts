import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON value that a tampering may change in place. */
// biome-ignore lint/suspicious/noExplicitAny: a thief writes whatever they like wherever they like.
export type Loose = any;

/** A copy of evidence in a folder of its own, to be tampered with. */
export class EvidenceCopy {
  readonly dir: string;
  /** The private keys of the log in their order, PEM. */
  readonly stolen: readonly string[];

  constructor(dir: string, stolen: readonly string[]) {
    this.dir = dir;
    this.stolen = stolen;
  }

  at(name: string): string {
    return join(this.dir, name);
  }

  /** The files below a folder, relative to it, in the order of their names. */
  files(folder: string): string[] {
    const names = readdirSync(this.at(folder), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => statSync(join(this.at(folder), name)).isFile()).toSorted();
  }

  remove(name: string): void {
    rmSync(this.at(name), { recursive: true });
  }

  bytes(name: string, change: (bytes: Buffer) => Uint8Array): void {
    writeFileSync(this.at(name), change(readFileSync(this.at(name))));
  }

  text(name: string, change: (text: string) => string): void {
    writeFileSync(this.at(name), change(readFileSync(this.at(name), 'utf8')));
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  /** Changes a JSON document in place, or to what `change` returns. */
  json(name: string, change: (value: Loose) => unknown): void {
    this.text(name, (text) => {
      const value: Loose = JSON.parse(text);
      return JSON.stringify(change(value) ?? value);
    });
  }

  values(name: string): Loose[] {
    return this.read(name)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Loose);
  }

  /** Changes the values of JSON lines in place, or to what `change` returns. */
  lines(name: string, change: (values: Loose[]) => unknown): void {
    const values = this.values(name);
    const after = (change(values) ?? values) as readonly unknown[];
    writeFileSync(this.at(name), after.map((value) => `${JSON.stringify(value)}\n`).join(''));
  }
}
