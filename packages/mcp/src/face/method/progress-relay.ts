import type { GatewayCall } from '../../base/gateway.ts';
import { type Members, membersOf, ownMember } from '../../base/members.ts';
import type { Exchange } from '../exchange.ts';
import { META } from '../revisions.ts';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Passes on what belongs to one request while it runs: progress, log messages, signs of life. */
export interface ProgressRelay extends Pick<GatewayCall, 'onProgress' | 'onLog'> {
  onProgress(params: unknown): void;
  onLog(params: unknown): void;
  /** Says that the request still waits. */
  onWaiting(message: string): void;
  /** Nothing is passed on any more: the request is answered. */
  end(): void;
}

/** @param params those of the request, whose progress token says whether the client wants progress */
export function progressRelay(params: Members, exchange: Exchange): ProgressRelay {
  const token = ownMember(params['_meta'], META.progress);
  const wantsProgress = typeof token === 'string' || typeof token === 'number';
  let [isOver, waits] = [false, 0];
  const send = (method: string, content: Members) => {
    if (!isOver && !exchange.signal.aborted) exchange.notify(method, content);
  };
  return {
    onProgress(progress) {
      if (wantsProgress) send('notifications/progress', { ...membersOf(progress), progressToken: token });
    },
    onLog(message) {
      if (isWanted(ownMember(message, 'level'), exchange.log_level)) {
        send('notifications/message', membersOf(message));
      }
    },
    onWaiting(message) {
      waits += 1;
      if (wantsProgress) send('notifications/progress', { progressToken: token, progress: waits, message });
    },
    end() {
      isOver = true;
    },
  };
}

/** Whether a text is a level of log messages. */
export function isLogLevel(value: unknown): value is string {
  return LEVELS.includes(value as string);
}

function isWanted(level: unknown, least: string | null): boolean {
  return least !== null && LEVELS.indexOf(level as string) >= LEVELS.indexOf(least);
}
