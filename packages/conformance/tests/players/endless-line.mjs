import { play } from './player.mjs';

const chunk = 'a'.repeat(1 << 20);
const pour = () => process.stdout.write(chunk, pour);
play({ run: pour });
