import { isObject, ownMember } from './members.ts';

/** The extension by which a call may be answered with a task (2026-07-28). */
const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** The capabilities of whoever has the extension, a client or a server. */
export const TASKS_CAPABILITY = { extensions: { [TASKS_EXTENSION]: {} } } as const;

/** Whether capabilities name the extension. */
export function declaresTasks(capabilities: unknown): boolean {
  return isObject(ownMember(ownMember(capabilities, 'extensions'), TASKS_EXTENSION));
}

/** Whether a result is a task in its place. */
export function isTask(result: unknown): boolean {
  return ownMember(result, 'resultType') === 'task';
}
