import { type LookupFunction, type NetConnectOpts, Socket, type TcpNetConnectOpts } from 'node:net';
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls';
import { awaitAnswer } from './await-answer.ts';
import { egressError } from './codes.ts';
import type { InsideRoute, Routes } from './routes.ts';

type Options = Partial<TcpNetConnectOpts> & { readonly path?: string };
type Done = () => void;
type Connect = (this: Socket, ...args: unknown[]) => Socket;

/** Lets every connection of this process to a listed host and port go through its route. */
export function patchConnect(routes: Routes): void {
  const connect = Socket.prototype.connect as Connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    const { options, done } = readArguments(args);
    if (typeof options.path === 'string' || options.port === undefined) return connect.apply(this, args);
    const [host, port] = [options.host ?? 'localhost', Number(options.port)];
    const way = routes.wayTo(host, port);
    if (way.kind === 'own') return connect.apply(this, args);
    if (done !== undefined) this.once('connect', done);
    Object.assign(this, { connecting: true });
    if (way.kind === 'refused') refuse(routes, this, host, port);
    else begin(this, way.route, options, connect);
    return this;
  };
  patchTls(routes);
}

/**
 * TLS takes its socket over at once, before the broker could answer; so it gets one that is not connected yet, which
 * it leaves alone until then.
 */
function patchTls(routes: Routes): void {
  const connect = tls.connect as (...args: unknown[]) => TLSSocket;
  tls.connect = (...args: unknown[]): TLSSocket => {
    const { options, done } = readArguments(args) as { options: ConnectionOptions; done?: Done };
    // Node passes null or undefined for what is not given.
    const isRouted = !options.socket && typeof options.path !== 'string' && options.port !== undefined;
    if (!isRouted || routes.wayTo(options.host ?? 'localhost', Number(options.port)).kind !== 'route') {
      return connect.apply(tls, args);
    }
    const socket = new Socket().connect(options as NetConnectOpts);
    const secure = connect.call(tls, { ...options, socket }, done);
    if (options.timeout !== undefined) secure.setTimeout(options.timeout);
    secure.once('close', () => socket.destroy());
    return secure;
  };
}

function refuse(routes: Routes, socket: Socket, host: string, port: number): void {
  routes.reportRefused(host, port);
  process.nextTick(() => socket.destroy(egressError('EGRESS_NOT_LISTED', host, port)));
}

/** A lookup of the program's own may still object to the host; where the connection goes is up to the broker. */
function begin(
  socket: Socket,
  { host, port, socket: path }: InsideRoute,
  options: Options,
  connect: Connect,
): void {
  const start = (error?: Error | null) => {
    if (socket.destroyed) return;
    if (error) return void socket.destroy(error);
    awaitAnswer(socket, host, port);
    connect.call(socket, { path });
  };
  const { lookup } = options;
  if (lookup === undefined) process.nextTick(start);
  else process.nextTick(() => askProgram(lookup, options, start));
}

function askProgram(lookup: LookupFunction, options: Options, done: (error?: Error | null) => void): void {
  const { family = 0, hints = 0 } = options;
  lookup(options.host ?? 'localhost', { family, hints, all: true }, (error) => done(error));
}

/** The forms in which `connect` of `node:net` and `node:tls` may be called. */
function readArguments(args: readonly unknown[]): { options: Options; done?: Done } {
  // Node calls itself with one list of what it has read already.
  const [first, ...rest] = Array.isArray(args[0]) ? args[0] : args;
  const done = [...rest].reverse().find((each) => typeof each === 'function') as Done | undefined;
  const more = rest.find((each) => typeof each === 'object' && each !== null) ?? {};
  const host = typeof rest[0] === 'string' ? { host: rest[0] } : {};
  const ending = done === undefined ? {} : { done };
  if (typeof first === 'object' && first !== null) return { options: first, ...ending };
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first));
  return {
    options: { ...more, ...(isPort ? { port: Number(first), ...host } : { path: String(first) }) },
    ...ending,
  };
}
