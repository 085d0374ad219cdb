import { escapeLine } from './markdown-parts.ts';

/** The text between two blocks, while it is read piece by piece: one space wherever there is any white space. */
export class Line {
  #pieces: string[] = [];
  #endsInSpace = true;

  /** Adds text of the page. */
  addText(text: string): void {
    const squeezed = text.replace(/\s+/g, ' ');
    this.#add(this.#endsInSpace && squeezed.startsWith(' ') ? squeezed.slice(1) : squeezed);
  }

  /** Adds Markdown, which is not empty and has no white space at its ends. */
  addWord(word: string): void {
    this.#add(word);
  }

  /** Ends the line of the page. */
  break(): void {
    this.#add('\n');
  }

  /** The paragraphs of the text, without those that are empty. The line is empty then. */
  take(): string[] {
    const text = this.#pieces.join('').replaceAll(' \n', '\n').trim();
    this.#pieces = [];
    this.#endsInSpace = true;
    if (text === '') return [];
    return text.split(/\n{2,}/).map((paragraph) => paragraph.split('\n').map(escapeLine).join('\n'));
  }

  #add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#endsInSpace = /\s$/.test(piece);
  }
}
