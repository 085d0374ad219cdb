import type { Caller } from '../../src/base/gateway.ts';
import type { OpenGateway } from '../../src/index.ts';
import { HttpClient, messagesOf, StreamReader } from './http-client.ts';
import { type Json, metaOf, PipeClient } from './pipe.ts';

/** What a client declares that takes tasks. */
export const TAKES_TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** A client of 2026-07-28 before a gateway. */
export interface TaskClient {
  /** The result of a request, or its error. */
  ask(method: string, params?: Json, capabilities?: object): Promise<Json>;
  /** Asks until a task has ended. */
  ended(taskId: string): Promise<Json>;
  /** Asks to hear of tasks; each call of what it returns brings the next message. */
  listen(taskIds: readonly string[], capabilities?: object): Promise<() => Promise<Json>>;
  close(): Promise<void>;
}

type Open = (gateway: Pick<OpenGateway, 'gateway'>, caller: Caller) => Promise<TaskClient>;
type Send = (method: string, params: Json, capabilities: object) => Promise<Json>;

const overStdio: Open = async ({ gateway }, caller) => {
  const pipe = new PipeClient({ gateway, caller });
  return {
    ...asking((method, params, capabilities) => pipe.ask(method, { ...params, _meta: metaOf(capabilities) })),
    async listen(taskIds, capabilities = TAKES_TASKS) {
      const id = pipe.send('subscriptions/listen', {
        notifications: { taskIds },
        _meta: metaOf(capabilities),
      });
      const isOurs = ({ id: answered, params }: Json) =>
        answered === id || params?._meta?.['io.modelcontextprotocol/subscriptionId'] === id;
      let seen = 0;
      return async () => {
        const from = seen;
        const message = await pipe.message((each) => isOurs(each) && pipe.received.indexOf(each) >= from);
        seen = pipe.received.indexOf(message) + 1;
        return message;
      };
    },
    close: () => pipe.face.close(),
  };
};

const overHttp: Open = async ({ gateway }, caller) => {
  const authenticate = async () => ({ ok: true, caller }) as const;
  const http = await new HttpClient({ gateway, authenticate }).open();
  return {
    ...asking(async (method, params, capabilities) =>
      (await messagesOf(await http.modern(method, params, { capabilities }))).at(-1),
    ),
    async listen(taskIds, capabilities = TAKES_TASKS) {
      const params = { notifications: { taskIds } };
      const answer = await http.modern('subscriptions/listen', params, { capabilities });
      if (answer.headers.get('content-type') === 'application/json')
        return async () => (await messagesOf(answer))[0];
      const reader = new StreamReader(answer);
      return () => reader.next();
    },
    close: () => http.face.close(),
  };
};

/** The faces that such a client may stand before. */
export const TASK_FACES: readonly (readonly [string, Open])[] = [
  ['stdio', overStdio],
  ['HTTP', overHttp],
];

function asking(send: Send): Pick<TaskClient, 'ask' | 'ended'> {
  const ask = async (method: string, params: Json = {}, capabilities: object = TAKES_TASKS) => {
    const message = await send(method, params, capabilities);
    return message.result ?? message.error;
  };
  return {
    ask,
    async ended(taskId) {
      for (;;) {
        const task = await ask('tasks/get', { taskId });
        if (!['working', 'input_required'].includes(task.status)) return task;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
