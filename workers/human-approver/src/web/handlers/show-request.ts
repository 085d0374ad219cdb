import { HallProblem } from '../../hall/hall-problem.ts';
import { visibleText } from '../../page/html.ts';
import type { ReceivedRequest, WebServices } from '../request.ts';
import { problemPage, type WebResponse } from '../response.ts';

/** `GET /holds/{id}/request`: the whole request, as text, without the credential of its tenant. */
export async function showRequest({ id }: ReceivedRequest, { hall }: WebServices): Promise<WebResponse> {
  const approval = await hall.show(id);
  if (approval instanceof HallProblem) {
    const { code, message } = approval;
    return problemPage(code === 'NOT_FOUND' ? 404 : 502, 'Request not available', `${code}: ${message}`);
  }
  const { tenant_credential: _, ...input } = approval.input;
  return { status: 200, text: visibleText(jsonText(input)) };
}

function jsonText(value: unknown): string {
  try {
    return `${JSON.stringify(value, null, 2)}\n`;
  } catch {
    return 'The request is nested too deeply to show.\n';
  }
}
