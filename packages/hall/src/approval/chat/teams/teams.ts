import { setTimeout as after } from 'node:timers/promises';
import type { HallClock } from '../../../base/hall-clock.ts';
import { ProblemError } from '../../../base/problem.ts';
import type { Approval } from '../../approval.ts';
import { ButtonTokens } from '../button-token.ts';
import type { ChatStewards, Clicks } from '../click.ts';
import type { MessageContext } from '../message-text.ts';
import type { Chat } from '../posted-message.ts';
import { type ConnectorIdentity, connectorVerifier } from './bot-token.ts';
import { readInvocation } from './invocation.ts';
import { teamsActivity } from './teams-card.ts';
import { type ConnectorOptions, TeamsConnector } from './teams-connector.ts';

/** A conversation of Teams in which stewards are asked by a bot, which can say who clicked. */
export interface TeamsBotOptions extends ConnectorOptions, ConnectorIdentity {
  /** The id of a principal by the object id of an account in Entra ID. */
  readonly stewards: ChatStewards;
}

/** What Teams shows whoever clicked. */
export interface InvokeAnswer {
  readonly statusCode: number;
  readonly type: string;
  readonly value: string;
}

/** Teams gives up on an answer soon after. */
const PATIENCE_MS = 5_000;
const GOES_ON = 'It is being carried out. The message will say how it ended.';

/** Asks stewards in a conversation of Teams, and takes their clicks. */
export class TeamsBot implements Chat {
  readonly name: string;
  readonly #options: TeamsBotOptions;
  readonly #context: MessageContext;
  readonly #tokens: ButtonTokens;
  readonly #connector: TeamsConnector;
  readonly #verify: ReturnType<typeof connectorVerifier>;

  constructor(options: TeamsBotOptions, context: MessageContext) {
    this.name = `teams:${options.tenant_id}:${options.conversation_id}`;
    this.#options = options;
    this.#context = context;
    this.#tokens = new ButtonTokens(options.app_password, this.name);
    this.#connector = new TeamsConnector(options);
    this.#verify = connectorVerifier(options);
  }

  post(approval: Approval, signal: AbortSignal): Promise<string> {
    return this.#connector.post(this.#activity(approval), signal);
  }

  update(id: string, approval: Approval, signal: AbortSignal): Promise<void> {
    return this.#connector.update(id, { ...this.#activity(approval), id }, signal);
  }

  /**
   * Takes a click on a card, with what Teams shows whoever clicked.
   *
   * @throws {ProblemError} `UNAUTHENTICATED` where the Bot Connector did not send it, `INVALID_BODY`, `FORBIDDEN`
   */
  async receive(
    headers: Readonly<Record<string, unknown>>,
    body: Buffer,
    clicks: Clicks,
    clock: HallClock,
  ): Promise<InvokeAnswer> {
    const claims = await this.#verify(headers['authorization'], new Date(clock.now()));
    const { service_url, tenant, conversation, user, value } = readInvocation(body);
    const { tenant_id, conversation_id, stewards } = this.#options;
    if (claims['serviceurl'] !== service_url || tenant !== tenant_id || conversation !== conversation_id) {
      throw new ProblemError(
        'FORBIDDEN',
        'This Hall takes clicks from its own organisation and conversation alone.',
      );
    }
    const click = {
      action: this.#tokens.open(value),
      account: user,
      via: `teams:${tenant}:${user}`,
      stewards,
    };
    const sentence = await Promise.race([
      clicks.carryOut(click),
      after(PATIENCE_MS, GOES_ON, { ref: false }),
    ]);
    return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: sentence };
  }

  #activity(approval: Approval): object {
    return teamsActivity(approval, {
      demanded: this.#context.demanded(approval),
      page: this.#context.pageOf(approval.approval_id),
      tokens: this.#tokens,
    });
  }
}
