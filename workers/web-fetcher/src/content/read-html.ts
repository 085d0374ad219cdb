import { Readability } from '@mozilla/readability';
import { type DomDocument, type DomElement, parsePage } from './dom.ts';
import { squeeze } from './shown-text.ts';
import { tameHtml } from './tame-html.ts';
import { writeMarkdown } from './write-markdown.ts';

/** The title and text of a page. */
export interface PageText {
  readonly title: string | null;
  /** Markdown. */
  readonly text: string;
}

/** Finding the article takes more than linear time; a page above this is taken as a whole. */
const MAX_EFFORT = 250_000;
const MAX_TITLE_LENGTH = 300;

/**
 * The title and the clean text of a page, which a server chooses: the article as Markdown, without the page
 * around it. When no article is found, everything that the page shows.
 */
export function readHtml(html: string): PageText {
  const { title: source, body, effort } = tameHtml(html);
  const page = parsePage(source ?? '', body);
  const title = squeeze(page.title || (page.querySelector('h1')?.textContent ?? ''));
  const article = effort <= MAX_EFFORT ? findArticle(parsePage(escapeHtml(title), body)) : null;
  if (article !== null) return withTitle(article.title, article.text);
  return withTitle(title, writeMarkdown(page.querySelector('main, [role=main]') ?? page.body));
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function findArticle(document: DomDocument): { title: string; text: string } | null {
  try {
    const found = new Readability<DomElement>(document, {
      disableJSONLD: true,
      serializer: (node) => node as DomElement,
    }).parse();
    const text = found?.content ? writeMarkdown(found.content) : '';
    return text === '' ? null : { title: found?.title ?? '', text };
  } catch {
    return null; // It fails on some pages; the whole page is used instead.
  }
}

/** The article comes without its title, which becomes its first heading. */
function withTitle(source: string, text: string): PageText {
  const title = squeeze(source).slice(0, MAX_TITLE_LENGTH).toWellFormed();
  if (title === '') return { title: null, text };
  const isThere = text.startsWith('# ') || text.includes(`\n# ${title}\n`);
  return { title, text: isThere ? text : `# ${title}\n\n${text}`.trim() };
}
