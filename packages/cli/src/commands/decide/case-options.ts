import type { Command } from 'commander';

/** Adds the request as an argument of `route` and `explain`. */
export function addInputArgument(command: Command): Command {
  return command.argument('<input>', 'the request, a RouteInput in JSON; "-" for standard input');
}

/** Adds the other documents of the world that a request is decided in. */
export function addCaseOptions(command: Command): Command {
  return command
    .option(
      '--workers <files...>',
      'registry records, or folders of them (put this option after the request)',
    )
    .option('--config <file>', 'the configuration of the Hall')
    .option(
      '--facts <file>',
      'what is known at decision time; "now" and "decision_id" are filled in if missing',
    )
    .option('--gate <file>', "the policy gate's verdict: decision, policy_version, reason")
    .option('--catalog-version <version>', 'the catalog version of the Hall (default: 1.0.0)');
}
