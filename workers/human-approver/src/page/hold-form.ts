import { levelsAbove } from '@wcp/spec/document';
import { MAX_REASON_LENGTH } from '@wcp/spec/hall';
import { type Approval, isDoneByHuman } from '../hall/approval.ts';
import { type Content, type Html, html } from './html.ts';
import { LEVEL_LABELS } from './labels.ts';

/** What a steward wrote into a form that was refused, and why it was refused. */
export interface Draft {
  readonly approval_id: string;
  readonly reason: string;
  readonly result: string;
  /** The field that is wrong. */
  readonly field: 'reason' | 'result' | null;
  readonly problem: string;
}

/** What a card needs besides its hold. */
export interface CardParts {
  readonly now: number;
  readonly draft: Draft | null;
  /** The token of the form that resolves this hold. */
  readonly formToken: string;
}

/** What a steward can do with a hold. One form, and each button says what it does. */
export function holdForm(approval: Approval, { draft, formToken }: CardParts): Html {
  const { approval_id: id, capability_id, level } = approval;
  const own = draft?.approval_id === id ? draft : null;
  const field = (name: 'reason' | 'result') => ({
    id: `${name}-${id}`,
    text: own?.[name] ?? '',
    problem: own?.field === name ? own.problem : null,
  });
  const isHuman = isDoneByHuman(level);
  return html`<form method="post" action="/holds/${id}" aria-label="Resolve ${capability_id}">
<input type="hidden" name="form_token" value="${formToken}"><input type="hidden" name="seen_level" value="${level}">
<p class="meaning">${LEVEL_LABELS[level].meaning}</p>
${isHuman && resultField(field('result'))}
${reasonField(field('reason'))}
<div class="buttons">
<button class="approve" name="resolution" value="approve">${isHuman ? 'Approve with result' : 'Approve'}</button>
<button class="deny" name="resolution" value="deny" formnovalidate>Deny</button>
${escalation(approval)}
</div></form>`;
}

interface Field {
  readonly id: string;
  readonly text: string;
  readonly problem: string | null;
}

function reasonField({ id, text, problem }: Field): Html {
  return html`<label for="${id}">Reason <small>optional, kept with the evidence</small></label>
<textarea id="${id}" name="reason" rows="2" maxlength="${MAX_REASON_LENGTH}"${invalid(id, problem)}>${startOf(text)}</textarea>${problemText(id, problem)}`;
}

function resultField({ id, text, problem }: Field): Html {
  return html`<label for="${id}">Result <small>JSON, required to approve: the outcome of your work</small></label>
<textarea id="${id}" name="result" rows="4" class="code" spellcheck="false" autocapitalize="off" required placeholder="{&quot;done&quot;: true}"${invalid(id, problem)}>${startOf(text)}</textarea>${problemText(id, problem)}`;
}

/** A browser drops the first line feed after the tag. */
function startOf(text: string): Html {
  return html`\n${text}`;
}

function invalid(id: string, problem: string | null): Content {
  return problem !== null && html` aria-invalid="true" aria-describedby="problem-${id}" autofocus`;
}

function problemText(id: string, problem: string | null): Content {
  return problem !== null && html`<p class="problem" id="problem-${id}">${problem}</p>`;
}

function escalation({ approval_id, level }: Approval): Content {
  const above = levelsAbove(level);
  if (above.length === 0) return null;
  const id = `level-${approval_id}`;
  const options = above.map((to) => html`<option value="${to}">${LEVEL_LABELS[to].name}</option>`);
  return html`<span class="escalation"><button name="resolution" value="escalate" formnovalidate>Escalate</button>
<label for="${id}">to</label> <select id="${id}" name="level">${options}</select></span>`;
}
