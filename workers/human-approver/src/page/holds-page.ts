import type { Approval, Pending } from '../hall/approval.ts';
import { HallProblem } from '../hall/hall-problem.ts';
import { type Draft, holdCard } from './hold-card.ts';
import { type Content, type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { printJson } from './print-json.ts';
import { LEVEL_WORDS, STATE_WORDS } from './words.ts';

/** What the page of the holds shows. */
export interface HoldsView {
  readonly pending: Pending | HallProblem;
  /** The hold that was just resolved. */
  readonly resolved: Approval | null;
  /** Why the last resolution was refused. */
  readonly refused: Content;
  readonly draft: Draft | null;
  readonly now: number;
  /** The token of a form by its action. */
  tokenFor(action: string): string;
}

/** The holds that wait, and what became of the last one. */
export function holdsPage(view: HoldsView): Page {
  const { pending, resolved, refused, tokenFor } = view;
  const items = pending instanceof HallProblem ? [] : pending.items;
  const next = pending instanceof HallProblem ? null : pending.next_cursor;
  const main = html`<h1>Waiting for you</h1>
<p id="said" role="status"></p>
${refused !== null && html`<div class="message bad" role="alert">${refused}</div>`}
${pending instanceof HallProblem && html`<div class="message bad" role="alert">${problemText(pending)}</div>`}
${resolved !== null && resolvedNotice(resolved)}
<p id="none"${(items.length > 0 || pending instanceof HallProblem) && html` hidden`}>Nothing waits.</p>
<div id="holds">${items.map((approval) => cardOf(approval, view))}</div>
${next !== null && html`<p><a href="/?cursor=${encodeURIComponent(next)}">More wait: the next ones</a></p>`}
<noscript><p><a href="/">Look again</a></p></noscript>`;
  return { title: titleFor(items.length), main, signOutToken: tokenFor('/sign-out'), isLive: true };
}

/** A problem of the Hall, with its code. */
export function problemText({ code, message }: HallProblem): Html {
  return html`<code>${code}</code> ${message}`;
}

function cardOf(approval: Approval, { draft, now, tokenFor }: HoldsView): Html {
  return holdCard(approval, { draft, now, formToken: tokenFor(`/holds/${approval.approval_id}`) });
}

function titleFor(count: number): string {
  return `${count === 0 ? '' : `(${count}) `}Human approver`;
}

function resolvedNotice(approval: Approval): Html {
  const { state, level, capability_id, tenant_id } = approval;
  const to = state === 'pending' && html` to ${LEVEL_WORDS[level].name}`;
  const { isWell, said } = cameOf(approval);
  return html`<div class="message ${isWell ? 'good' : 'bad'}" role="status" tabindex="-1" autofocus><strong>${STATE_WORDS[state]}${to}:</strong> <code>${capability_id}</code> for <bdi>${tenant_id}</bdi>.${said}</div>`;
}

/** What the worker answered, or what the human did instead of it, and whether that is as it should be. */
function cameOf(approval: Approval): { readonly isWell: boolean; readonly said: Content } {
  const { state, mode, resolved_decision_id, result } = approval;
  if (state === 'stale' || state === 'expired') return { isWell: false, said: null };
  if (state !== 'approved' || mode !== 'dispatch') return { isWell: true, said: null };
  if (resolved_decision_id === null) return { isWell: true, said: details('What was submitted', result) };
  if (result === null) return { isWell: false, said: ' The worker gave no result.' };
  const { status, deny_reason, result: made } = Object(result) as Record<string, unknown>;
  const value = details('What came of it', deny_reason ?? made ?? null);
  const isWell = status === 'ok' || status === 'partial';
  return { isWell, said: html` The worker answered <b>${String(status)}</b>.${value}` };
}

function details(summary: string, value: unknown): Html {
  return html`<details><summary>${summary}</summary><pre tabindex="0">${printJson(value).lines}</pre></details>`;
}
