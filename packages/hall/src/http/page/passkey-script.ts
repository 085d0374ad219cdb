/** The script of the page on which a steward registers passkeys. */
export const PASSKEY_SCRIPT = `
async function show() {
  const { items } = await ask('/wcp/passkeys');
  part('passkeys').replaceChildren(
    ...items.flatMap(({ label, created_at, passkey_id }) =>
      [['dt', label], ['dd', 'since ' + created_at + ', id ' + passkey_id]].map(([kind, text]) => {
        const element = document.createElement(kind);
        element.textContent = shown(text);
        return element;
      }),
    ),
  );
  part('mine').hidden = false;
  part('sign-in').hidden = true;
  return items.length;
}

async function register() {
  part('register').disabled = true;
  try {
    const { registration, confirmation } = await ask('/wcp/passkeys/options', {});
    const proof = confirmation === null ? null : await confirmWith(confirmation);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(registration);
    const made = (await navigator.credentials.create({ publicKey })).toJSON();
    const label = part('label').value.trim();
    await ask('/wcp/passkeys', { label, registration: made, confirmation: proof });
    await show();
    say('The passkey is registered.');
  } catch (error) {
    say(error.message);
  } finally {
    part('register').disabled = false;
  }
}

onSignIn(async () => {
  const count = await show();
  say(count === 0 ? 'You have no passkey yet.' : 'Another passkey is confirmed with one of these first.');
});
part('register').addEventListener('click', register);
`;
