import type { Approval, Pending } from '../hall/approval.ts';
import { HallProblem } from '../hall/hall-problem.ts';
import { holdCard } from './hold-card.ts';
import type { Draft } from './hold-form.ts';
import { type Content, type Html, html } from './html.ts';
import { LEVEL_LABELS, STATE_LABELS } from './labels.ts';
import { LIVE, type Page } from './layout.ts';
import { printJson } from './print-json.ts';

/** What the page of pending holds shows. */
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

/** The pending holds, and the outcome of the last one that was resolved. */
export function holdsPage(view: HoldsView): Page {
  const { pending, resolved, refused, tokenFor } = view;
  const items = pending instanceof HallProblem ? [] : pending.items;
  const next = pending instanceof HallProblem ? null : pending.next_cursor;
  const main = html`<h1>Waiting for you</h1>
<p id="status" role="status"></p>
${refused !== null && html`<div class="message bad" role="alert">${refused}</div>`}
${pending instanceof HallProblem && html`<div class="message bad" role="alert">${problemText(pending)}</div>`}
${resolved !== null && resolvedNotice(resolved)}
<p id="empty"${(items.length > 0 || pending instanceof HallProblem) && html` hidden`}>Nothing is waiting.</p>
<div id="holds">${items.map((approval) => cardOf(approval, view))}</div>
${next !== null && html`<p><a href="/?cursor=${encodeURIComponent(next)}">More are waiting: next page</a></p>`}
<noscript><p><a href="/">Refresh</a></p></noscript>`;
  return { title: titleFor(items.length), main, signOutToken: tokenFor('/sign-out'), script: LIVE };
}

/** A problem from the Hall, with its code. */
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
  const { state, level, capability_id, tenant_id, history } = approval;
  const to = state === 'pending' && html` to ${LEVEL_LABELS[level].name}`;
  const { isGood, text } = outcomeOf(approval);
  const quorum = state === 'pending' ? history.at(-1)?.quorum : undefined;
  if (quorum !== undefined) {
    return html`<div class="message good" role="status" tabindex="-1" autofocus><strong>Approved, ${quorum.count} of ${quorum.needed}:</strong> <code>${capability_id}</code> for <bdi>${tenant_id}</bdi>. Other stewards must approve before it runs.</div>`;
  }
  return html`<div class="message ${isGood ? 'good' : 'bad'}" role="status" tabindex="-1" autofocus><strong>${STATE_LABELS[state]}${to}:</strong> <code>${capability_id}</code> for <bdi>${tenant_id}</bdi>.${text}</div>`;
}

/** What the worker answered or the human did, and whether it went well. */
function outcomeOf(approval: Approval): { readonly isGood: boolean; readonly text: Content } {
  const { state, mode, resolved_decision_id, result } = approval;
  if (state === 'stale' || state === 'expired') return { isGood: false, text: null };
  if (state !== 'approved' || mode !== 'dispatch') return { isGood: true, text: null };
  if (resolved_decision_id === null) return { isGood: true, text: details('Submitted result', result) };
  if (result === null) return { isGood: false, text: ' The worker gave no result.' };
  const { status, deny_reason, result: value } = Object(result) as Record<string, unknown>;
  const shown = details('Result', deny_reason ?? value ?? null);
  const isGood = status === 'ok' || status === 'partial';
  return { isGood, text: html` The worker answered <b>${String(status)}</b>.${shown}` };
}

function details(summary: string, value: unknown): Html {
  return html`<details><summary>${summary}</summary><pre tabindex="0">${printJson(value).lines}</pre></details>`;
}
