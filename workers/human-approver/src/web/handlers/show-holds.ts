import type { Approval } from '../../hall/approval.ts';
import { HallProblem } from '../../hall/hall-problem.ts';
import type { Draft } from '../../page/hold-form.ts';
import { holdsPage } from '../../page/holds-page.ts';
import type { Content } from '../../page/html.ts';
import type { ReceivedRequest, WebServices } from '../request.ts';
import type { PageResponse } from '../response.ts';

/** Why a resolution was refused: shown above the holds, and in the form that it was written in. */
export interface RefusedResolution {
  readonly status: number;
  readonly message: Content;
  readonly draft: Draft | null;
}

/** `GET /`: the pending holds. */
export async function showHolds(request: ReceivedRequest, services: WebServices): Promise<PageResponse> {
  return holdsResponse(request, services, null);
}

/** `GET /holds`: the same, for the script of an open page. */
export async function showFreshHolds(request: ReceivedRequest, services: WebServices): Promise<PageResponse> {
  return { ...(await holdsResponse(request, services, null)), isBare: true };
}

/** The page of the pending holds, with the reason when a resolution was refused. */
export async function holdsResponse(
  { query, session }: ReceivedRequest,
  { hall, tokens, now }: WebServices,
  refused: RefusedResolution | null,
): Promise<PageResponse> {
  const [pending, resolved] = await Promise.all([
    hall.pending(query.get('cursor')),
    findResolved(query.get('resolved'), (id) => hall.show(id)),
  ]);
  const page = holdsPage({
    pending,
    resolved,
    refused: refused?.message ?? null,
    draft: refused?.draft ?? null,
    now: now(),
    tokenFor: (action) => tokens.tokenFor(session, action),
  });
  return { status: refused?.status ?? (pending instanceof HallProblem ? 502 : 200), page };
}

/** The outcome of a hold comes from the Hall, not from the link. */
async function findResolved(
  id: string | null,
  show: (id: string) => Promise<Approval | HallProblem>,
): Promise<Approval | null> {
  if (id === null || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) return null;
  const approval = await show(id);
  return approval instanceof HallProblem ? null : approval;
}
