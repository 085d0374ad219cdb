import { type Html, html } from './html.ts';

/** How much of a value is shown. */
export interface JsonLimits {
  readonly depth: number;
  readonly lines: number;
  /** Characters of one text. */
  readonly text: number;
  /** Characters of all texts together, about. */
  readonly all: number;
}

const LIMITS: JsonLimits = { depth: 10, lines: 200, text: 1000, all: 20_000 };

/** A value as indented JSON. */
export interface PrintedJson {
  readonly lines: Html;
  /** Whether a part of it is not shown. */
  readonly isCut: boolean;
}

/** Prints a JSON value that an attacker controls: what is too long, too wide or too deep is cut, with a mark. */
export function printJson(value: unknown, limits: JsonLimits = LIMITS): PrintedJson {
  const printer = new Printer(limits);
  printer.print(value, '', '', html``);
  return { lines: html`${printer.lines}`, isCut: printer.isCut };
}

class Printer {
  readonly lines: Html[] = [];
  readonly #limits: JsonLimits;
  #written = 0;
  isCut = false;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** @param name what comes before the value, such as the name of a member */
  print(value: unknown, indent: string, comma: string, name: Html): void {
    if (typeof value !== 'object' || value === null) {
      this.#add(html`${indent}${name}${this.#scalar(value)}${comma}`);
      return;
    }
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const keys = Object.keys(value);
    if (keys.length === 0) this.#add(html`${indent}${name}${open}${close}${comma}`);
    else if (indent.length / 2 >= this.#limits.depth) {
      this.#add(html`${indent}${name}${open} ${this.#cut('nested too deeply to show')} ${close}${comma}`);
    } else {
      this.#add(html`${indent}${name}${open}`);
      this.#members(value as Record<string, unknown>, keys, `${indent}  `);
      this.#add(html`${indent}${close}${comma}`);
    }
  }

  #members(value: Readonly<Record<string, unknown>>, keys: readonly string[], indent: string): void {
    const isList = Array.isArray(value);
    for (const [at, key] of keys.entries()) {
      if (this.#isFull()) {
        this.lines.push(html`${indent}${this.#cut(`${keys.length - at} more`)}\n`);
        return;
      }
      const comma = at === keys.length - 1 ? '' : ',';
      this.print(value[key], indent, comma, isList ? html`` : html`${this.#text(key, 'key')}: `);
    }
  }

  #isFull(): boolean {
    const { lines, all } = this.#limits;
    return this.lines.length >= lines || this.#written >= all;
  }

  #scalar(value: unknown): Html {
    return typeof value === 'string' ? this.#text(value, 'text') : html`<b>${JSON.stringify(value)}</b>`;
  }

  /** Each text is isolated, so that its direction of writing moves nothing around it. */
  #text(text: string, kind: 'key' | 'text'): Html {
    const { text: limit } = this.#limits;
    this.#written += Math.min(text.length, limit);
    const shown = html`<bdi class="${kind}">${JSON.stringify(text.slice(0, limit))}</bdi>`;
    return text.length <= limit
      ? shown
      : html`${shown}${this.#cut(`${text.length - limit} more characters`)}`;
  }

  #cut(what: string): Html {
    this.isCut = true;
    return html`<mark>… ${what}</mark>`;
  }

  #add(line: Html): void {
    this.lines.push(html`${line}\n`);
  }
}
