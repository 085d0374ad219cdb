import { createPublicKey } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestampRequest } from '@wcp/evidence/timestamp';
import { SceneHall, TENANTS } from './hall.ts';
import type { Machine } from './machine.ts';
import { TimestampAuthority } from './timestamp-authority.ts';
import { SceneWitness, succeed } from './witness.ts';

/** More than the thousand receipts that stay in a store, and two tiles. */
const LONG = 1_300;
/** Requests that are under way at a time. */
const LANES = 16;

/** What the scene is made of. */
interface Scene {
  readonly machine: Machine;
  /** What the auditor gets. */
  readonly evidence: string;
  readonly hall: SceneHall;
  readonly witnesses: readonly SceneWitness[];
  /** The private keys of the log in their order: what a thief could have taken. */
  readonly stolen: string[];
}

/** Evidence for an auditor, and what only a thief would have. */
export interface MadeEvidence {
  /** `whole/`, `part/`, `tiles/`, `archive/`, `disclosure.json`, `ban-list.json`, and what an auditor brings along. */
  readonly dir: string;
  /** The name of the log. */
  readonly origin: string;
  /** When it was made, RFC 3339 in UTC. */
  readonly at: string;
  /** The private keys of the log in their order, PEM. */
  readonly stolen: readonly string[];
}

/**
 * Plays a Hall that lived: three rotations of its key and a revocation, two witnesses, an authority of timestamps, a
 * tenant that was forgotten, an archive. What an auditor gets of it stands in a folder afterwards, and nothing runs.
 *
 * @param place an empty folder, for everything
 */
export async function makeEvidence(machine: Machine, place: string): Promise<MadeEvidence> {
  const evidence = join(place, 'evidence');
  mkdirSync(evidence);
  mkdirSync(join(place, 'authority'));
  const authority = await TimestampAuthority.open(join(place, 'authority'));
  const names = ['witness.example/w1', 'witness.example/w2'];
  const witnesses: SceneWitness[] = [];
  for (const name of names) witnesses.push(await SceneWitness.init(machine, place, name));
  const hall = new SceneHall(machine, join(place, 'hall'));
  const scene: Scene = { machine, evidence, hall, witnesses, stolen: [] };
  let origin = '';
  try {
    await settle(scene, authority);
    await live(scene);
    origin = (await hall.log()).origin;
    await hand(scene);
    await thief(scene, place, authority);
    await archive(scene);
  } finally {
    await hall.stop();
    for (const witness of witnesses) await witness.stop();
    authority.close();
  }
  writeFileSync(join(evidence, 'tsa.pem'), authority.certificates);
  return { dir: evidence, origin, at: new Date().toISOString(), stolen: scene.stolen };
}

/** The first start makes the folder; then the Hall learns of those who watch it, and they of its first key. */
async function settle(scene: Scene, authority: TimestampAuthority): Promise<void> {
  const { hall, witnesses, stolen } = scene;
  await hall.start();
  await hall.stop();
  for (const witness of witnesses) await witness.start();
  writeFileSync(join(hall.dir, 'tsa.pem'), authority.certificates);
  hall.edit('hall.json', { allowed_tenants: Object.values(TENANTS) });
  const timestamps = [{ url: authority.url, certificates: 'tsa.pem' }];
  hall.edit('server.json', { witnesses: witnesses.map((each) => each.settings), timestamps });
  await hall.start();
  await hall.addKey('auditor', ['--role', 'auditor']);
  await hall.addKey('forgotten', ['--role', 'tenant', '--tenant', TENANTS.forgotten]);
  stolen.push(hall.key);
  await tellWitnesses(scene, 0);
}

/** A witness believes nothing that a Hall says of its key: it is told, and started again. */
async function tellWitnesses({ hall, witnesses }: Scene, size: number): Promise<void> {
  const { verifier_key } = await hall.log();
  for (const witness of witnesses) {
    await witness.watch(verifier_key, size);
    await witness.start();
  }
}

/** Requests of each kind, with a change of the key after each round. */
async function live(scene: Scene): Promise<void> {
  const { hall, stolen } = scene;
  await decide(hall);
  await hall.ask('auditor', '/wcp/checkpoint');
  for (let round = 0; round < 3; round += 1) {
    await hall.as('admin', ['keys', 'rotate-log']);
    stolen.push(hall.key);
    const { size } = await hall.log();
    await tellWitnesses(scene, size);
    await hall.greet('kept');
    await hall.ask('auditor', '/wcp/checkpoint');
  }
  await revokeFirst(hall);
  await hall.as('admin', ['evidence', 'forget', '--tenant', TENANTS.forgotten, '--yes']);
  await hall.greet('kept', '/wcp/route');
}

/** Allowed, denied, held and approved, and what will be forgotten. */
async function decide(hall: SceneHall): Promise<void> {
  await hall.greet('kept');
  await hall.greet('forgotten');
  await hall.greet('kept', '/wcp/dispatch', { capability_id: 'cap.web.fetch' });
  await hall.greet('kept', '/wcp/dispatch', { data_label: 'RESTRICTED' });
  const { items } = await hall.ask<{ items: { approval_id: string }[] }>('steward', '/wcp/approvals/pending');
  for (const { approval_id } of items)
    await hall.as('steward', ['approvals', 'approve', approval_id, '--reason', 'seen']);
  await hall.greet('forgotten');
}

/** From the end of its term on: the log stays as it was, and what a thief signs with it is found. */
async function revokeFirst(hall: SceneHall): Promise<void> {
  const { keys } = await hall.ask<{ keys: { key_id: string; to_position: number }[] }>(
    'admin',
    '/wcp/log/keys',
  );
  const [{ key_id, to_position }] = keys as [(typeof keys)[number]];
  await hall.as('admin', ['keys', 'revoke-log', key_id, '--at', String(to_position)]);
}

/** What the auditor gets, and what they know from elsewhere: the first key, and which witnesses count. */
async function hand({ machine, evidence, hall, witnesses, stolen }: Scene): Promise<void> {
  const at = (name: string) => join(evidence, name);
  await hall.as('auditor', ['receipts', 'export', at('whole'), '--decisions']);
  await hall.as('kept', ['receipts', 'export', at('part')]);
  await hall.as('auditor', ['evidence', 'tiles', at('tiles')]);
  const request = { name: 'Grace', note: 'to be shown' };
  const { decision_id } = await hall.greet<{ decision_id: string }>('kept', '/wcp/route', { request });
  await hall.as('admin', ['evidence', 'disclose', decision_id, '--out', at('disclosure.json')]);
  const publics = stolen.map((pem) => createPublicKey(pem).export({ type: 'spki', format: 'pem' }) as string);
  writeFileSync(at('first.pub.pem'), publics[0] ?? '');
  const { keys } = await hall.ask<{ keys: Term[] }>('admin', '/wcp/log/keys');
  const all = Object.fromEntries(keys.map(({ key_id, public_key }) => [key_id, public_key]));
  writeFileSync(at('all-keys.json'), JSON.stringify(all));
  writeFileSync(at('policy.json'), JSON.stringify({ witnesses: witnesses.map(({ key }) => key), quorum: 2 }));
  await banList(machine, hall, evidence);
}

/** Timestamps that a thief could get: from another authority, and from the right one on something else. */
async function thief({ evidence }: Scene, place: string, authority: TimestampAuthority): Promise<void> {
  mkdirSync(join(evidence, 'thief'));
  mkdirSync(join(place, 'another'));
  const another = await TimestampAuthority.open(join(place, 'another'));
  const checkpoints = readdirSync(join(evidence, 'whole/checkpoints'));
  const name = checkpoints.find((each) => each.endsWith('.tsr'))?.replace('.0.tsr', '.txt') ?? '';
  const note = readFileSync(join(evidence, 'whole/checkpoints', name), 'utf8');
  writeFileSync(join(evidence, 'thief/another.tsr'), another.stamp(timestampRequest(note).der));
  const newest = readFileSync(join(evidence, 'whole/checkpoint.txt'), 'utf8');
  writeFileSync(join(evidence, 'thief/elsewhere.tsr'), authority.stamp(timestampRequest(newest).der));
  another.close();
}

interface Term {
  readonly key_id: string;
  readonly public_key: string;
}

async function banList(machine: Machine, hall: SceneHall, evidence: string): Promise<void> {
  const bad = { sha256: `sha256:${'a'.repeat(64)}`, reason: 'sends what it reads to an unknown host' };
  writeFileSync(join(evidence, 'entries.json'), JSON.stringify([bad]));
  const key = join(hall.dir, 'keys/org.example.pem');
  const out = join(evidence, 'ban-list.json');
  const made = ['bans', 'make', join(evidence, 'entries.json'), '--authority', 'org.example'];
  await succeed(machine, [
    ...made,
    '--sequence',
    '7',
    '--max-age',
    '31536000',
    '--key-file',
    key,
    '--out',
    out,
  ]);
  const pem = createPublicKey(readFileSync(key, 'utf8')).export({ type: 'spki', format: 'pem' });
  writeFileSync(join(evidence, 'authority.pub.pem'), pem);
}

/** A log that is long enough, whose oldest receipts are moved out of the store of the stopped Hall. */
async function archive({ machine, evidence, hall }: Scene): Promise<void> {
  const lane = async () => {
    for (let index = 0; index < LONG / LANES; index += 1) await hall.greet('kept', '/wcp/route');
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await hall.stop();
  await succeed(machine, ['evidence', 'archive', hall.dir, '--before', '256']);
  cpSync(join(hall.dir, 'archive'), join(evidence, 'archive'), { recursive: true });
}
