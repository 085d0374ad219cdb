import type { Approval } from '../hall/approval.ts';
import { holdForm } from './hold-form.ts';
import { type Content, type Html, html } from './html.ts';
import { printJson } from './print-json.ts';
import { durationText, instantText, secondsUntil } from './time.ts';
import { actionWord, LEVEL_WORDS, reasonSentence } from './words.ts';

/** What a steward wrote into a form that was refused, and why it was. */
export interface Draft {
  readonly approval_id: string;
  readonly reason: string;
  readonly result: string;
  /** The field that is wrong. */
  readonly field: 'reason' | 'result' | null;
  readonly problem: string;
}

/** What a card needs beside its hold. */
export interface CardParts {
  readonly now: number;
  readonly draft: Draft | null;
  /** The token of the form that resolves this hold. */
  readonly formToken: string;
}

/** A hold that waits: what is asked, by whom, why it waits, and what can be done. */
export function holdCard(approval: Approval, parts: CardParts): Html {
  const { approval_id: id, capability_id, level, history } = approval;
  return html`<article class="hold" id="hold-${id}" data-version="${level}.${history.length}" aria-labelledby="title-${id}">
<header><h2 id="title-${id}">${capability_id}</h2>${badges(approval, parts.now)}</header>
${why(approval)}
${facts(approval)}
${request(approval)}
${steps(approval)}
${holdForm(approval, parts)}
</article>`;
}

function badges({ level, expires_at }: Approval, now: number): Html {
  const left = secondsUntil(expires_at, now);
  return html`<p class="badges"><span class="badge level ${level}">${LEVEL_WORDS[level].name}</span>
<span class="badge"><span role="timer" data-left="${left}">${durationText(left)}</span> left</span></p>`;
}

function why(approval: Approval): Html {
  const { escalation_context, escalation_effective } = approval.decision;
  const reasons = (escalation_context?.reasons ?? []).map(
    ({ reason, level }) =>
      html`<li>${reasonSentence(reason, approval)} <code>${reason}</code> <small>level ${LEVEL_WORDS[level].name}</small></li>`,
  );
  const rationale = escalation_effective?.rationale ?? null;
  return html`<section class="why"><h3>Why it waits</h3>
<div class="blast"><strong>${approval.decision.blast_score ?? '?'}</strong><span>blast score, of 100</span></div>
<ul>${reasons}</ul>${rationale !== null && html`<p>The rule says: <q>${rationale}</q></p>`}</section>`;
}

function facts(approval: Approval): Html {
  const { tenant_id, correlation_id, mode, created_at, expires_at, decision } = approval;
  const { env, data_label, tenant_risk, qos_class, matched_rule_id, escalation_context } = decision;
  return html`<dl>
${fact('Tenant', tenant_id)}${fact('Correlation', correlation_id)}
${fact('Environment', env, env === 'prod' ? 'hot' : '')}
${fact('Data label', data_label, data_label === 'RESTRICTED' ? 'hot' : '')}
${fact('Tenant risk', tenant_risk, tenant_risk === 'high' ? 'hot' : '')}
${fact('Class', qos_class)}
${fact('Rule', matched_rule_id)}${fact('Worker', escalation_context?.worker_id ?? null)}
${fact('Species', escalation_context?.worker_species_id ?? null)}${fact('Policy', decision.policy_version)}
${fact('Asked', instantText(created_at))}${fact('Until', instantText(expires_at))}
${fact('Asked for', mode === 'dispatch' ? 'a dispatch' : 'a decision alone: nothing runs')}
</dl>`;
}

function fact(name: string, value: string | null, style = ''): Html {
  return html`<div><dt>${name}</dt><dd><bdi class="${style}">${value ?? '–'}</bdi></dd></div>`;
}

function request({ approval_id, input }: Approval): Html {
  const { lines, isCut } = printJson(input['request'] ?? {});
  const all = `/holds/${approval_id}/request`;
  const notice: Content = isCut
    ? html`<p class="notice"><strong>Cut.</strong> This is not all of the request. <a href="${all}" target="_blank">See all of it</a> before you approve.</p>`
    : html`<p><a href="${all}" target="_blank">All that was asked, as text</a></p>`;
  return html`<section><h3 id="asked-${approval_id}">What is asked</h3>
<pre tabindex="0" role="region" aria-labelledby="asked-${approval_id}">${lines}</pre>${notice}</section>`;
}

function steps({ history }: Approval): Content {
  if (history.length === 0) return null;
  const items = history.map(
    ({ action, by, at, reason, from_level }) =>
      html`<li>${actionWord(action)} ${from_level !== undefined && html`from ${LEVEL_WORDS[from_level].name} `}by <bdi>${by}</bdi>, ${instantText(at)}${reason !== null && html`: <q>${reason}</q>`}</li>`,
  );
  return html`<section><h3>So far</h3><ul>${items}</ul></section>`;
}
