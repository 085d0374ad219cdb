import { connect } from 'node:net';

const HEADER_END = Buffer.from('\r\n\r\n');

/**
 * Sends requests over so many connections, one at a time on each, and tells the latencies in
 * milliseconds. Light on purpose: what it costs is taken from the server that is measured.
 *
 * @param nextBody the JSON of the next request, in ASCII
 * @param rate requests a second in all; as fast as they are answered where it is absent
 */
export async function load({ port, path, key, connections, seconds, rate, nextBody }) {
  const latencies = [];
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  const gap = rate === undefined ? 0 : (1000 * connections) / rate;
  const runs = Array.from({ length: connections }, (_, index) =>
    converse(
      { port, until, gap, offset: (gap * index) / connections },
      requests(path, key, nextBody),
      latencies,
    ),
  );
  await Promise.all(runs);
  return { latencies, perSecond: (latencies.length * 1000) / (performance.now() - started) };
}

function requests(path, key, nextBody) {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    'content-length: ',
  ].join('\r\n');
  return () => {
    const body = nextBody();
    return `${head}${body.length}\r\n\r\n${body}`;
  };
}

function converse({ port, until, gap, offset }, nextRequest, latencies) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    let due = performance.now() + offset;
    let left = 0;
    let rest = null;
    const send = () => {
      if (performance.now() >= until) return void socket.end(resolve);
      // What is late counts from when it was due: a server that stalls is not spared the requests meanwhile.
      sentAt = gap === 0 ? performance.now() : due;
      socket.write(nextRequest(), 'latin1');
    };
    const next = () => {
      if (gap === 0) return send();
      due += gap;
      const wait = due - performance.now();
      if (wait <= 0) send();
      else setTimeout(send, wait);
    };
    socket.on('connect', () => (gap === 0 ? send() : setTimeout(send, offset)));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      if (left === 0) {
        const answer = rest === null ? chunk : Buffer.concat([rest, chunk]);
        const end = answer.indexOf(HEADER_END);
        rest = end < 0 ? answer : null;
        if (end < 0) return;
        if (answer[9] !== OK) return reject(new Error(answer.toString().slice(0, 600)));
        left = lengthOf(answer, end) - (answer.length - end - HEADER_END.length);
      } else left -= chunk.length;
      if (left > 0) return;
      latencies.push(performance.now() - sentAt);
      next();
    });
  });
}

/** The first digit of the status 200. */
const OK = '2'.charCodeAt(0);
const LENGTH = Buffer.from('\r\ncontent-length: ');

function lengthOf(answer, end) {
  const from = answer.indexOf(LENGTH) + LENGTH.length;
  return Number(answer.latin1Slice(from, Math.min(answer.indexOf('\r', from), end)));
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers, share) {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
