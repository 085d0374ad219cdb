import { BLAST_DIMENSIONS } from '../document/table/blast.ts';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '../document/table/classification.ts';

/** What one member of a RouteInput may hold (section 3). */
export interface InputMember {
  readonly required: boolean;
  readonly expected: string;
  /** How the canonical text of a valid value begins, where any object or any text is valid. */
  readonly begins?: '{' | '"';
  /** A blank value is a denial of its own and not a finding. */
  readonly mayBeBlank?: boolean;
  /** Null stands for absent: clients write absent members so (R18). */
  readonly mayBeNull?: boolean;
}

const required = (expected: string): InputMember => ({ required: true, expected });
const optional = (expected: string): InputMember => ({ required: false, expected });
const orNull = (member: InputMember): InputMember => ({ ...member, mayBeNull: true });
const OPAQUE: InputMember = {
  required: true,
  expected: '1 to 128 characters of A-Z a-z 0-9 . _ : @ / -',
  mayBeBlank: true,
};
const TEXT: InputMember = { required: false, expected: 'a string', begins: '"' };
const OBJECT: InputMember = { required: false, expected: 'an object', begins: '{' };
const RADIUS = `an object of ${BLAST_DIMENSIONS.join(', ')}, each an integer from 0 to 5`;

/** Every member of a RouteInput by its name. */
export const INPUT_MEMBERS: ReadonlyMap<string, InputMember> = new Map([
  ['capability_id', required('a capability id, such as cap.doc.summarize')],
  ['env', required(`one of ${ENVS.join(', ')}`)],
  ['data_label', required(`one of ${DATA_LABELS.join(', ')}`)],
  ['tenant_risk', required(`one of ${TENANT_RISKS.join(', ')}`)],
  ['qos_class', required(`one of ${QOS_CLASSES.join(', ')}`)],
  ['tenant_id', OPAQUE],
  ['correlation_id', OPAQUE],
  ['policy_version', orNull(TEXT)],
  ['tenant_credential', orNull(TEXT)],
  ['blast_score', orNull(optional('an integer from 0 to 100'))],
  ['dry_run', optional('true or false')],
  ['request', OBJECT],
  ['privilege_context', orNull(OBJECT)],
  ['ext', orNull(OBJECT)],
  ['blast_radius', orNull({ ...OBJECT, expected: RADIUS })],
]);

/** Whether a text is one of a member's values. */
export function isOneOf<T extends string>(values: readonly T[], text: string): text is T {
  return (values as readonly string[]).includes(text);
}

/** Whether a value is an integer from 0 to `most`. */
export function isIntegerTo(most: number, value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
