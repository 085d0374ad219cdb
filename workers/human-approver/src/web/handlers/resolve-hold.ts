import { isSupervisorLevel } from '@wcp/spec/document';
import { MAX_REASON_LENGTH } from '@wcp/spec/hall';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { isDoneByHuman } from '../../hall/approval.ts';
import { HallProblem } from '../../hall/hall-problem.ts';
import type { Draft } from '../../page/hold-form.ts';
import { problemText } from '../../page/holds-page.ts';
import { html } from '../../page/html.ts';
import type { ReceivedRequest, WebServices } from '../request.ts';
import { redirect, type WebResponse } from '../response.ts';
import { holdsResponse } from './show-holds.ts';

/** `POST /holds/{id}`: sends a steward's resolution to the Hall; then all open pages refresh. */
export async function resolveHold(request: ReceivedRequest, services: WebServices): Promise<WebResponse> {
  const { id, form } = request;
  const reading = readResolution(id, form);
  if ('problem' in reading) {
    const message = html`<strong>Not resolved.</strong> ${reading.problem}`;
    return holdsResponse(request, services, { status: 422, message, draft: draftOf(request, reading) });
  }
  const resolved = await services.hall.resolve(reading.body);
  services.livePages.refresh();
  if (resolved instanceof HallProblem) {
    const message = html`<strong>Not resolved.</strong> ${problemText(resolved)}`;
    const draft = draftOf(request, { field: null, problem: '' });
    return holdsResponse(request, services, { status: 409, message, draft });
  }
  return redirect(`/?resolved=${encodeURIComponent(id)}`);
}

/** What is wrong with a form, and in which field. */
type FormProblem = Pick<Draft, 'field' | 'problem'>;

/** What the steward wrote is not lost. */
function draftOf({ id, form }: ReceivedRequest, { field, problem }: FormProblem): Draft {
  const [reason, result] = [form.get('reason') ?? '', form.get('result') ?? ''];
  return { approval_id: id, reason, result, field, problem };
}

const RESOLUTIONS = ['approve', 'deny', 'escalate'];

/** Reads the form: the body of the request to the Hall, or what is wrong. */
function readResolution(approval_id: string, form: URLSearchParams): { readonly body: object } | FormProblem {
  const resolution = form.get('resolution') ?? '';
  const seen = form.get('seen_level');
  if (!RESOLUTIONS.includes(resolution) || !isSupervisorLevel(seen)) {
    return { field: null, problem: 'This is not a form of this page.' };
  }
  const reason = (form.get('reason') ?? '').replaceAll('\r\n', '\n').trim();
  if ([...reason].length > MAX_REASON_LENGTH) {
    return { field: 'reason', problem: `A reason has at most ${MAX_REASON_LENGTH} characters.` };
  }
  const body = { approval_id, resolution, reason: reason === '' ? null : reason };
  if (resolution === 'escalate') return { body: { ...body, ...levelOf(form) } };
  if (resolution === 'deny' || !isDoneByHuman(seen)) return { body };
  const result = readResult(form.get('result') ?? '');
  return 'problem' in result ? result : { body: { ...body, ...result } };
}

/** The Hall refuses an unknown supervisor level itself. */
function levelOf(form: URLSearchParams): object {
  const level = form.get('level');
  return level === null ? {} : { level };
}

function readResult(text: string): { readonly result: unknown } | FormProblem {
  if (text.trim() === '') {
    const problem = 'An approval at this supervisor level needs a result: write what you did, as JSON.';
    return { field: 'result', problem };
  }
  try {
    return { result: parseJson(text, FOREIGN_TEXT_LIMITS) };
  } catch (error) {
    return { field: 'result', problem: `The result is not JSON. ${(error as Error).message}` };
  }
}
