import { once } from 'node:events';
import { connect } from 'node:net';
import { attempt } from './attempt.mjs';

attempt(() => once(connect(Number(process.argv[2]), '127.0.0.1'), 'connect'));
