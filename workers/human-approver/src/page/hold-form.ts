import { type Approval, isDoneByHuman, levelsAbove, MAX_REASON_LENGTH } from '../hall/approval.ts';
import type { CardParts } from './hold-card.ts';
import { type Content, type Html, html } from './html.ts';
import { LEVEL_WORDS } from './words.ts';

/** What a steward can do with a hold. Everything stands in one form, and each button says what it does. */
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
<p class="meaning">${LEVEL_WORDS[level].meaning}</p>
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
<textarea id="${id}" name="reason" rows="2" maxlength="${MAX_REASON_LENGTH}"${wrong(id, problem)}>${start(text)}</textarea>${told(id, problem)}`;
}

function resultField({ id, text, problem }: Field): Html {
  return html`<label for="${id}">Result <small>JSON, for an approval: what came of what you did</small></label>
<textarea id="${id}" name="result" rows="4" class="code" spellcheck="false" autocapitalize="off" required placeholder="{&quot;done&quot;: true}"${wrong(id, problem)}>${start(text)}</textarea>${told(id, problem)}`;
}

/** A browser drops one line feed after the tag. */
function start(text: string): Html {
  return html`\n${text}`;
}

function wrong(id: string, problem: string | null): Content {
  return problem !== null && html` aria-invalid="true" aria-describedby="problem-${id}" autofocus`;
}

function told(id: string, problem: string | null): Content {
  return problem !== null && html`<p class="problem" id="problem-${id}">${problem}</p>`;
}

function escalation({ approval_id, level }: Approval): Content {
  const above = levelsAbove(level);
  if (above.length === 0) return null;
  const id = `level-${approval_id}`;
  const options = above.map((to) => html`<option value="${to}">${LEVEL_WORDS[to].name}</option>`);
  return html`<span class="escalation"><button name="resolution" value="escalate" formnovalidate>Escalate</button>
<label for="${id}">to</label> <select id="${id}" name="level">${options}</select></span>`;
}
