import type { Socket } from 'node:net';
import { AddressBook } from './address-book.ts';
import { type EgressTarget, readAllowlist, readHosts } from './allowlist.ts';
import { type Carrier, carryConnection, turnAway } from './carry-connection.ts';
import { ConnectionReports } from './connection-reports.ts';
import { Dialler } from './dialler.ts';
import { DEFAULT_EGRESS_LIMITS, type EgressSettings } from './egress-settings.ts';
import { answerOf } from './inside/codes.ts';
import {
  FORWARDER_ARGUMENTS,
  forwarderVariables,
  type InsideFile,
  insideFiles,
  PRELOAD_ARGUMENTS,
  REFUSED_SOCKET,
  socketsOf,
} from './inside-files.ts';
import { readRefused } from './read-refused.ts';
import { SocketFolder } from './socket-folder.ts';

/** Beside the connections: to ask for names, to tell of refused hosts, and to be turned away. */
const SPARE_SOCKETS = 64;

/**
 * The way out of one sandbox that has no network: a folder with a socket for each host and port that the worker may
 * reach. Reaching the socket is the permission, so nothing that a worker sends says where a connection goes. This
 * process resolves the name, judges every address, dials the one it judged and pipes; TLS goes through unopened.
 *
 * @example
 * import { EgressBroker } from '@wcp/sandbox';
 *
 * const egress = await EgressBroker.open({
 *   allowlist: ['api.acme.example', 'mirror.acme.example:8443'],
 *   onConnection: ({ host, port, outcome, bytes_sent }) => console.log(host, port, outcome, bytes_sent),
 * });
 * console.log(egress.folder); // to be bound at /run/egress
 * await egress.close();
 */
export class EgressBroker {
  /** The folder of sockets, to be bound into the sandbox at `/run/egress`. */
  readonly folder: string;
  /** What the sandbox needs under `/run/wcp/egress`. */
  readonly files: readonly InsideFile[];
  /** For a Node program: Node's arguments that make the routes transparent to it, before any other `--import`. */
  readonly nodeArguments: readonly string[];
  /** For any other program: the arguments of a Node that starts the forwarder and then the command behind them. */
  readonly forwarderArguments: readonly string[];
  /** Variables of the program. */
  readonly env: Readonly<Record<string, string>>;

  readonly #folder: SocketFolder;
  readonly #carrier: Carrier;
  readonly #reports: ConnectionReports;
  readonly #live = new Set<Promise<void>>();

  /** Opens the sockets. Throws `ERR_WCP_EGRESS` for an allowlist that cannot be read. */
  static async open(settings: EgressSettings): Promise<EgressBroker> {
    const targets = readAllowlist(settings.allowlist);
    const { private_hosts = [], trusted_hosts = [], resolve } = settings;
    const book = new AddressBook(readHosts(private_hosts), resolve, readHosts(trusted_hosts));
    const broker = new EgressBroker(settings, targets, book);
    try {
      await broker.#listen(targets);
    } catch (error) {
      await broker.close();
      throw error;
    }
    return broker;
  }

  private constructor(settings: EgressSettings, targets: readonly EgressTarget[], book: AddressBook) {
    const { forwarder = false, onConnection = () => {} } = settings;
    const limits = { ...DEFAULT_EGRESS_LIMITS, ...settings.limits };
    this.#carrier = { book, dialler: new Dialler(), limits };
    this.#reports = new ConnectionReports(onConnection, limits.reports);
    this.#folder = new SocketFolder(limits.connections + SPARE_SOCKETS, settings.user);
    this.folder = this.#folder.path;
    this.files = insideFiles(targets);
    this.nodeArguments = PRELOAD_ARGUMENTS;
    this.forwarderArguments = forwarder ? FORWARDER_ARGUMENTS : [];
    this.env = forwarder ? forwarderVariables(targets) : {};
  }

  /** Breaks every connection off, tells of each, and removes the folder. */
  async close(): Promise<void> {
    this.#carrier.dialler.close();
    await this.#folder.close();
    await Promise.all(this.#live);
  }

  async #listen(targets: readonly EgressTarget[]): Promise<void> {
    for (const [index, target] of targets.entries()) {
      const { socket, names } = socketsOf(index);
      await this.#folder.listen(socket, (worker) => this.#accept(worker, target));
      await this.#folder.listen(names, (worker) => this.#tellNames(worker, target));
    }
    await this.#folder.listen(REFUSED_SOCKET, (worker) => {
      readRefused(worker, ({ host, port }) => this.#reports.refused(host, port));
    });
  }

  #accept(worker: Socket, target: EgressTarget): void {
    const report = this.#reports.begin(target);
    if (this.#live.size >= this.#carrier.limits.connections) {
      report(turnAway(worker, 'EGRESS_TOO_MANY_CONNECTIONS'));
      return;
    }
    const carried = carryConnection(worker, target, this.#carrier).then(report);
    this.#live.add(carried);
    carried.finally(() => this.#live.delete(carried));
  }

  /** Answers with the addresses of a host that may be dialled. */
  async #tellNames(worker: Socket, target: EgressTarget): Promise<void> {
    worker.on('error', () => {});
    const judged = await this.#carrier.book.addressesOf(target, this.#carrier.limits.connect_ms);
    if ('code' in judged) return void turnAway(worker, judged.code);
    const addresses = judged.addresses.map(({ address }) => address).join('\n');
    worker.end(Buffer.concat([answerOf(null), Buffer.from(addresses)]), () => worker.destroy());
  }
}
