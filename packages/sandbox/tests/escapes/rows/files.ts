import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { EscapeRow } from './escape-row.ts';

const absent = { stopped_by: 'view', how: /^ENOENT$/ } as const;
const writing: PrivilegeEnvelope = { network_egress: 'none', filesystem_writes: ['{writes}'] };
const ROOT_ONLY = { to: 'unprivileged', why: 'only root may do it at all' } as const;

/** Store, keys, snapshots, secrets and other workers’ files; links; devices. */
export const FILES: readonly EscapeRow[] = [
  ...(
    [
      ['The signing key of the Hall is read.', 'signing_key'],
      ['The API keys in the store of the Hall are read.', 'store'],
      ['A secret that the Hall keeps for another worker is read.', 'secret'],
      ['The snapshot of another worker’s code is read.', 'snapshot'],
      ['A file in the write path of another worker is read.', 'neighbour_file'],
    ] as const
  ).map(
    ([title, place]): EscapeRow => ({
      title,
      program: 'read-file.mjs',
      tries: 'opens it by its path',
      words: [`{${place}}`],
      expect: absent,
    }),
  ),
  ...(
    [
      ['The store of the Hall is written to.', 'store'],
      ['The signing key of the Hall is replaced.', 'signing_key'],
      ['The rules in force are written to.', 'rules'],
      ['The snapshot of another worker’s code is written to.', 'snapshot'],
      ['A file in the write path of another worker is written to.', 'neighbour_file'],
    ] as const
  ).map(
    ([title, place]): EscapeRow => ({
      title,
      program: 'write-file.mjs',
      tries: 'opens it for writing',
      words: [`{${place}}`],
      expect: absent,
    }),
  ),
  {
    title: 'Rules of the worker’s own take the place of those in force.',
    program: 'put-in-place.mjs',
    tries: 'renames a file over them',
    words: ['{rules_copy}', '{rules}.new', '{rules}'],
    expect: absent,
  },
  {
    title: 'The key is found by going up from the worker’s own folder.',
    program: 'climb.mjs',
    tries: 'reads a path full of ".."',
    words: ['{signing_key}'],
    expect: absent,
  },
  {
    title: 'The key is read through a link in the private /tmp.',
    program: 'read-through-link.mjs',
    tries: 'makes a symbolic link to it',
    words: ['{signing_key}', '/tmp/wcp-escape-link'],
    expect: absent,
  },
  {
    title: 'The key is read through a link in the worker’s own write path.',
    program: 'read-through-link.mjs',
    tries: 'makes a symbolic link to it where the host can see it',
    words: ['{signing_key}', '{writes}/link'],
    envelope: writing,
    expect: absent,
  },
  {
    title: 'The key gets another name in the worker’s own write path.',
    program: 'hard-link.mjs',
    tries: 'makes a hard link to it',
    words: ['{signing_key}', '{writes}/name'],
    envelope: writing,
    expect: absent,
  },
  {
    title: 'The worker replaces its own code.',
    program: 'replace-own-code.mjs',
    tries: 'writes to a file of its package, then renames it',
    expect: { stopped_by: 'view', how: /^EROFS$/ },
  },
  {
    title: 'A shell finds secrets in the folders where they usually are.',
    program: 'find-secrets.sh',
    tries: 'looks into /run/secrets, ~/.ssh, ~/.aws and the Hall’s own folder',
    words: ['{secret}', '{signing_key}'],
    expect: { stopped_by: 'view', how: /^nothing$/ },
  },
  {
    title: 'A shell adds a line to the rules in force.',
    program: 'write-around.sh',
    tries: 'appends to the file',
    words: ['{rules_copy}'],
    expect: { stopped_by: 'view', how: /^refused$/ },
  },
  {
    title: 'A descriptor that the Hall got from whoever started it is used.',
    program: 'inherited-descriptor.mjs',
    tries: 'looks at what its own descriptors are',
    words: ['{signing_key}'],
    expect: { stopped_by: 'view', how: /^\d+$/ },
    unshown: { to: 'anyone', why: 'an uncontained worker does not get it either' },
  },
  {
    title: 'The environment of the Hall is the worker’s own.',
    program: 'own-environment.mjs',
    tries: 'looks at its variables',
    expect: { stopped_by: 'environment', how: /^undefined$/ },
    unshown: { to: 'anyone', why: 'an uncontained worker has an environment of its own as well' },
  },
  {
    title: 'The disk is read past its files.',
    program: 'open-device.mjs',
    tries: 'opens the block device',
    words: ['{disk}', 'read'],
    expect: absent,
    unshown: { to: 'anyone', why: 'in a container not even root may open the disk of its machine' },
  },
  {
    title: 'A device is made that leads to the disk.',
    program: 'make-device.py',
    tries: 'calls mknod',
    words: ['/tmp/wcp-escape-device'],
    expect: { stopped_by: 'user', how: /^EPERM$/ },
    unshown: ROOT_ONLY,
  },
  {
    title: 'The log of the kernel is read from its device.',
    program: 'open-device.mjs',
    tries: 'opens /dev/kmsg',
    words: ['/dev/kmsg', 'read'],
    expect: absent,
    // The mode of the device is the distribution's choice.
    unshown: ROOT_ONLY,
  },
  {
    title: 'A file system is made of the worker’s own answers.',
    program: 'open-device.mjs',
    tries: 'opens /dev/fuse',
    words: ['/dev/fuse', 'write'],
    expect: absent,
    unshown: ROOT_ONLY,
  },
  {
    title: 'A new terminal is opened.',
    program: 'open-device.mjs',
    tries: 'opens /dev/ptmx',
    words: ['/dev/ptmx', 'write'],
    expect: absent,
  },
  {
    title: 'The devices and drivers of the machine are listed.',
    program: 'read-file.mjs',
    tries: 'reads /sys',
    words: ['/sys/class/net/lo/address'],
    expect: absent,
  },
];
