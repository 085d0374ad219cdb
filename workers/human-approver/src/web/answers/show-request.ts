import { HallProblem } from '../../hall/hall-problem.ts';
import { visibleText } from '../../page/visible-text.ts';
import { type Answer, refuse } from '../answer.ts';
import type { Asked, WebParts } from '../asked.ts';

/** `GET /holds/{id}/request`: all that was asked, as text. The tenant's credential is not the steward's. */
export async function showRequest({ id }: Asked, { hall }: WebParts): Promise<Answer> {
  const approval = await hall.show(id);
  if (approval instanceof HallProblem) {
    const { code, message } = approval;
    return refuse(code === 'NOT_FOUND' ? 404 : 502, 'Not shown', `${code}: ${message}`);
  }
  const { tenant_credential: _, ...input } = approval.input;
  return { status: 200, text: visibleText(jsonText(input)) };
}

function jsonText(value: unknown): string {
  try {
    return `${JSON.stringify(value, null, 2)}\n`;
  } catch {
    return 'It is nested too deeply to be written.\n';
  }
}
