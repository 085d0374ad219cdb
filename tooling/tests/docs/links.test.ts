import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles } from '../../src/repository/files.ts';
import { ROOT } from '../../src/repository/root.ts';

const pages = listFiles(ROOT).filter((file) => file.endsWith('.md'));

test('Every link of every page leads to a file that exists, and to a heading that it has.', () => {
  expect(pages.length).toBeGreaterThan(30);
  expect(pages.flatMap(brokenLinks)).toEqual([]);
});

/** The links of a page within the repository that lead nowhere, each with its page. */
function brokenLinks(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => String(link));
  return links.filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`);
}

function leadsSomewhere(page: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || (isPage(target) && anchorsOf(target).has(anchor));
}

function isPage(target: string): boolean {
  return target.endsWith('.md') && statSync(join(ROOT, target)).isFile();
}

/** The anchors that a forge gives to the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = proseOf(page).matchAll(/^#{1,6} +(.+)$/gm);
  return new Set([...headings].map(([, heading]) => anchorOf(String(heading))));
}

function anchorOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

/** A page without its code, in which a link is not a link. */
function proseOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
    .replace(/^(`{3,}).*\n[\s\S]*?^\1.*$/gm, '')
    .replace(/`[^`\n]*\]\([^`\n]*`/g, '');
}
