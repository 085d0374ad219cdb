import { closeSync } from 'node:fs';
import { childStdio } from '../base/child-stdio.ts';
import { memoryFile } from '../base/memory-file.ts';

/** The descriptors of a process to be started: its standard three, three pipes to talk to it, then bytes to read. */
export class DescriptorList {
  #stdio: ('pipe' | 'ignore' | number)[] = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'];
  readonly #files: number[] = [];
  #closeNothing = () => {};

  get stdio(): readonly ('pipe' | 'ignore' | number)[] {
    return this.#stdio;
  }

  /** Adds a descriptor from which the bytes can be read once. */
  addBytes(bytes: Uint8Array): void {
    const file = memoryFile(bytes);
    this.#files.push(file);
    this.#stdio.push(file);
  }

  /** Puts nothing where the process would get a descriptor that this one has from somebody else. */
  hideInherited(): void {
    const { stdio, close } = childStdio(this.#stdio);
    this.#stdio = [...stdio];
    this.#closeNothing = close;
  }

  /** Closes what the process has a copy of. */
  close(): void {
    for (const fd of this.#files.splice(0)) closeSync(fd);
    this.#closeNothing();
  }
}
