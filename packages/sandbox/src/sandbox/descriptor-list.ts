import { closeSync, openSync } from 'node:fs';
import { inheritedDescriptors } from '../base/inherited-descriptors.ts';
import { memoryFile } from '../base/memory-file.ts';

/** The descriptors of a process to be started: its standard three, three pipes to talk to it, then bytes to read. */
export class DescriptorList {
  readonly stdio: ('pipe' | 'ignore' | number)[] = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'];
  readonly #opened: number[] = [];

  /** Adds a descriptor from which the bytes can be read once. */
  addBytes(bytes: Uint8Array): void {
    this.stdio.push(this.#keep(memoryFile(bytes)));
  }

  /** Puts nothing where the process would get a descriptor that this one has from somebody else. */
  hideInherited(): void {
    const { stdio } = this;
    for (const fd of inheritedDescriptors()) {
      if (fd < stdio.length && stdio[fd] !== 'ignore') continue;
      while (stdio.length <= fd) stdio.push('ignore');
      stdio[fd] = this.#keep(openSync('/dev/null', 'r'));
    }
  }

  /** Closes what the process has a copy of. */
  close(): void {
    for (const fd of this.#opened.splice(0)) closeSync(fd);
  }

  #keep(fd: number): number {
    this.#opened.push(fd);
    return fd;
  }
}
