/** The script of the page of an approval. */
export const APPROVAL_SCRIPT = `const approval_id = decodeURIComponent(location.pathname.split('/').pop());
let held = null;

function sentenceOf(approval, isMine) {
  const last = approval.history.at(-1);
  if (last?.action === 'withdraw') return 'Whoever asked for this has taken it back.';
  if (approval.state !== 'pending') return 'This request is ' + shown(approval.state) + '.';
  if (isMine && last?.quorum) {
    return last.quorum.count + ' of ' + last.quorum.needed + ' stewards have approved it.';
  }
  if (approval.level === 'gatekeeper') return 'Read what would run, then approve or deny it.';
  return 'At this supervisor level a human does the work: enter its result, or use wcp approvals approve with it.';
}

function demandsOf({ quorum, stewards, confirmation }) {
  const who = stewards === null ? '' : ' of ' + stewards.join(', ');
  return (quorum === 1 ? '1 steward' : quorum + ' stewards') + who +
    (confirmation === null ? '' : ', each with a passkey');
}

function show(approval) {
  held = approval;
  const { decision } = approval;
  const facts = [
    ['State', approval.state],
    ['Asked by', approval.tenant_id],
    ['Capability', approval.capability_id],
    ['Environment', decision.env],
    ['Data', decision.data_label],
    ['Blast score', decision.blast_score],
    ['Supervisor level', approval.level],
    ['Needs', demandsOf(approval.demanded)],
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
  const isPending = approval.state === 'pending';
  part('choices').hidden = !isPending;
  part('work').hidden = !isPending || approval.level === 'gatekeeper';
  part('request').hidden = false;
  part('sign-in').hidden = true;
  say(sentenceOf(approval, isPending));
}

function workDone() {
  if (held.level === 'gatekeeper') return {};
  try {
    return { result: JSON.parse(part('result').value) };
  } catch {
    throw new Error('The result of your work must be JSON, such as {"done": true}.');
  }
}

async function approval() {
  const work = workDone();
  if (held.demanded.confirmation === null) return work;
  say('Confirm it with your passkey.');
  const options = await ask('/wcp/approvals/' + encodeURIComponent(approval_id) + '/confirmation', work);
  return { ...work, confirmation: await confirmWith(options) };
}

async function resolve(resolution) {
  for (const name of ['approve', 'deny']) part(name).disabled = true;
  try {
    const reason = part('reason').value.trim();
    const more = resolution === 'approve' ? await approval() : {};
    const body = { approval_id, resolution, ...(reason !== '' && { reason }), ...more };
    show((await ask('/wcp/approvals/resolve', body)).approval);
  } catch (error) {
    say(error.message);
  } finally {
    for (const name of ['approve', 'deny']) part(name).disabled = false;
  }
}

onSignIn(async () => show(await ask('/wcp/approvals/' + encodeURIComponent(approval_id))));
part('approve').addEventListener('click', () => resolve('approve'));
part('deny').addEventListener('click', () => resolve('deny'));
`;
