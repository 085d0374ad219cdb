import type { Approval } from '../hall/approval.ts';
import { type CardParts, holdForm } from './hold-form.ts';
import { type Content, type Html, html } from './html.ts';
import { actionLabel, CONTAINMENT_LABELS, LEVEL_LABELS, reasonSentence } from './labels.ts';
import { printJson } from './print-json.ts';

/** A hold that is waiting: the request, its tenant, why it waits, and what can be done. */
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
  return html`<p class="badges"><span class="badge level ${level}">${LEVEL_LABELS[level].name}</span>
<span class="badge"><span role="timer" data-left="${left}">${durationText(left)}</span> left</span></p>`;
}

function why(approval: Approval): Html {
  const { escalation_context, escalation_effective } = approval.decision;
  const reasons = (escalation_context?.reasons ?? []).map(
    ({ reason, level }) =>
      html`<li>${reasonSentence(reason, approval)} <code>${reason}</code> <small>supervisor level ${LEVEL_LABELS[level].name}</small></li>`,
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
${containmentFact(approval)}
${fact('Species', escalation_context?.worker_species_id ?? null)}${fact('Policy', decision.policy_version)}
${fact('Requested', timeText(created_at))}${fact('Expires', timeText(expires_at))}
${fact('Kind', mode === 'dispatch' ? 'a dispatch' : 'a decision only: nothing runs')}
</dl>`;
}

/** Whether anything but its own word holds the worker to its envelope. */
function containmentFact({ containment }: Approval): Content {
  if (containment === null) return null;
  return fact(
    'Envelope',
    CONTAINMENT_LABELS[containment.state],
    containment.state === 'contained' ? '' : 'hot',
  );
}

function fact(name: string, value: string | null, style = ''): Html {
  return html`<div><dt>${name}</dt><dd><bdi class="${style}">${value ?? '–'}</bdi></dd></div>`;
}

function request({ approval_id, input }: Approval): Html {
  const { lines, isCut } = printJson(input['request'] ?? {});
  const all = `/holds/${approval_id}/request`;
  const notice: Content = isCut
    ? html`<p class="notice"><strong>Cut.</strong> Only a part of the request is shown. <a href="${all}" target="_blank">See all of it</a> before you approve.</p>`
    : html`<p><a href="${all}" target="_blank">The whole request, as text</a></p>`;
  return html`<section><h3 id="request-${approval_id}">Request</h3>
<pre tabindex="0" role="region" aria-labelledby="request-${approval_id}">${lines}</pre>${notice}</section>`;
}

function steps({ history }: Approval): Content {
  if (history.length === 0) return null;
  const items = history.map(
    ({ action, by, at, reason, from_level }) =>
      html`<li>${actionLabel(action)} ${from_level !== undefined && html`from ${LEVEL_LABELS[from_level].name} `}by <bdi>${by}</bdi>, ${timeText(at)}${reason !== null && html`: <q>${reason}</q>`}</li>`,
  );
  return html`<section><h3>History</h3><ul>${items}</ul></section>`;
}

/** A duration in whole seconds as `1 h 02 min` or `4 min 09 s`, as the script of the page writes it. */
function durationText(seconds: number): string {
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h} h ${pad(min)} min` : `${min} min ${pad(s)} s`;
}

/** A time as `2026-01-31 12:15:00 UTC`. */
function timeText(timestamp: string): string {
  return timestamp.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC');
}

/** How many whole seconds are left until a time; 0 when it is past. */
function secondsUntil(timestamp: string, now: number): number {
  return Math.max(0, Math.floor((Date.parse(timestamp) - now) / 1000));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
