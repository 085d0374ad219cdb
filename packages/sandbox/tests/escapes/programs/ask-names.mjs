import { promises } from 'node:dns';
import { attempt, words } from './attempt.mjs';

const resolver = new promises.Resolver({ timeout: 1_000, tries: 1 });
resolver.setServers([`${words[0]}:${words[1]}`]);
attempt(() => resolver.resolve4('host.example'));
