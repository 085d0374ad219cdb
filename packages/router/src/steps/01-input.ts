import { type Denial, deny } from '../evaluation/denial.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';

/** Step 1: the input is valid. */
export function checkInput({ input }: Evaluation): Denial | null {
  if (input.deny_code === null) return null;
  return input.deny_code === 'DENY_INVALID_INPUT'
    ? deny(input.deny_code, { findings: input.findings.map((finding) => ({ ...finding })) })
    : deny(input.deny_code);
}
