import { play } from './player.mjs';

console.log('Welcome to the port!');
play({});
