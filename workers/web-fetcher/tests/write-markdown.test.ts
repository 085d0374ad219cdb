import { describe, expect, test } from 'vitest';
import type { DomElement, DomNode } from '../src/content/dom.ts';
import { writeMarkdown } from '../src/content/write-markdown.ts';

/** A tree that counts how often its nodes are read. */
class CountingNode implements DomElement {
  static reads = 0;
  readonly nodeType: number;
  readonly #text: string | null;
  readonly #children: CountingNode[] = [];
  #next: CountingNode | null = null;
  readonly nodeName: string;

  constructor(nodeName: string, text: string | null = null) {
    this.nodeName = nodeName;
    this.nodeType = text === null ? 1 : 3;
    this.#text = text;
  }

  add(child: CountingNode): this {
    const last = this.#children.at(-1);
    if (last !== undefined) last.#next = child;
    this.#children.push(child);
    return this;
  }

  get firstChild(): DomNode | null {
    CountingNode.reads += 1;
    return this.#children[0] ?? null;
  }

  get nextSibling(): DomNode | null {
    CountingNode.reads += 1;
    return this.#next;
  }

  get textContent(): string {
    CountingNode.reads += 1;
    return this.#text ?? '';
  }

  getAttribute(): null {
    return null;
  }
}

const text = (content: string) => new CountingNode('#text', content);
const element = (name: string, ...children: readonly CountingNode[]) => {
  const made = new CountingNode(name);
  for (const child of children) made.add(child);
  return made;
};

/** Elements inside each other around one that has many children. */
function tree(names: readonly string[], depth: number, width: number, leaf: () => readonly CountingNode[]) {
  const inner = element('DIV', ...Array.from({ length: width }, leaf).flat());
  return Array.from({ length: depth }).reduce<CountingNode>(
    (made, _, n) => element(names[n % names.length] ?? 'DIV', made),
    inner,
  );
}

function readsOf(root: CountingNode) {
  CountingNode.reads = 0;
  const written = writeMarkdown(element('BODY', root));
  return { reads: CountingNode.reads, length: written.length };
}

describe('the work of writing a page', () => {
  const WIDTH = 2000;
  const leaf = () => [element('P', text('x')), element('BR'), text('y')];
  const NODES = 4 * WIDTH;

  test.each([
    ['quotations', ['BLOCKQUOTE']],
    ['lists', ['LI', 'UL']],
    ['tables', ['TD', 'TR', 'TABLE']],
    ['headings', ['H1', 'SECTION']],
    ['code', ['CODE', 'PRE']],
    ['parts of a line', ['SPAN', 'B']],
  ])('Each node is read a few times, however deeply it is nested in %s.', (_, names) => {
    const { reads, length } = readsOf(tree(names, 90, WIDTH, leaf));
    expect(reads).toBeLessThan(6 * (NODES + 90));
    expect(length).toBeLessThan(20 * NODES);
  });

  test('A wide table is read as often as a narrow one.', () => {
    const cells = (count: number) =>
      element('TABLE', element('TR', ...Array.from({ length: count }, () => element('TD', text('x')))));
    const [narrow, wide] = [readsOf(cells(10)).reads, readsOf(cells(10_000)).reads];
    expect(wide).toBeLessThan(1000 * narrow);
  });
});

describe('what a page contains where it should not be is kept', () => {
  const written = (root: CountingNode) => writeMarkdown(element('BODY', root));

  test('Text between the items of a list is kept.', () => {
    const list = element(
      'OL',
      text('before'),
      element('LI', text('one')),
      element('LI', text('two')),
      text('z'),
    );
    expect(written(list)).toBe('before\n1. one\n2. two\nz');
  });

  test('Cells without a row, and text without a cell, are kept.', () => {
    expect(written(element('TABLE', element('TD', text('a')), element('TD', text('b'))))).toBe(
      '| a | b |\n| --- | --- |',
    );
    const row = element('TR', element('TD', text('a')));
    expect(written(element('TABLE', element('CAPTION', text('Ships')), row))).toBe('Ships\n\n| a |\n| --- |');
  });

  test('A line break in a heading and in code is kept.', () => {
    expect(written(element('H2', text('a'), element('BR'), text('b')))).toBe('## a b');
    expect(written(element('PRE', text('a'), element('BR'), text('b')))).toBe('```\na\nb\n```');
  });
});
