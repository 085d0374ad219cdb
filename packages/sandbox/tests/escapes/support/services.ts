import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type ListenOptions, type Server } from 'node:net';

/** Services of the host that hostile programs want to reach. */
export class Services {
  readonly #open: (Server | DatagramSocket)[] = [];

  /** Serves HTTP at every address; `/away` leads elsewhere. */
  http(away = ''): Promise<number> {
    const server = createHttpServer((asked, answer) => {
      const isAway = asked.url === '/away';
      answer.writeHead(isAway ? 302 : 200, isAway ? { location: away } : {});
      answer.end('of the host');
    });
    return this.#listen(server, { port: 0, host: '::' });
  }

  /** Accepts connections and answers the first words of each. */
  accept(options: ListenOptions): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.end('OK of the host\r\n'));
    });
    return this.#listen(server, options);
  }

  /** Answers every datagram as a name server would: each name has the address 192.0.2.7. */
  async names(): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (question, { port, address }) => socket.send(answerOf(question), port, address));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    this.#open.push(socket);
    return socket.address().port;
  }

  /** A port that nobody listens on. */
  async freePort(): Promise<number> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  close(): void {
    for (const each of this.#open) {
      if ('closeAllConnections' in each) (each as { closeAllConnections(): void }).closeAllConnections();
      each.close();
    }
  }

  async #listen(server: Server, options: ListenOptions): Promise<number> {
    server.listen(options);
    await once(server, 'listening');
    server.unref();
    this.#open.push(server);
    return (server.address() as AddressInfo).port;
  }
}

/** Tries to connect to a port until the returned function is called. */
export function visit(port: number): () => void {
  const timer = setInterval(() => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('connect', () => socket.destroy());
  }, 20);
  return () => clearInterval(timer);
}

function answerOf(question: Buffer): Buffer {
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7]);
  const header = Buffer.from(question.subarray(0, 12));
  if (header.length < 12) return Buffer.from('of the host');
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt16BE(0, 10);
  // The question ends behind its name, its kind and its class.
  const end = question.indexOf(0, 12) + 5;
  return Buffer.concat([header, question.subarray(12, end), record]);
}
