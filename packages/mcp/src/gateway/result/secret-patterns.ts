/** A kind of secret that is recognised by its form. */
export interface SecretPattern {
  /** What stands in its place: `[redacted: aws-key]`. */
  readonly name: string;
  /** Global; it matches at least one character, and in time that grows with the length of the text alone. */
  readonly pattern: RegExp;
}

/**
 * Secrets whose form nothing else has. A text that hides one on purpose, split or encoded, is not found: this is for
 * what a server lets slip, not against a server that steals.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    name: 'private-key',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { name: 'aws-key', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  { name: 'github-token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g },
  { name: 'gitlab-token', pattern: /\bglpat-[A-Za-z0-9_-]{20,255}/g },
  { name: 'slack-token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { name: 'api-key', pattern: /\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,255}/g },
  { name: 'stripe-key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,255}\b/g },
  { name: 'google-key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: 'hall-key', pattern: /\bwcp_[A-Za-z0-9_-]{16,255}/g },
  { name: 'webhook-secret', pattern: /\bwhsec_[A-Za-z0-9+/=]{20,255}/g },
  { name: 'jwt', pattern: /\beyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}/g },
  {
    name: 'password-in-url',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{1,256}:[^\s/@"'<>]{1,256}@/gi,
  },
];
