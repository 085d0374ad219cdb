/** A gateway with one server, whose settings are its argument. With `exit` it exits once the server is there. */
import { openUpstream } from '../../dist/index.js';

await openUpstream(JSON.parse(process.argv[2]));
if (process.argv[3] === 'exit') process.exit(0);
