import { hash } from 'node:crypto';

/** What a document's id depends on. */
interface Identified {
  readonly source: string;
  readonly sha256: string;
  readonly part: number;
}

/** A document's id depends on its source, part and content, and reveals nothing of any of them. */
export function documentId(tenant: string, { source, sha256, part }: Identified): string {
  const named = [tenant, source, sha256.slice(-64), ...(part === 1 ? [] : [part])];
  return `doc-${hash('sha256', JSON.stringify(named), 'hex').slice(0, 32)}`;
}
