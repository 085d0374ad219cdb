import type { Command } from 'commander';

/** Adds the request that `route` and `explain` are given. */
export function addInputArgument(command: Command): Command {
  return command.argument('<input>', 'the request, a RouteInput in JSON; "-" for standard input');
}

/** Adds the documents of the world that a request is decided in, beside the rules. */
export function addCaseOptions(command: Command): Command {
  return command
    .option('--workers <files...>', 'registry records, or folders of them (name them after the request)')
    .option('--config <file>', 'the configuration of the Hall')
    .option('--facts <file>', 'what was observed; "now" and "decision_id" are supplied where it lacks them')
    .option('--gate <file>', "the policy gate's verdict: decision, policy_version, reason")
    .option('--catalog-version <version>', 'the catalog that the Hall has (default: 1.0.0)');
}
