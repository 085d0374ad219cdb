/** An HTTP answer, read as far as possible. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Undefined if it is not JSON. */
  readonly json: unknown;
  /** A problem document (RFC 9457). */
  readonly problem: HallProblem | null;
}

/** The problem document of a Hall. */
export interface HallProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly findings: readonly { readonly path: string; readonly code: string; readonly message: string }[];
}

/** Reads a response to its end. */
export async function readHallAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const json = /[/+]json\b/.test(type) ? parse(text) : undefined;
  const problem = type.startsWith('application/problem+json') ? readProblem(json) : null;
  return { status: response.status, text, json, problem };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readProblem(json: unknown): HallProblem | null {
  const { status, code, title, detail, findings } = Object(json) as Record<string, unknown>;
  if (typeof status !== 'number' || typeof code !== 'string') return null;
  const list = Array.isArray(findings) ? findings : [];
  return {
    status,
    code,
    title: String(title ?? code),
    detail: String(detail ?? ''),
    findings: list.map((finding: unknown) => {
      const { path = '', code: found = '', message = '' } = Object(finding) as Record<string, unknown>;
      return { path: String(path), code: String(found), message: String(message) };
    }),
  };
}
