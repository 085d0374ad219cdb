/** Reads and writes nothing; its number goes to the file that PID_FILE names. */
import { writeFileSync } from 'node:fs';

if (process.env.PID_FILE) writeFileSync(process.env.PID_FILE, String(process.pid));
setInterval(() => {}, 1000);
