import type { Approval } from '../../hall/approval.ts';
import { HallProblem } from '../../hall/hall-problem.ts';
import type { Draft } from '../../page/hold-card.ts';
import { holdsPage } from '../../page/holds-page.ts';
import type { Content } from '../../page/html.ts';
import type { Page } from '../../page/layout.ts';
import type { Answer } from '../answer.ts';
import type { Asked, WebParts } from '../asked.ts';

/** Why a resolution was refused: it is shown above the holds, and in the form that it was written in. */
export interface RefusedResolution {
  readonly status: number;
  readonly said: Content;
  readonly draft: Draft | null;
}

/** `GET /`: what waits. */
export async function showHolds(asked: Asked, parts: WebParts): Promise<Answer> {
  return holdsAnswer(asked, parts, null);
}

/** `GET /holds`: the same, for the script of a page that is open. */
export async function showFreshHolds(asked: Asked, parts: WebParts): Promise<Answer> {
  return { ...(await holdsAnswer(asked, parts, null)), isBare: true };
}

/** The page of the holds, perhaps with what was wrong. */
export async function holdsAnswer(
  { query, session }: Asked,
  { hall, tokens, now }: WebParts,
  refused: RefusedResolution | null,
): Promise<Answer & { readonly page: Page }> {
  const [pending, resolved] = await Promise.all([
    hall.pending(query.get('cursor')),
    resolvedOf(query.get('resolved'), (id) => hall.show(id)),
  ]);
  const page = holdsPage({
    pending,
    resolved,
    refused: refused?.said ?? null,
    draft: refused?.draft ?? null,
    now: now(),
    tokenFor: (action) => tokens.tokenFor(session, action),
  });
  return { status: refused?.status ?? (pending instanceof HallProblem ? 502 : 200), page };
}

/** What became of a hold is the Hall's to say, whoever names it. */
async function resolvedOf(
  id: string | null,
  show: (id: string) => Promise<Approval | HallProblem>,
): Promise<Approval | null> {
  if (id === null || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return null;
  const approval = await show(id);
  return approval instanceof HallProblem ? null : approval;
}
