import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../support/pipe.ts';
import { sdkCases, served, v1 } from './sdk.case.ts';

sdkCases('HTTP');

describe('SDK v1 over HTTP', () => {
  test('Hears that the list of tools changed, and log messages of a call', async () => {
    const { gateway, url, requestInit } = await served();
    const { client } = await v1(new HttpV1(url, { requestInit }), gateway);
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    const logged = new Promise<Json>((resolve) => {
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }: Json) => resolve(params));
    });
    await client.setLoggingLevel('error');
    const timer = setInterval(() => gateway.changeList('tools'), 20);
    await changed;
    clearInterval(timer);
    const gone = new AbortController();
    const slow = client.callTool({ name: 'slow', arguments: {} }, undefined, { signal: gone.signal });
    expect((await logged).level).toBe('error');
    gone.abort();
    await slow.catch(() => undefined);
  });

  test('Ends its session', async () => {
    const { gateway, url, requestInit } = await served();
    const transport = new HttpV1(url, { requestInit });
    await v1(transport, gateway);
    await transport.terminateSession();
    expect(gateway.listeners).toBe(0);
  });
});
