import type { Node } from 'jsonc-parser';

/** A duplicate name in an object, and the place of its second occurrence. */
export interface DuplicateName {
  readonly pointer: string;
  readonly offset: number;
}

/** Finds every duplicate name. */
export function findDuplicates(tree: Node | undefined): DuplicateName[] {
  const found: DuplicateName[] = [];
  const open: { readonly node: Node; readonly pointer: string }[] = tree ? [{ node: tree, pointer: '' }] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, pointer } = next;
    const names = new Set<string>();
    for (const [index, child] of (node.children ?? []).entries()) {
      const [key, value] = node.type === 'object' ? (child.children ?? []) : [undefined, child];
      const place = `${pointer}/${escapeSegment(key === undefined ? String(index) : String(key.value))}`;
      if (key !== undefined && names.has(String(key.value)))
        found.push({ pointer: place, offset: key.offset });
      if (key !== undefined) names.add(String(key.value));
      if (value !== undefined) open.push({ node: value, pointer: place });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** The node at a JSON Pointer, or the nearest one around it; with `wantsName` the name of the member. */
export function nodeAt(tree: Node | undefined, pointer: string, wantsName = false): Node | undefined {
  let node = tree;
  let name: Node | undefined;
  for (const segment of pointer.split('/').slice(1)) {
    const next = child(node, segment.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (next.value === undefined) return node;
    node = next.value;
    name = next.name;
  }
  return wantsName && name !== undefined ? name : node;
}

function child(node: Node | undefined, segment: string): { readonly name?: Node; readonly value?: Node } {
  if (node?.type === 'array') {
    const value = node.children?.[Number(segment)];
    return value === undefined ? {} : { value };
  }
  const property = node?.children?.find(({ children }) => children?.[0]?.value === segment);
  const [name, value] = property?.children ?? [];
  return name === undefined || value === undefined ? {} : { name, value };
}

function escapeSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
