import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import type { ApprovalNotice } from '../../notification/approval-notice.ts';
import type { Channel } from '../../notification/outbox.ts';
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
  const transport = transportOf(options);
  return {
    name: `email:${createHash('sha256').update(options.to.join(' ')).digest('hex').slice(0, 16)}`,
    noun: 'A mail to the stewards',
    maxAtATime: 2,
    bodyOf: (notice) => JSON.stringify(mailOf(notice, context)),
    async send(id, body) {
      const { approval_id, subject, text } = JSON.parse(body) as Mail;
      const domain =
        options.from
          .split('@')
          .at(-1)
          ?.replace(/[^A-Za-z0-9.-]/g, '') ?? 'localhost';
      await transport.sendMail({
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
      return [];
    },
  };
}

function transportOf({ host, port, tls = 'starttls', user, password }: EmailOptions): Transporter {
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
