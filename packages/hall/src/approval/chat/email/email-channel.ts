import { createHash } from 'node:crypto';
import type { Transporter } from 'nodemailer';
import type { ApprovalNotice } from '../../notification/approval-notice.ts';
import { type Channel, NotAccepted } from '../../notification/outbox.ts';
import { type MessageContext, messageText } from '../message-text.ts';

/** How stewards get mail. */
export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls` (default) and `implicit` are encrypted or fail; `none` is for a server on this machine. */
  readonly tls?: 'starttls' | 'implicit' | 'none';
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** What is kept of a mail until it is sent. */
interface Mail {
  readonly approval_id: string;
  readonly subject: string;
  readonly text: string;
}

const TIMEOUT_MS = 9_000;

/** Mails with a link to the page, where a steward signs in: the link alone does nothing. */
export function emailChannel(options: EmailOptions, context: MessageContext): Channel {
  let transport: Promise<Transporter> | null = null;
  return {
    name: `email:${createHash('sha256').update(options.to.join(' ')).digest('hex').slice(0, 16)}`,
    noun: 'A mail to the stewards',
    maxAtATime: 2,
    bodyOf: (notice) => JSON.stringify(mailOf(notice, context)),
    async send(id, body, signal) {
      transport ??= transportOf(options);
      const { approval_id, subject, text } = JSON.parse(body) as Mail;
      const domain =
        options.from
          .split('@')
          .at(-1)
          ?.replace(/[^A-Za-z0-9.-]/g, '') ?? 'localhost';
      const sent = (await transport).sendMail({
        from: options.from,
        to: [...options.to],
        subject,
        text,
        // The same for every attempt, so that a mail that arrives twice is one.
        messageId: `<${id}@${domain}>`,
        references: [`<${approval_id}@${domain}>`],
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      await Promise.race([sent.catch(refuse), aborted(signal)]);
      return [];
    },
  };
}

/** Whether a server lets the Hall in, as the code with which it does not; null where it does. */
export async function checkMailServer(options: EmailOptions, signal: AbortSignal): Promise<string | null> {
  const transport = await transportOf(options);
  try {
    await Promise.race([transport.verify().catch(refuse), aborted(signal)]);
    return null;
  } catch (error) {
    return (error as NotAccepted).message;
  } finally {
    transport.close();
  }
}

async function transportOf(options: EmailOptions): Promise<Transporter> {
  const { host, port, tls = 'starttls', user, password } = options;
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
}

/** Why a mail was not taken: the library's own code and that of the server, which no mail chooses. */
function refuse(error: { readonly code?: string; readonly responseCode?: number }): never {
  throw new NotAccepted([error.code, error.responseCode].filter((part) => part !== undefined).join(' '));
}

/** Rejects once a signal is aborted: the library has none, and would keep a Hall from closing. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new NotAccepted('TIMEOUT')), { once: true });
  });
}

/** Plain text alone: nothing in it is a header, mark-up or a picture that tells who read it. */
function mailOf({ approval }: ApprovalNotice, context: MessageContext): Mail {
  const { title, facts, note } = messageText(approval, context.demanded(approval));
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  const page = context.pageOf(approval.approval_id);
  const how = `Read it, and resolve it, with your own key: ${page}`;
  return {
    approval_id: approval.approval_id,
    subject: `[Hall] ${title}: ${approval.capability_id}`,
    text: [title, '', ...lines, ...(note === null ? [] : ['', note]), '', how, ''].join('\n'),
  };
}
