import { execFileSync } from 'node:child_process';
import { tell, words } from './attempt.mjs';

try {
  const said = execFileSync(words[0], ['-u']).toString().trim();
  tell(said === '0', said);
} catch (error) {
  tell(false, error.code ?? error.message);
}
