import { randomBytes } from 'node:crypto';
import type { Caller } from '../../base/gateway.ts';
import type { Members } from '../../base/members.ts';
import type { FaceParts } from '../face-parts.ts';
import { LegacySession } from '../legacy-session.ts';
import type { AnswerStream } from './answer-stream.ts';

/** How many sessions there may be, and for how long. */
export interface SessionLimits {
  readonly sessions: number;
  readonly sessions_per_tenant: number;
  /** Milliseconds after which an idle session ends. */
  readonly session_idle_ms: number;
}

/** A session over HTTP, with the stream for what belongs to no request. */
export class HttpSession {
  readonly id = randomBytes(32).toString('base64url');
  readonly session: LegacySession;
  used_at: number;
  #stream: AnswerStream | null = null;

  constructor(parts: FaceParts, caller: Caller, initialize: Members, now: number) {
    this.used_at = now;
    // Without a stream there is nobody to tell: the client asks for its lists when it connects again.
    this.session = new LegacySession(parts, caller, initialize, (message) => this.#stream?.send(message));
  }

  get hasStream(): boolean {
    return this.#stream !== null;
  }

  /** Whether nothing of it is open. */
  get isIdle(): boolean {
    return this.#stream === null && this.session.isIdle;
  }

  attach(stream: AnswerStream): void {
    this.#stream = stream;
    stream.open();
  }

  detach(stream: AnswerStream): void {
    if (this.#stream === stream) this.#stream = null;
  }

  close(): void {
    this.session.close();
    this.#stream?.finish(null);
    this.#stream = null;
  }
}

/** The sessions of a face. One belongs to the key that opened it: to any other it does not exist. */
export class HttpSessions {
  readonly #parts: FaceParts;
  readonly #limits: SessionLimits;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, HttpSession>();

  constructor(parts: FaceParts, limits: SessionLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Opens a session; null where there is no room. An idle one of the same tenant makes room, never one of another. */
  open(caller: Caller, initialize: Members): HttpSession | null {
    this.#endIdle();
    const own = this.#ofTenant(caller.tenant_id);
    const isFull =
      this.#sessions.size >= this.#limits.sessions || own.length >= this.#limits.sessions_per_tenant;
    if (isFull && !this.#makeRoom(own)) return null;
    const session = new HttpSession(this.#parts, caller, initialize, performance.now());
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session with an id, for the caller whose it is. */
  find(id: unknown, { tenant_id, key_id }: Caller): HttpSession | null {
    this.#endIdle();
    const found = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    const caller = found?.session.caller;
    if (found === undefined || caller?.tenant_id !== tenant_id || caller.key_id !== key_id) return null;
    found.used_at = performance.now();
    this.#sessions.delete(found.id);
    this.#sessions.set(found.id, found);
    return found;
  }

  end(session: HttpSession): void {
    if (!this.#sessions.delete(session.id)) return;
    this.#parts.log({ event: 'session_closed', message: 'A session ended.' });
    session.close();
  }

  closeAll(): void {
    for (const session of [...this.#sessions.values()]) this.end(session);
  }

  #ofTenant(tenant_id: string): HttpSession[] {
    return [...this.#sessions.values()].filter(({ session }) => session.caller.tenant_id === tenant_id);
  }

  #makeRoom(own: readonly HttpSession[]): boolean {
    const oldest = own.find(({ isIdle }) => isIdle);
    if (oldest !== undefined) this.end(oldest);
    return oldest !== undefined;
  }

  #endIdle(): void {
    const oldest = performance.now() - this.#limits.session_idle_ms;
    for (const session of this.#sessions.values()) {
      if (session.used_at >= oldest) return;
      if (session.isIdle) this.end(session);
    }
  }
}
