/**
 * The script of the approval page. The key stays in its memory and goes to this Hall alone; all that is shown is text,
 * in which characters that could deceive the reader are written out (section 3.6).
 */
export const APPROVAL_SCRIPT = String.raw`'use strict';
const approval_id = decodeURIComponent(location.pathname.split('/').pop());
const part = (id) => document.getElementById(id);
const say = (text) => { part('status').textContent = text; };
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const shown = (text) =>
  String(text).replace(HIDDEN, (one) => '\\u' + one.charCodeAt(0).toString(16).padStart(4, '0'));
let key = '';

async function ask(path, body) {
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'error',
    headers: {
      authorization: 'Bearer ' + key,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(shown(answer.detail ?? answer.title ?? 'The Hall refused.'));
}

function show(approval) {
  const { decision } = approval;
  const facts = [
    ['State', approval.state],
    ['Asked by', approval.tenant_id],
    ['Capability', approval.capability_id],
    ['Environment', decision.env],
    ['Data', decision.data_label],
    ['Blast score', decision.blast_score],
    ['Supervisor level', approval.level],
    ['Held at', approval.created_at],
    ['Expires at', approval.expires_at],
    ['Correlation', approval.correlation_id],
    ['Containment', approval.containment === null ? 'not known' : approval.containment.state],
  ];
  part('facts').replaceChildren(
    ...facts.flatMap(([name, value]) =>
      [['dt', name], ['dd', value]].map(([kind, text]) => {
        const element = document.createElement(kind);
        element.textContent = shown(text ?? '-');
        return element;
      }),
    ),
  );
  part('input').textContent = shown(JSON.stringify(approval.input.request ?? {}, null, 2));
  const isMine = approval.state === 'pending' && approval.level === 'gatekeeper';
  part('choices').hidden = !isMine;
  part('request').hidden = false;
  part('sign-in').hidden = true;
  if (isMine) say('Read what would run, then approve or deny it.');
  else if (approval.state !== 'pending') say('This request is ' + shown(approval.state) + '.');
  else say('At this supervisor level a human does the work: use wcp approvals approve with its result.');
}

async function resolve(resolution) {
  for (const name of ['approve', 'deny']) part(name).disabled = true;
  try {
    const reason = part('reason').value.trim();
    const body = { approval_id, resolution, ...(reason !== '' && { reason }) };
    show((await ask('/wcp/approvals/resolve', body)).approval);
  } catch (error) {
    say(error.message);
  } finally {
    for (const name of ['approve', 'deny']) part(name).disabled = false;
  }
}

part('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  key = part('key').value.trim();
  part('key').value = '';
  try {
    show(await ask('/wcp/approvals/' + encodeURIComponent(approval_id)));
  } catch (error) {
    say(error.message);
  }
});
part('approve').addEventListener('click', () => resolve('approve'));
part('deny').addEventListener('click', () => resolve('deny'));
`;

/** How the page looks. */
export const APPROVAL_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
label, input { display: block; width: 100%; box-sizing: border-box; }
input { font: inherit; padding: 0.4rem; margin: 0.2rem 0 0.8rem; }
button { font: inherit; padding: 0.4rem 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { max-height: 24rem; overflow: auto; padding: 0.8rem; border: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere; }
[hidden] { display: none; }
`;
