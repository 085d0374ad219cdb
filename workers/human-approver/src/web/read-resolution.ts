import { isDoneByHuman, LEVELS, MAX_REASON_LENGTH } from '../hall/approval.ts';

/** What is wrong with a form, and in which field. */
export interface FormProblem {
  readonly field: 'reason' | 'result' | null;
  readonly problem: string;
}

const RESOLUTIONS = ['approve', 'deny', 'escalate'];

/** Reads what a steward filled in: what the Hall is to be asked, or what is wrong. */
export function readResolution(approval_id: string, form: URLSearchParams): { body: object } | FormProblem {
  const resolution = form.get('resolution') ?? '';
  const seen = LEVELS.find((level) => level === form.get('seen_level'));
  if (!RESOLUTIONS.includes(resolution) || seen === undefined) {
    return { field: null, problem: 'The form is not one of this page.' };
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

/** A level that is none is left to the Hall to refuse. */
function levelOf(form: URLSearchParams): object {
  const level = form.get('level');
  return level === null ? {} : { level };
}

function readResult(text: string): { readonly result: unknown } | FormProblem {
  if (text.trim() === '') {
    return {
      field: 'result',
      problem: 'At this level an approval has a result: write as JSON what you did.',
    };
  }
  try {
    return { result: JSON.parse(text) as unknown };
  } catch (error) {
    return { field: 'result', problem: `The result is not JSON. ${(error as Error).message}` };
  }
}
