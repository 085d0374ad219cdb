import type { HallClock } from '../../../base/hall-clock.ts';
import { ProblemError } from '../../../base/problem.ts';
import type { Approval } from '../../approval.ts';
import { codeOf, NotAccepted } from '../../notification/outbox.ts';
import { ButtonTokens } from '../button-token.ts';
import type { ChatStewards, Clicks } from '../click.ts';
import type { MessageContext } from '../message-text.ts';
import type { Chat } from '../posted-message.ts';
import { readInteraction } from './interaction.ts';
import { callSlack, type SlackApi } from './slack-api.ts';
import { slackMessage } from './slack-message.ts';
import { isSignedBySlack } from './slack-signature.ts';

/** A channel of Slack in which stewards are asked. */
export interface SlackOptions extends SlackApi {
  /** The signing secret of the app. */
  readonly signing_secret: string;
  /** The id of the workspace: a click from any other is refused. */
  readonly team_id: string;
  /** The id of the channel. */
  readonly channel_id: string;
  /** The id of a principal by the id of an account of Slack. */
  readonly stewards: ChatStewards;
}

/** Asks stewards in a channel of Slack, and takes their clicks. */
export class Slack implements Chat {
  readonly name: string;
  readonly #options: SlackOptions;
  readonly #context: MessageContext;
  readonly #tokens: ButtonTokens;

  constructor(options: SlackOptions, context: MessageContext) {
    this.name = `slack:${options.team_id}:${options.channel_id}`;
    this.#options = options;
    this.#context = context;
    this.#tokens = new ButtonTokens(options.signing_secret, this.name);
  }

  async post(approval: Approval, signal: AbortSignal): Promise<string> {
    const answer = await this.#call('chat.postMessage', this.#message(approval), signal);
    const ts = answer?.['ts'];
    if (answer?.['ok'] === true && typeof ts === 'string') return ts;
    throw refusalOf(answer);
  }

  async update(ts: string, approval: Approval, signal: AbortSignal): Promise<void> {
    const answer = await this.#call('chat.update', { ...this.#message(approval), ts }, signal);
    // Somebody removed the message: there is nothing to keep up to date.
    if (answer?.['ok'] !== true && answer?.['error'] !== 'message_not_found') throw refusalOf(answer);
  }

  /**
   * Takes a callback of Slack: `POST`, `application/x-www-form-urlencoded`, with one member `payload`. What a click asks
   * for goes on after the answer, which Slack wants within three seconds; whoever clicked is told of a refusal.
   *
   * @throws {ProblemError} `UNAUTHENTICATED` where Slack did not sign it, `INVALID_BODY`, `FORBIDDEN`
   */
  receive(headers: Readonly<Record<string, unknown>>, body: Buffer, clicks: Clicks, clock: HallClock): void {
    if (!isSignedBySlack(headers, body, this.#options.signing_secret, clock.now())) {
      throw new ProblemError(
        'UNAUTHENTICATED',
        'This is not signed by Slack, or is older than five minutes.',
      );
    }
    const { team_id, channel_id, stewards } = this.#options;
    const { team, channel, user, value } = readInteraction(body);
    if (team !== team_id || channel !== channel_id) {
      throw new ProblemError('FORBIDDEN', 'This Hall takes clicks from its own workspace and channel alone.');
    }
    // A button that only opens a page is reported as well.
    if (value === null) return;
    const click = { action: this.#tokens.open(value), account: user, via: `slack:${team}:${user}`, stewards };
    void clicks.carryOut(click).then((sentence) => this.#tell(user, sentence));
  }

  #message(approval: Approval): object {
    const message = slackMessage(approval, {
      demanded: this.#context.demanded(approval),
      page: this.#context.pageOf(approval.approval_id),
      tokens: this.#tokens,
    });
    return { channel: this.#options.channel_id, ...message };
  }

  /** A sentence that only whoever clicked sees. It may be lost: what counts stands in the message and the evidence. */
  async #tell(user: string, text: string): Promise<void> {
    const body = { channel: this.#options.channel_id, user, text, ...PLAIN };
    await this.#call('chat.postEphemeral', body, AbortSignal.timeout(10_000)).catch(() => null);
  }

  #call(method: string, body: object, signal: AbortSignal) {
    return callSlack(this.#options, method, body, signal);
  }
}

/** The code of Slack, such as `channel_not_found`. */
function refusalOf(answer: Readonly<Record<string, unknown>> | null): NotAccepted {
  return new NotAccepted(answer === null ? 'no answer of Slack' : codeOf(answer['error']));
}

/** Nothing in a text becomes a mention, a link or a preview. */
const PLAIN = { parse: 'none', link_names: false, mrkdwn: false, unfurl_links: false, unfurl_media: false };
