/**
 * A program that speaks the lines of section 10 as far as its oddity lets it. It imports nothing, so that
 * it starts fast: its record is its first argument, the oddity its second.
 */
const [record, oddity, mode] = process.argv.slice(2);
const print = (line) => process.stdout.write(`${line}\n`);
const withoutId = (call) => ({
  status: 'ok',
  result: call.request,
  telemetry: [],
  evidence: [],
  deny_reason: null,
});
const answerOf = (call) => JSON.stringify({ ...withoutId(call), id: call.id });

const answers = {
  'dies of null': (call) => (call.request === null ? process.exit(1) : print(answerOf(call))),
  'is silent': () => {},
  prints: (call) => print(`a word of its own\n${answerOf(call)}`),
  'answers without the id': (call) => print(JSON.stringify(withoutId(call))),
  'answers another id': (call) => print(answerOf({ ...call, id: call.id + 1 })),
  'answers twice': (call) => print(`${answerOf(call)}\n${answerOf(call)}`),
  'answers a list': (call) => print(`[${answerOf(call)}]`),
  'tells its environment': (call) => print(answerOf({ ...call, request: process.env })),
};
const records = {
  'no record': () => print(''),
  'junk record': () => print('{"worker_id":7}'),
  'false record': () => print(record.replace(/"sha256:[0-9a-f]*"/, `"sha256:${'0'.repeat(64)}"`)),
  'failing record': () => process.exit(1),
};

if (mode === '--record') (records[oddity] ?? (() => print(record)))();
else await serve(answers[oddity] ?? ((call) => print(answerOf(call))));

async function serve(answer) {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    const lines = `${text}${part}`.split('\n');
    text = lines.pop();
    for (const line of lines) answer(JSON.parse(line));
  }
  if (oddity === 'never ends') setInterval(() => {}, 1000);
  if (oddity === 'ends badly') process.exit(3);
}
