import type { HallClient } from '@wcp/client';
import type { RetriedReceipts } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { readCount } from '../read-count.ts';
import type { CommandContext } from '../register.ts';

interface RetryOptions extends HallOptions {
  readonly position?: string;
}

/** As many as a Hall takes in one request. */
const BATCH = 20;
const MAX_POSITION = 999_999_999_999_999;

/** `wcp exports retry`: sends refused receipts once more. */
export function addRetry(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(group, 'retry', {
    summary: 'Send receipts once more that the target of an export refused for good.',
    details: 'Without --position all of them are sent, one at a time, until the target fails.',
    example: 'wcp exports retry siem',
    exits:
      '0 the target has them now, 1 refused again, failed, or not found, 2 wrong usage, or the Hall refused.',
  });
  command
    .argument('<export>', 'the name of the export')
    .option('--position <number>', 'only the receipt at this position of the log')
    .action(async (name: string, options: RetryOptions) => {
      const retried = await retry(hallOf(terminal, options), name, options.position);
      terminal.write(options.json ? jsonText(retried) : retriedText(retried));
      exitWith(retried.failure === null && retried.refused.length === 0 ? EXIT.ok : EXIT.found);
    });
}

async function retry(hall: HallClient, name: string, position?: string): Promise<RetriedReceipts> {
  const positions =
    position === undefined
      ? await refusedPositions(hall, name)
      : [readCount('--position', position, 0, MAX_POSITION)];
  let all: RetriedReceipts = { sent: [], refused: [], failure: null };
  for (let at = 0; at < positions.length && all.failure === null; at += BATCH) {
    const { sent, refused, failure } = await hall.retryRefusedReceipts({
      name,
      positions: positions.slice(at, at + BATCH),
    });
    all = { sent: [...all.sent, ...sent], refused: [...all.refused, ...refused], failure };
  }
  return all;
}

async function refusedPositions(hall: HallClient, name: string): Promise<number[]> {
  const positions: number[] = [];
  for await (const { position } of hall.items('listRefusedReceipts', { name })) positions.push(position);
  return positions;
}

function retriedText({ sent, refused, failure }: RetriedReceipts): string {
  if (sent.length + refused.length === 0 && failure === null) return 'No receipt is refused.\n';
  const again = refused.map(({ position, reason }) => `Refused again at position ${position}: ${reason}\n`);
  const ended = failure === null ? '' : `The target failed, and the rest was not tried: ${failure}\n`;
  return `${sent.length} ${sent.length === 1 ? 'receipt was' : 'receipts were'} sent.\n${again.join('')}${ended}`;
}
