import { isTime } from '@wcp/spec/document';
import type { Command } from 'commander';
import { usageError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { BundleSource } from '../replay/bundle-source.ts';
import { HallSource } from '../replay/hall-source.ts';
import type { RecordSource } from '../replay/record-source.ts';
import { type HallOptions, hallOf } from './hall-options.ts';
import { readCount } from './read-count.ts';

/** Which recorded decisions a command reads, and where. */
export interface RecordOptions extends HallOptions {
  readonly bundle?: string;
  readonly since?: string;
  readonly limit?: string;
}

/** Adds the options that name recorded decisions; the command has those of a Hall already. */
export function addRecordOptions(command: Command): Command {
  return command
    .option(
      '--bundle <dir>',
      'read the decisions from a folder of `wcp receipts export DIR --decisions`, not from a Hall',
    )
    .option('--since <time>', 'only decisions made at or after this time, such as 2026-11-01T00:00:00Z')
    .option('--limit <number>', 'read at most this many decisions');
}

/** A part of the recorded decisions. */
export interface RecordWindow {
  /** From this time on. */
  readonly since: string | null;
  readonly limit: number;
}

/**
 * The decisions that a command reads.
 *
 * @throws {CliError} for an invalid time or number
 */
export function readWindow({ since, limit }: RecordOptions): RecordWindow {
  if (since !== undefined && !isTime(since))
    throw usageError('--since takes a time such as 2026-11-01T00:00:00Z.');
  return {
    since: since ?? null,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : readCount('--limit', limit, 1, 1e12),
  };
}

/**
 * Where a command reads decisions.
 *
 * @throws {CliError} if two places are named
 */
export function sourceOf(terminal: Terminal, options: RecordOptions): RecordSource {
  const { bundle, url } = options;
  if (bundle === undefined) return new HallSource(hallOf(terminal, options));
  if (url !== undefined) throw usageError('Say where the decisions are: either --bundle or --url, not both.');
  return new BundleSource(terminal, bundle);
}
