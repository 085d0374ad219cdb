import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { canonicalJson, sha256 } from '@wcp/spec';
import type {
  PasskeyAssertion,
  PasskeyAttestation,
  PasskeyProof,
  Passkey as ShownPasskey,
} from '@wcp/spec/hall';
import type { HallClock } from '../../base/hall-clock.ts';
import { ProblemError } from '../../base/problem.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Approval } from '../approval.ts';
import { objectIn } from '../chat/bounded-json.ts';
import { type Challenged, Challenges, type IssuedChallenge } from './challenges.ts';
import { type Passkey, passkeyId } from './passkey-row.ts';
import type { Passkeys } from './passkeys.ts';

/** Where stewards confirm approvals (Web Authentication): passkeys are for this site alone. */
export interface RelyingParty {
  /** The domain that passkeys belong to, such as `hall.example`. */
  readonly rp_id: string;
  /** The address of the page as browsers see it, such as `https://hall.example`. */
  readonly origin: string;
}

/** A new passkey with its label, and the assertion of one that is there. */
export interface NewPasskey {
  readonly label: string;
  readonly registration: PasskeyAttestation;
  readonly confirmation?: PasskeyAssertion | null;
}

/** What confirmations stand on. */
export interface ConfirmationsParts {
  readonly passkeys: Passkeys;
  readonly clock: HallClock;
  /** Without it nothing can be confirmed, and what must be is refused. */
  readonly relyingParty: RelyingParty | null;
}

/** Loaded by the first passkey: most Halls have none, and it takes longer to load than the rest of one to start. */
const webauthn = () => import('@simplewebauthn/server');
/** EdDSA, ES256 and RS256 (COSE): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

/** Registers the passkeys of stewards, and checks what they sign. */
export class Confirmations {
  readonly #parts: ConfirmationsParts;
  readonly #challenges: Challenges;

  constructor(parts: ConfirmationsParts) {
    this.#parts = parts;
    this.#challenges = new Challenges(parts.clock);
  }

  /** The options for a browser to confirm the approval of a hold. @throws {ProblemError} `APPROVAL_UNCONFIRMED` */
  async begin(approval: Approval, by: Principal, result: unknown): Promise<object> {
    return this.#requestOptions(approvalPurpose(approval, by, result));
  }

  /**
   * What proves that a steward confirmed the approval of this hold, with this result, now.
   *
   * @throws {ProblemError} `APPROVAL_UNCONFIRMED`
   */
  async confirm(
    approval: Approval,
    by: Principal,
    result: unknown,
    assertion: PasskeyAssertion | undefined,
  ): Promise<PasskeyProof> {
    if (assertion === undefined) {
      throw unconfirmed(`Approve it on the page of this approval: /approvals/${approval.approval_id}.`);
    }
    return this.#check(assertion, approvalPurpose(approval, by, result));
  }

  /** The options for a browser to register a passkey. */
  async beginRegistration(by: Principal) {
    const { rp_id } = this.#relyingParty();
    const there = this.#parts.passkeys.of(by.id);
    const { challenge } = this.#challenges.issue({ purpose: 'register', by: by.id });
    const registration = await (await webauthn()).generateRegistrationOptions({
      rpName: 'Hall',
      rpID: rp_id,
      userName: by.id,
      userID: new TextEncoder().encode(sha256(by.id).slice(-64)),
      challenge: bytesOf(challenge),
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: there.map(({ credential_id: id }) => ({ id })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    });
    const confirmation = there.length === 0 ? null : await this.#requestOptions(addPurpose(by));
    return { registration, confirmation };
  }

  /**
   * Registers a passkey: the first of a steward by its key alone, every other one with one that is there, so that
   * whoever steals the key later cannot add one.
   *
   * @throws {ProblemError} `APPROVAL_UNCONFIRMED`, `INVALID_BODY`, `CONFLICT`
   */
  async register({ label, registration, confirmation }: NewPasskey, by: Principal): Promise<ShownPasskey> {
    const made = await this.#verifyRegistration(registration, by);
    if (this.#parts.passkeys.of(by.id).length > 0) {
      if (confirmation == null)
        throw unconfirmed('Confirm it with a passkey that you have registered already.');
      await this.#check(confirmation, addPurpose(by));
    }
    const { credential, credentialBackedUp } = made;
    return this.#parts.passkeys.add({
      passkey_id: passkeyId(credential.id),
      principal_id: by.id,
      label,
      is_synced: credentialBackedUp,
      created_at: this.#parts.clock.timestamp(),
      used_at: null,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
    });
  }

  async #verifyRegistration(response: PasskeyAttestation, by: Principal) {
    const { rp_id, origin } = this.#relyingParty();
    const issued = this.#take(response.response.clientDataJSON, { purpose: 'register', by: by.id });
    const verified = await (await webauthn())
      .verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: issued.challenge,
        expectedOrigin: origin,
        expectedRPID: rp_id,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      })
      .catch(() => null);
    if (verified?.registrationInfo !== undefined) return verified.registrationInfo;
    throw unconfirmed(
      `What the browser sent does not make a passkey for ${origin}. Register it on that page.`,
    );
  }

  async #requestOptions(purpose: Challenged): Promise<object> {
    const { rp_id } = this.#relyingParty();
    const there = this.#parts.passkeys.of(purpose.by);
    if (there.length === 0) throw unconfirmed('You have no passkey. Register one on the page /passkeys.');
    const { challenge } = this.#challenges.issue(purpose);
    return (await webauthn()).generateAuthenticationOptions({
      rpID: rp_id,
      challenge: bytesOf(challenge),
      allowCredentials: there.map(({ credential_id: id }) => ({ id })),
      userVerification: 'required',
    });
  }

  async #check(assertion: PasskeyAssertion, purpose: Challenged): Promise<PasskeyProof> {
    const { rp_id, origin } = this.#relyingParty();
    const { challenge, challenged } = this.#take(assertion.response.clientDataJSON, purpose);
    const passkey = this.#parts.passkeys.get(passkeyId(assertion.id));
    if (passkey?.principal_id !== purpose.by) throw unconfirmed('This passkey is not one of yours.');
    const verified = await (await webauthn())
      .verifyAuthenticationResponse({
        response: assertion as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: rp_id,
        requireUserVerification: true,
        credential: credentialOf(passkey),
      })
      .catch(() => null);
    if (verified?.verified !== true)
      throw unconfirmed(`The assertion does not hold for ${origin}. Try again.`);
    const isUsed = await this.#parts.passkeys.use(passkey, verified.authenticationInfo.newCounter);
    if (!isUsed) throw unconfirmed('This passkey was removed meanwhile, or its number was used twice.');
    return proofOf(passkey, challenged, assertion);
  }

  /** The challenge that the browser names, used up. What it names is an attacker's, like all that it sends. */
  #take(clientDataJson: string, purpose: Challenged): IssuedChallenge {
    const { challenge, crossOrigin } = clientDataIn(clientDataJson);
    const issued = this.#challenges.take(typeof challenge === 'string' ? challenge : '', purpose);
    // A frame of another site may show the steward anything around the button.
    if (issued !== null && crossOrigin !== undefined && crossOrigin !== false) {
      throw unconfirmed('The page was in a frame of another site. Open it by itself.');
    }
    if (issued !== null) return issued;
    throw unconfirmed('The challenge is not one of these two minutes for just this. Begin again.');
  }

  #relyingParty(): RelyingParty {
    if (this.#parts.relyingParty !== null) return this.#parts.relyingParty;
    throw unconfirmed(
      'This Hall has no address for passkeys: set public_url or approvals.webauthn in server.json.',
    );
  }
}

/** What is confirmed: this approval, with this result, of the very decision that was held. */
function approvalPurpose(
  { approval_id, binding, level }: Approval,
  by: Principal,
  result: unknown,
): Challenged {
  const result_hash = result === undefined ? null : sha256(canonicalJson(result));
  return { purpose: 'approve', by: by.id, approval_id, action: 'approve', level, binding, result_hash };
}

function addPurpose(by: Principal): Challenged {
  return { purpose: 'add', by: by.id };
}

function clientDataIn(clientDataJson: string): Readonly<Record<string, unknown>> {
  return objectIn(Buffer.from(clientDataJson, 'base64url')) ?? {};
}

function credentialOf({ credential_id: id, public_key, counter }: Passkey) {
  return { id, publicKey: bytesOf(public_key), counter };
}

function proofOf(
  { passkey_id, public_key }: Passkey,
  challenged: Challenged,
  { response }: PasskeyAssertion,
): PasskeyProof {
  const { clientDataJSON: client_data, authenticatorData: authenticator_data, signature } = response;
  const signed = { client_data, authenticator_data, signature };
  return { method: 'webauthn', passkey_id, public_key, challenged, ...signed };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}

function unconfirmed(remedy: string): ProblemError {
  return new ProblemError('APPROVAL_UNCONFIRMED', `A passkey must confirm this. ${remedy}`);
}
