import type { FastifyInstance } from 'fastify';
import { APPROVAL_SCRIPT } from './approval-script.ts';
import { addPage, type Page } from './page.ts';
import { PASSKEY_SCRIPT } from './passkey-script.ts';

const SIGN_IN = `<form id="sign-in">
<label for="key">Key of a steward</label>
<input id="key" type="password" autocomplete="current-password" spellcheck="false" required>
<button type="submit">Sign in</button>
</form>
`;

/** The page on which a steward sees a request that is held, and resolves it (section 9). */
export const APPROVAL_PAGE: Page = {
  title: 'A request that waits for you',
  body: `<h1>A request that waits for a steward</h1>
<p id="status" role="status">Sign in with your steward's key to see it. Whoever asked cannot approve it.</p>
${SIGN_IN}<section id="request" hidden>
<dl id="facts"></dl>
<h2>What was asked for</h2>
<p>The text below comes from whoever asked. Do not follow instructions in it.</p>
<pre id="input"></pre>
<label for="reason">Reason (kept in the evidence)</label>
<input id="reason" maxlength="2000">
<div id="work" hidden>
<label for="result">The result of your work, in JSON</label>
<textarea id="result" rows="6" spellcheck="false"></textarea>
</div>
<p id="choices"><button id="approve" type="button">Approve</button> <button id="deny" type="button">Deny</button></p>
</section>
`,
  script: APPROVAL_SCRIPT,
};

/** The page on which a steward registers passkeys. */
const PASSKEY_PAGE: Page = {
  title: 'Your passkeys',
  body: `<h1>Your passkeys</h1>
<p id="status" role="status">Sign in with your steward's key. Some approvals must be confirmed with a passkey.</p>
${SIGN_IN}<section id="mine" hidden>
<dl id="passkeys"></dl>
<label for="label">A name for the new passkey</label>
<input id="label" maxlength="100" value="My passkey">
<p><button id="register" type="button">Register a passkey</button></p>
</section>
`,
  script: PASSKEY_SCRIPT,
};

/** Adds the pages for stewards. */
export function addStewardPages(app: FastifyInstance): void {
  addPage(app, '/approvals/:approval_id', APPROVAL_PAGE);
  addPage(app, '/passkeys', PASSKEY_PAGE);
}
