/** Elements nest no deeper, because what follows is linear only for a bounded depth. */
const MAX_DEPTH = 100;
/** More elements than a page of prose has; further text is kept without them. */
const MAX_ELEMENTS = 200_000;
/** More entities such as `&lt;` than a page of prose has; the parser makes a node of each. */
const MAX_SIGNS = 200_000;

/** The effort of a node, besides its depth. */
const EFFORT = 15;
/** As many UTF-16 code units of text are one effort for each element that they are in. */
const EFFORT_TEXT = 400;
/** A longer run of white space is not layout, even in code, but a waste of time and tokens. */
const LONG_SPACE = /\s{101,}/g;
const MAX_SPACE = 100;
/** What the article finder turns into entities when it reads a page once more; the parser makes a node of each. */
const BECOMES_ENTITY = /[&>]/g;

/** Elements whose content is not HTML; one that is never closed hides the rest, as in a browser. */
const RAW = /^(?:script|style|title|textarea|iframe|noembed|noframes)$/;
/** Other elements that show no text, with everything in them. */
const SILENT = /^(?:noscript|template|svg|math|object|canvas|audio|video|select|datalist)$/;
/** Elements of the page itself, elements without text, and obsolete elements that confuse parsers. */
const DROPPED =
  /^(?:html|head|body|img|input|link|meta|base|area|embed|source|track|param|col|wbr|frame|frameset|xmp|plaintext)$/;
const EMPTY = /^(?:br|hr)$/;

/** The elements that an element closes when it begins directly inside of them. */
const CLOSES: ReadonlyMap<string, readonly string[]> = new Map([
  ['p', ['p']],
  ['li', ['p', 'li']],
  ['dt', ['p', 'dt', 'dd']],
  ['dd', ['p', 'dt', 'dd']],
  ['td', ['p', 'td', 'th']],
  ['th', ['p', 'td', 'th']],
  ['tr', ['p', 'td', 'th', 'tr']],
  ['tbody', ['p', 'td', 'th', 'tr', 'thead', 'tbody']],
  ['tfoot', ['p', 'td', 'th', 'tr', 'thead', 'tbody']],
]);

/** A page reduced to its prose. */
export interface TameHtml {
  /** The source of its title, with entities; null when there is none. */
  readonly title: string | null;
  /** The content of the body: well-formed, every element closed. */
  readonly body: string;
  /** How much there is to process: every element, entity and text counts, and deeper ones count more. */
  readonly effort: number;
}

/**
 * Reads any HTML in linear time, and writes its text and structure well-formed and with a bounded depth:
 * neither the parser nor the article finder has limits of its own.
 */
export function tameHtml(html: string): TameHtml {
  return new Tamer(html).tame();
}

interface Tag {
  readonly name: string;
  readonly isClosing: boolean;
  readonly source: string;
}

class Tamer {
  readonly #html: string;
  readonly #written: string[] = [];
  /** The open elements; those that are too deep are not written. */
  readonly #open: { readonly name: string; readonly isWritten: boolean }[] = [];
  readonly #openOf = new Map<string, number>();
  /** Elements that are not closed in the rest of the page. */
  readonly #unclosed = new Set<string>();
  #title: string | null = null;
  #elements = 0;
  #signs = 0;
  #effort = 0;
  #depth = 0;
  #at = 0;

  constructor(html: string) {
    this.#html = html;
  }

  tame(): TameHtml {
    while (this.#at < this.#html.length) this.#readText();
    while (this.#open.length > 0) this.#closeLast();
    return { title: this.#title, body: this.#written.join(''), effort: this.#effort };
  }

  /** Reads up to the next tag, and the tag. */
  #readText(): void {
    const start = this.#at;
    const tag = this.#html.indexOf('<', start);
    this.#at = tag < 0 ? this.#html.length : tag;
    this.#writeText(this.#html.slice(start, this.#at));
    if (tag >= 0) this.#readMarkup();
  }

  #readMarkup(): void {
    const next = this.#html.charAt(this.#at + 1);
    if (this.#html.startsWith('<!--', this.#at)) this.#skipBehind('-->', 4);
    else if (next === '!' || next === '?') this.#skipBehind('>', 2);
    else {
      const tag = this.#takeTag();
      if (tag === null) this.#writeSign();
      else if (tag.isClosing) this.#close(tag.name);
      else this.#openElement(tag);
    }
  }

  /** A no-break space becomes a space: it would be an entity too, and in the text it counts as one. */
  #writeText(source: string): void {
    const text = source.replaceAll('\u00a0', ' ').replace(LONG_SPACE, (run) => run.slice(0, MAX_SPACE));
    this.#effort += (text.length * this.#depth) / EFFORT_TEXT;
    this.#countSigns(text.match(BECOMES_ENTITY)?.length ?? 0);
    this.#written.push(this.#signs <= MAX_SIGNS ? text : text.replaceAll('&', ' '));
  }

  #countSigns(count: number): void {
    this.#signs += count;
    this.#effort += count * (EFFORT + this.#depth);
  }

  /** A `<` that does not begin a tag. */
  #writeSign(): void {
    this.#countSigns(1);
    this.#written.push(this.#signs <= MAX_SIGNS ? '&lt;' : ' ');
    this.#at += 1;
  }

  /** A comment that is never closed hides the rest, as in a browser. */
  #skipBehind(end: string, from: number): void {
    const found = this.#html.indexOf(end, this.#at + from);
    this.#at = found < 0 ? this.#html.length : found + end.length;
  }

  /** Reads the tag at this place and moves behind it; null when there is none. */
  #takeTag(): Tag | null {
    NAME.lastIndex = this.#at;
    const [start, slash, name] = NAME.exec(this.#html) ?? [];
    if (start === undefined || name === undefined) return null;
    const from = this.#at;
    this.#at = tagEnd(this.#html, from + start.length);
    return { name: name.toLowerCase(), isClosing: slash === '/', source: this.#html.slice(from, this.#at) };
  }

  #openElement({ name, source }: Tag): void {
    if (name === 'title') this.#title ??= this.#takeContent(name);
    else if (RAW.test(name) || SILENT.test(name)) this.#takeContent(name);
    else if (EMPTY.test(name)) this.#writeTag(`<${name}>`);
    else if (!DROPPED.test(name)) this.#push(name, source);
  }

  /** Reads the content up to the closing tag, and moves behind that. */
  #takeContent(name: string): string | null {
    if (this.#unclosed.has(name)) return null;
    const closing = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
    closing.lastIndex = this.#at;
    const found = closing.exec(this.#html);
    if (found === null) return this.#leaveUnclosed(name);
    const content = this.#html.slice(this.#at, found.index);
    this.#at = tagEnd(this.#html, found.index + found[0].length);
    return content;
  }

  #leaveUnclosed(name: string): null {
    this.#unclosed.add(name);
    if (RAW.test(name)) this.#at = this.#html.length;
    return null;
  }

  #push(name: string, source: string): void {
    const closes = CLOSES.get(name) ?? [];
    while (closes.includes(this.#open.at(-1)?.name ?? '')) this.#closeLast();
    const isWritten = this.#depth < MAX_DEPTH && this.#elements < MAX_ELEMENTS;
    this.#open.push({ name, isWritten });
    this.#openOf.set(name, (this.#openOf.get(name) ?? 0) + 1);
    if (isWritten) this.#depth += 1;
    this.#writeTag(isWritten ? `<${name}${attributesOf(source)}>` : ' ');
  }

  #writeTag(tag: string): void {
    this.#elements += 1;
    this.#effort += EFFORT + this.#depth;
    this.#written.push(this.#elements <= MAX_ELEMENTS ? tag : ' ');
  }

  #close(name: string): void {
    if ((this.#openOf.get(name) ?? 0) === 0) return;
    while (this.#open.at(-1)?.name !== name) this.#closeLast();
    this.#closeLast();
  }

  #closeLast(): void {
    const last = this.#open.pop();
    if (last === undefined) return;
    this.#openOf.set(last.name, (this.#openOf.get(last.name) ?? 1) - 1);
    if (!last.isWritten) return;
    this.#depth -= 1;
    this.#written.push(`</${last.name}>`);
  }
}

/** The attributes that tell an article from the page around it, and hidden text from shown text. */
const ATTRIBUTE =
  /\s(class|id|role|style|hidden|aria-hidden)(?=[\s=/>])(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;
const MAX_TAG_LENGTH = 1000;

/** Attributes are written anew, so that every parser reads them in the same way. */
function attributesOf(source: string): string {
  const found = source.slice(0, MAX_TAG_LENGTH).matchAll(ATTRIBUTE);
  return Array.from(found, ([, name = '', ...values]) => {
    const value = values.find((each) => each !== undefined) ?? '';
    return ` ${name.toLowerCase()}="${value.replace(/[<>"&]/g, ' ')}"`;
  }).join('');
}

const NAME = /<(\/?)([a-z][a-z0-9:_-]{0,60})/iy;
const UNTIL_VALUE = /[^>=]*/y;
const SPACE = /\s*/y;

/** Where a tag ends, behind its `>`; a `>` in a quoted value does not count. */
function tagEnd(html: string, from: number): number {
  let at = from;
  while (at < html.length) {
    at = skip(UNTIL_VALUE, html, at);
    if (html.charAt(at) === '>') return at + 1;
    at = skip(SPACE, html, at + 1);
    const quote = html.charAt(at);
    if (quote !== '"' && quote !== "'") continue;
    const end = html.indexOf(quote, at + 1);
    at = end < 0 ? html.length : end + 1;
  }
  return html.length;
}

function skip(pattern: RegExp, html: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(html)?.[0].length ?? 0);
}
