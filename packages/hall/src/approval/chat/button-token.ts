import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SupervisorLevel } from '@wcp/spec';
import { z } from 'zod';
import type { Approval } from '../approval.ts';
import { objectIn } from './bounded-json.ts';

/** What a button does: one thing, to one hold as it was when the message was written. */
export interface ButtonAction {
  readonly approval_id: string;
  readonly resolution: 'approve' | 'deny';
  /** What the approval is for; see {@link Approval.binding}. */
  readonly binding: string;
  readonly level: SupervisorLevel;
  readonly expires_at: string;
}

const MAX_LENGTH = 1000;
const form = z.strictObject({
  approval_id: z.string(),
  resolution: z.enum(['approve', 'deny']),
  binding: z.string(),
  level: z.enum(['advisory', 'gatekeeper', 'executor', 'incident_commander']),
  expires_at: z.string(),
});

/**
 * The values of the buttons of one chat: sealed, so that nobody who can send the chat's callbacks changes what a
 * button does, nor makes one for another hold.
 */
export class ButtonTokens {
  readonly #key: Buffer;

  /** @param secret what the Hall and the chat's service alone know; the chat's name keeps two chats apart */
  constructor(secret: string, chat: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, chat, 'wcp approval button', 32));
  }

  seal(action: ButtonAction): string {
    const body = Buffer.from(JSON.stringify(action)).toString('base64url');
    return `${body}.${this.#mac(body)}`;
  }

  /** What a button was made for; null for anything that {@link seal} did not make. The value is an attacker's. */
  open(value: unknown): ButtonAction | null {
    if (typeof value !== 'string' || value.length > MAX_LENGTH) return null;
    const [body = '', mac = '', ...more] = value.split('.');
    const [given, own] = [Buffer.from(mac), Buffer.from(this.#mac(body))];
    if (more.length > 0 || given.length !== own.length || !timingSafeEqual(given, own)) return null;
    const read = form.safeParse(objectIn(Buffer.from(body, 'base64url')));
    return read.success ? read.data : null;
  }

  #mac(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}

/** What a button does to a hold as it is now. */
export function actionOn(
  { approval_id, binding, level, expires_at }: Approval,
  resolution: ButtonAction['resolution'],
): ButtonAction {
  return { approval_id, resolution, binding, level, expires_at };
}

/** Whether a button was made for a hold as it is now: an escalation makes the earlier ones void. */
export function isFor(action: ButtonAction, { binding, level, expires_at }: Approval): boolean {
  return action.binding === binding && action.level === level && action.expires_at === expires_at;
}
