/** Everything that can be wrong with a port, or with the command that starts it. */
export const PORT_PROBLEM_CODES = [
  'command_not_found',
  'command_not_executable',
  'folder_not_found',
  'command_failed',
  'start_exited',
  'start_silent',
  'start_half_line',
  'start_refused',
  'start_malformed',
  'wrong_protocol',
  'exited',
  'stdout_closed',
  'silent',
  'half_line',
  'not_json',
  'not_utf8',
  'line_too_long',
  'wrong_seq',
  'answered_twice',
  'answer_malformed',
  'stop_ignored',
  'stop_status',
  'restart_failed',
  'gave_up',
] as const;
/** The code of a {@link PortProblem}. */
export type PortProblemCode = (typeof PORT_PROBLEM_CODES)[number];

/** Something that a port did wrong: what it did, as the rest of a sentence, and what to do about it. */
export interface PortProblem {
  readonly code: PortProblemCode;
  readonly what: string;
  readonly remedy: string;
}

const FLUSH =
  'Answer each line at once, end the answer with a newline and flush it (in Python: print(…, flush=True)).';
const ONE_PROCESS =
  'One process serves all cases and runs until "stop": answer {"seq":…,"errored":{…}} instead of ending.';
const BY_HAND =
  'Start it by hand, type {"cmd":"start","protocol":1,"revision":"0.2"} and read what it writes to standard error.';
const ONE_ANSWER = 'Answer each request with one line that has the same seq, and write nothing else.';
const ANSWERS_ONLY =
  'Standard output is for answers only, one JSON object a line. Write logs to standard error.';

/** What to do about each problem. */
const REMEDIES: Readonly<Record<PortProblemCode, string>> = {
  command_not_found:
    'Check the spelling, or give the path of the program. After "--" comes one program and its arguments, without quotes around all of them: no shell reads them.',
  command_not_executable:
    'Make it executable (chmod +x) and start it with a line such as "#!/usr/bin/env python3", or call its interpreter: "-- python3 port.py".',
  folder_not_found: 'Use an existing folder as the working folder of the port.',
  command_failed: 'Check the command: it is one program and its arguments, and no shell reads them.',
  start_exited: `A port reads lines until "stop". ${BY_HAND}`,
  start_silent: `${FLUSH} If the port is merely slow to start, give it more time (--start-timeout, startTimeoutMs).`,
  start_half_line: FLUSH,
  start_refused: 'This referee speaks protocol 1 and measures revision 0.2; the port must too.',
  start_malformed:
    'Answer {"ok":true,"implementation":{"name":"…","language":"…","version":"…"},"ops":["decide",…]}.',
  wrong_protocol: 'This referee speaks protocol 1 and measures revision 0.2; the port must too.',
  exited: ONE_PROCESS,
  stdout_closed: ONE_PROCESS,
  silent: `${FLUSH} A late answer does not count; if the port is merely slow, give it more time (--timeout, timeoutMs).`,
  half_line: FLUSH,
  not_json: ANSWERS_ONLY,
  not_utf8: 'Write UTF-8 without a byte order mark, whatever the locale says.',
  line_too_long: 'No answer is that long; look for an endless loop.',
  wrong_seq: ONE_ANSWER,
  answered_twice: ONE_ANSWER,
  answer_malformed:
    'Answer {"seq":…} with exactly one of "result", "error", "skipped" and "errored" beside it.',
  stop_ignored: 'End with status 0 when {"cmd":"stop"} arrives.',
  stop_status: 'End with status 0 when {"cmd":"stop"} arrives.',
  restart_failed:
    'A port must be able to restart after it was killed: look for lock files and network ports in use.',
  gave_up: 'Fix the first cases that went wrong and run again, or run some of them with a filter.',
};

/** A problem with its remedy; `what` completes the sentence “The port …”. */
export function portProblem(code: PortProblemCode, what: string): PortProblem {
  return { code, what, remedy: REMEDIES[code] };
}

/** The problem as sentences for people. */
export function sentenceOf(problem: PortProblem): string {
  const subject = subjectOf(problem);
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}. ${problem.remedy}`;
}

/** The problem without its remedy, as the rest of a sentence: “the port ended with status 3”. */
export function subjectOf({ code, what }: PortProblem): string {
  return code.startsWith('command_') || code === 'folder_not_found' ? what : `the port ${what}`;
}

/** The sentences for a case that was answered before the problem appeared. */
export function sentenceAfter({ what, remedy }: PortProblem): string {
  return `After it had answered this case, the port ${what}. ${remedy}`;
}

/** The beginning of the message of a case that was not run because of a problem. */
export const NOT_RUN = 'Not run.';
