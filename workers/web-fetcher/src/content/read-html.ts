import { Readability } from '@mozilla/readability';
import { type DomDocument, type DomElement, parsePage } from './dom.ts';
import { tameHtml } from './tame-html.ts';
import { squeeze, writeMarkdown } from './write-markdown.ts';

/** What a page says. */
export interface PageText {
  readonly title: string | null;
  /** Markdown. */
  readonly text: string;
}

/** Finding the article takes time that grows faster than the page; a page beyond this is taken as it is. */
const MAX_EFFORT = 250_000;
const MAX_TITLE_LENGTH = 300;

/**
 * The title and the clean text of a page, which is whatever a server sends: the article without what
 * stands around it, as Markdown. Where no article is found, all that the page shows.
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
    return null; // It gives up on some pages; the text is still there.
  }
}

/** The article comes without its title, which is the heading that everything is under. */
function withTitle(source: string, text: string): PageText {
  const title = squeeze(source).slice(0, MAX_TITLE_LENGTH).toWellFormed();
  if (title === '') return { title: null, text };
  const isThere = text.startsWith('# ') || text.includes(`\n# ${title}\n`);
  return { title, text: isThere ? text : `# ${title}\n\n${text}`.trim() };
}
