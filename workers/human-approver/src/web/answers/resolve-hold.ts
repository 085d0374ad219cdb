import { HallProblem } from '../../hall/hall-problem.ts';
import { problemText } from '../../page/holds-page.ts';
import { html } from '../../page/html.ts';
import { type Answer, redirect } from '../answer.ts';
import type { Asked, WebParts } from '../asked.ts';
import { type FormProblem, readResolution } from '../read-resolution.ts';
import { holdsAnswer } from './show-holds.ts';

/** `POST /holds/{id}`: what a steward decided goes to the Hall, and all pages look again. */
export async function resolveHold(asked: Asked, parts: WebParts): Promise<Answer> {
  const { id, form } = asked;
  const reading = readResolution(id, form);
  if ('problem' in reading) return refusedForm(asked, parts, reading);
  const resolved = await parts.hall.resolve(reading.body);
  parts.listeners.tell();
  if (resolved instanceof HallProblem) {
    const draft = draftOf(asked, { field: null, problem: '' });
    const said = html`<strong>Not resolved.</strong> ${problemText(resolved)}`;
    return holdsAnswer(asked, parts, { status: 409, said, draft });
  }
  return redirect(`/?resolved=${encodeURIComponent(id)}`);
}

function refusedForm(asked: Asked, parts: WebParts, wrong: FormProblem): Promise<Answer> {
  const said = html`<strong>Not resolved.</strong> ${wrong.problem}`;
  return holdsAnswer(asked, parts, { status: 422, said, draft: draftOf(asked, wrong) });
}

/** What was written is not lost. */
function draftOf({ id, form }: Asked, { field, problem }: FormProblem) {
  return {
    approval_id: id,
    reason: form.get('reason') ?? '',
    result: form.get('result') ?? '',
    field,
    problem,
  };
}
