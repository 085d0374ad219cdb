import { isSupervisorLevel, SUPERVISOR_LEVELS } from '@wcp/spec/document';
import type { CedarPolicy } from './cedar-policy.ts';

/** What the annotations of a policy say to the gate, or what is wrong with them. */
export type AnnotationReading =
  | {
      readonly ok: true;
      readonly said: Pick<CedarPolicy, 'reason' | 'level'> & { readonly id: string | null };
    }
  | { readonly ok: false; readonly faults: readonly AnnotationFault[] };

interface AnnotationFault {
  readonly message: string;
  readonly remedy: string;
}

type Annotations = Readonly<Record<string, string>>;

/** The longest id and the longest reason, in UTF-16 units. */
const MAX_TEXT = { id: 100, reason: 500 } as const;

const LINE = /^[^\p{Cc}\p{Cf}\u2028\u2029]+$/u;

/**
 * Reads `@id`, `@reason`, `@wcp_outcome` and `@wcp_level`; other annotations are the author's own.
 *
 * @param effect of the policy: only one that permits can ask for a human
 */
export function readAnnotations(annotations: Annotations, effect: string): AnnotationReading {
  const faults = [
    ...textFaults(annotations),
    ...unknownFaults(annotations),
    ...outcomeFaults(annotations, effect),
  ];
  if (faults.length > 0) return { ok: false, faults };
  const { id = null, reason = null, wcp_level: level } = annotations;
  return { ok: true, said: { id, reason, level: isSupervisorLevel(level) ? level : null } };
}

function textFaults(annotations: Annotations): AnnotationFault[] {
  return Object.entries(MAX_TEXT).flatMap(([name, max]) => {
    const text = annotations[name];
    if (text === undefined || (text.length <= max && LINE.test(text))) return [];
    const message = `@${name} is not one line of at most ${max} characters.`;
    return [{ message, remedy: `Write @${name}("…") with a short text.` }];
  });
}

function unknownFaults(annotations: Annotations): AnnotationFault[] {
  return Object.keys(annotations)
    .filter((name) => name.startsWith('wcp') && name !== 'wcp_outcome' && name !== 'wcp_level')
    .map((name) => ({
      message: `No gate knows the annotation @${name}.`,
      remedy: 'Write @wcp_outcome("human") and @wcp_level("gatekeeper"), or remove it.',
    }));
}

function outcomeFaults({ wcp_outcome, wcp_level }: Annotations, effect: string): AnnotationFault[] {
  const levels = SUPERVISOR_LEVELS.join(', ');
  const withLevel = `Write @wcp_outcome("human") and @wcp_level with one of ${levels}.`;
  if (wcp_outcome === undefined) {
    if (wcp_level === undefined) return [];
    return [{ message: '@wcp_level stands without @wcp_outcome("human").', remedy: withLevel }];
  }
  if (wcp_outcome !== 'human') return [{ message: '@wcp_outcome can only be "human".', remedy: withLevel }];
  if (effect !== 'permit') {
    const remedy = 'Make it a permit, which a human must confirm, or remove @wcp_outcome.';
    return [{ message: 'A forbid denies, and no human can confirm it.', remedy }];
  }
  if (isSupervisorLevel(wcp_level)) return [];
  return [{ message: '@wcp_outcome("human") needs a @wcp_level.', remedy: withLevel }];
}
