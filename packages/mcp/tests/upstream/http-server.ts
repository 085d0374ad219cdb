import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type HttpSettings, openUpstream, type Upstream } from '../../src/index.ts';

/** A message as the server read it. */
interface PostedMessage {
  readonly id?: number;
  readonly method: string;
  readonly params: Record<string, unknown> & { readonly name?: string };
}

/** One request, and how to answer it. */
interface Posted {
  readonly message: PostedMessage;
  readonly headers: IncomingMessage['headers'];
  readonly response: ServerResponse;
  json(body: object, status?: number): void;
  /** Begins a stream of events; what it returns writes one. */
  stream(): (data: string, more?: string) => void;
}

/** What answers calls of tools, and what is asked beside POST. */
export interface HttpScript {
  readonly revision?: 'modern' | 'legacy';
  call?(posted: Posted): void;
  get?(request: IncomingMessage, response: ServerResponse): void;
  readonly tools?: readonly unknown[];
}

/** A server over HTTP that does what a test asks of it. */
export interface ScriptedHttp {
  readonly url: string;
  readonly upstream: Upstream;
  /** Each message, with the headers that came along. */
  readonly received: { readonly message: PostedMessage; readonly headers: IncomingMessage['headers'] }[];
  /** Sessions that were ended by the client. */
  readonly ended: (string | undefined)[];
  /** Forgets every session. */
  forgetSessions(): void;
}

const META = 'io.modelcontextprotocol';
const identity = { name: 'http', version: '1.0.0', 'x-unknown': 1 };

/** Starts a server and opens it; both are closed after the test. */
export async function openHttpScript(
  script: HttpScript = {},
  settings: Partial<HttpSettings> = {},
): Promise<ScriptedHttp> {
  const received: ScriptedHttp['received'] = [];
  const ended: ScriptedHttp['ended'] = [];
  const sessions = new Set<string>();
  const server = createServer(async (request, response) => {
    if (request.method === 'DELETE') {
      ended.push(request.headers['mcp-session-id'] as string);
      response.end();
    } else if (request.method === 'GET') {
      if (script.get !== undefined) script.get(request, response);
      else response.writeHead(405).end();
    } else {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const message = JSON.parse(Buffer.concat(chunks).toString()) as PostedMessage;
      received.push({ message, headers: request.headers });
      answer(script, sessions, postedOf(message, request, response));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const upstream = await openUpstream({ alias: 'http', url, ...settings });
  onTestFinished(() => upstream.close());
  return { url, upstream, received, ended, forgetSessions: () => sessions.clear() };
}

function postedOf(message: PostedMessage, { headers }: IncomingMessage, response: ServerResponse): Posted {
  return {
    message,
    headers,
    response,
    json: (body, status = 200) =>
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: message.id ?? null, ...body })),
    stream() {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return (data, more = '') => response.write(`${more}data: ${data}\n\n`);
    },
  };
}

function answer(script: HttpScript, sessions: Set<string>, posted: Posted): void {
  const { message, headers, response, json } = posted;
  const isModern = script.revision === 'modern';
  if (message.method === 'server/discover') {
    const result = {
      supportedVersions: ['2026-07-28'],
      capabilities: {},
      _meta: { [`${META}/serverInfo`]: identity },
    };
    if (isModern) json({ result: { ...result, resultType: 'complete' } });
    else json({ error: { code: -32_000, message: 'Bad Request: Server not initialized' }, id: null }, 400);
  } else if (message.method === 'initialize' && !isModern) {
    const session = `s-${sessions.size + 1}-${Math.random()}`;
    sessions.add(session);
    response.setHeader('mcp-session-id', session);
    json({
      result: { protocolVersion: message.params['protocolVersion'], capabilities: {}, serverInfo: identity },
    });
  } else if (!isModern && !sessions.has(String(headers['mcp-session-id']))) response.writeHead(404).end();
  else if (message.id === undefined) response.writeHead(202).end();
  else if (message.method === 'tools/list')
    json({ result: { tools: script.tools ?? [], resultType: 'complete' } });
  else if (script.call !== undefined) script.call(posted);
  else json({ result: { content: [], structuredContent: message.params, resultType: 'complete' } });
}
