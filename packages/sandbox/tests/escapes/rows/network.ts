import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { EscapeRow } from './escape-row.ts';

const refused = { stopped_by: 'namespace', how: /^ECONNREFUSED$/ } as const;
const unreachable = { stopped_by: 'namespace', how: /^(ENETUNREACH|EHOSTUNREACH|ECONNREFUSED)$/ } as const;
const unlisted = { stopped_by: 'egress', how: /^EACCES$/ } as const;
const listed: PrivilegeEnvelope = {
  network_egress: 'allowlisted',
  egress_allowlist: ['localhost:{port}', '{own_address}:{port}'],
};
const private_hosts = ['localhost', '{own_address}'];
const NO_HOST = { to: 'anyone', why: 'no host of the test has this address or name' } as const;

const connecting = (title: string, words: readonly string[], expect: EscapeRow['expect']): EscapeRow => ({
  title,
  program: 'connect.mjs',
  tries: 'connects to it',
  words,
  expect,
});

const opening = (title: string, words: readonly string[], how: RegExp): EscapeRow => ({
  title,
  program: 'open-socket.py',
  tries: 'calls socket',
  words,
  expect: { stopped_by: 'seccomp', how },
});

/** Without a network, with listed hosts, and with the network of the host. */
export const NETWORK: readonly EscapeRow[] = [
  connecting('A service of the host on loopback is reached.', ['127.0.0.1', '{port}'], refused),
  connecting('A service of the host on the loopback of IPv6 is reached.', ['::1', '{port}'], refused),
  connecting(
    'A service of the host at its own address is reached.',
    ['{own_address}', '{port}'],
    unreachable,
  ),
  { ...connecting('A private network is reached.', ['10.0.0.1', '80'], unreachable), unshown: NO_HOST },
  {
    ...connecting('The metadata of a cloud are reached.', ['169.254.169.254', '80'], unreachable),
    unshown: NO_HOST,
  },
  {
    title: 'A service of the host is reached by datagrams.',
    program: 'send-datagram.py',
    tries: 'sends one and waits for the answer',
    words: ['127.0.0.1', '{names_port}'],
    expect: refused,
  },
  {
    title: 'A name is resolved, and data leave in the question.',
    program: 'ask-names.mjs',
    tries: 'asks a name server',
    words: ['127.0.0.1', '{names_port}'],
    expect: refused,
  },
  {
    ...opening('Packets are read and forged below TCP and UDP.', ['2', '3', '1'], /^EPERM$/),
    unshown: { to: 'unprivileged', why: 'only root may do it at all' },
  },
  {
    ...opening('Frames of the network are read.', ['17', '3', '0'], /^EAFNOSUPPORT$/),
    unshown: { to: 'unprivileged', why: 'only root may do it at all' },
  },
  opening('The network is configured.', ['16', '3', '0'], /^EAFNOSUPPORT$/),
  {
    ...opening('The host of a virtual machine is reached.', ['40', '1', '0'], /^EAFNOSUPPORT$/),
    unshown: { to: 'anyone', why: 'not every machine has such sockets' },
  },
  {
    title: 'The worker serves the host’s neighbours.',
    program: 'listen.mjs',
    tries: 'listens on a port of every address',
    words: ['{free_port}'],
    isVisited: true,
    expect: { stopped_by: 'namespace', how: /^nobody came$/ },
  },
  {
    ...connecting('Another port of a listed host is reached.', ['{own_address}', '{other_port}'], unlisted),
    envelope: listed,
    private_hosts,
  },
  {
    ...connecting('An unlisted host is reached by its address.', ['{other_address}', '{port}'], unlisted),
    envelope: listed,
    private_hosts,
  },
  {
    ...connecting('An unlisted host is reached by its name.', ['{own_name}', '{port}'], unlisted),
    envelope: listed,
    private_hosts,
  },
  {
    title: 'An unlisted host is reached past everything that a preload changes.',
    program: 'connect.py',
    tries: 'calls the kernel itself',
    words: ['{own_address}', '{other_port}'],
    envelope: listed,
    private_hosts,
    expect: unreachable,
  },
  {
    title: 'An unlisted host is reached through the forwarder.',
    program: 'connect-by-proxy.py',
    tries: 'asks the proxy of its environment for it',
    words: ['{own_address}', '{other_port}'],
    envelope: listed,
    private_hosts,
    expect: unlisted,
  },
  {
    title: 'An unlisted host is reached by a redirect of a listed one.',
    program: 'fetch.mjs',
    tries: 'follows it',
    words: ['http://localhost:{port}/away'],
    envelope: listed,
    private_hosts,
    expect: unlisted,
  },
  {
    ...connecting('A private address is reached by a listed name.', ['localhost', '{port}'], unlisted),
    envelope: listed,
  },
  {
    title: 'A private address is reached by a name that changes what it leads to.',
    program: 'fetch.mjs',
    tries: 'asks for a name whose second address is another one',
    words: ['http://rebind.example:{port}/'],
    envelope: { network_egress: 'allowlisted', egress_allowlist: ['rebind.example:{port}'] },
    // The first address answers nobody; the second is the one that the attacker wants.
    resolved: ['127.0.0.1', '192.0.2.1'],
    expect: { stopped_by: 'egress', how: /^EACCES$/ },
    unshown: NO_HOST,
  },
  {
    ...connecting(
      'The metadata of a cloud are reached by a listed address.',
      ['169.254.169.254', '80'],
      unlisted,
    ),
    envelope: { network_egress: 'allowlisted', egress_allowlist: ['169.254.169.254:80'] },
    unshown: NO_HOST,
  },
  {
    title: 'A listed host gets data that it should not have.',
    program: 'fetch.mjs',
    tries: 'sends it what the worker was given',
    words: ['http://localhost:{port}/?what=the+worker+knows'],
    envelope: listed,
    private_hosts,
    expect: {
      open: 'a host that may be reached may be told anything',
      says: 'A worker can send all that it is given to every host that its envelope lists.',
    },
  },
  {
    ...connecting(
      'A service of the host is reached by a worker that may reach everything.',
      ['127.0.0.1', '{port}'],
      {
        open: 'the envelope asks for the network of the host',
        says: 'With `network_egress: unrestricted` a worker has the network of the host, its loopback and its abstract sockets included.',
      },
    ),
    envelope: { network_egress: 'unrestricted' },
  },
  {
    title: 'An abstract socket of the host is reached by a worker that may reach everything.',
    program: 'abstract-socket.py',
    tries: 'connects to its name',
    words: ['{abstract}'],
    envelope: { network_egress: 'unrestricted' },
    expect: {
      open: 'abstract sockets belong to the network',
      says: 'With `network_egress: unrestricted` a worker has the network of the host, its loopback and its abstract sockets included.',
    },
  },
];
