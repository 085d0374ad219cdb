import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { certificate, HOST, openBroker, serveHttp, serveHttps } from './support/hosts.ts';
import { canCertify, canIsolate, isInstalled, isolated, runForwarded, secured } from './support/sandbox.ts';

const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
const withCurl = test.skipIf(!canIsolate || !canCertify || !isInstalled('curl'));
const curl = (...args: string[]) => ['curl', '--silent', '--show-error', '--max-time', '20', ...args];
const python = (...lines: string[]) => [PYTHON, '-c', lines.join('\n')];

const openForwarded = (allowlist: string[]) => openBroker(allowlist, { forwarder: true });

/** A file with the tests' certificate, for clients that read it from one. */
function certificateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-egress-ca-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, certificate().cert);
  return file;
}

withCurl('curl reaches a listed host over HTTP and HTTPS', async () => {
  const plain = await serveHttp((asked, answer) => {
    answer.setHeader('x-seen', JSON.stringify(asked.headers));
    asked.pipe(answer);
  });
  const secure = await serveHttps((_asked, answer) => answer.end('secret'));
  const { broker, told } = await openForwarded([`${HOST}:${plain}`, `${HOST}:${secure}`]);
  const url = `http://${HOST}:${plain}/path?query=1`;
  const posted = await runForwarded(
    broker,
    curl('--include', '--data', 'hello', '--proxy-header', 'Proxy-Authorization: x', url),
  );
  expect(posted.err).toBe('');
  expect(posted.out).toMatch(/^HTTP\/1.1 200 OK/);
  expect(posted.out).toContain(`"host":"${HOST}:${plain}"`);
  expect(posted.out).not.toMatch(/proxy-/);
  expect(posted.out).toMatch(/hello$/);
  const fetched = await runForwarded(
    broker,
    curl('--cacert', certificateFile(), `https://${HOST}:${secure}/`),
  );
  expect(fetched).toEqual({ code: 0, out: 'secret', err: '' });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toMatchObject([
    { host: HOST, port: plain, outcome: 'connected' },
    { host: HOST, port: secure, outcome: 'connected' },
  ]);
});

withCurl('curl is refused every other host, and the broker is told', async () => {
  const secret = await serveHttp((_asked, answer) => answer.end('secret'));
  const port = await serveHttp((_asked, answer) =>
    answer.writeHead(302, { location: `http://redirected.example:${secret}/` }).end(),
  );
  const { broker, told } = await openForwarded([`${HOST}:${port}`]);
  const urls = [
    `https://evil.example:8443/`,
    `http://${HOST}:${secret}/`,
    `http://10.0.0.1/`,
    `http://${HOST}:${port}/`,
    `http://localhost:${secret}/`,
  ];
  const ran = await runForwarded(broker, [
    'sh',
    '-c',
    urls
      .map((url) =>
        [...curl('--location', '--write-out', "'%{http_code} %{http_connect}\\n'"), url].join(' '),
      )
      .join('; '),
  ]);
  const refused = 'EGRESS_NOT_LISTED: The worker’s egress_allowlist does not name this host and port.';
  expect(ran.out.split('\n')).toEqual([
    '000 403',
    refused,
    '403 000',
    refused,
    '403 000',
    refused,
    '403 000',
    '000 000',
  ]);
  await vi.waitFor(() => expect(told).toHaveLength(5));
  const asked = told.flatMap(({ outcome, host, port }) => (outcome === 'refused' ? [`${host}:${port}`] : []));
  expect(asked).toEqual([
    'evil.example:8443',
    `${HOST}:${secret}`,
    '10.0.0.1:80',
    `redirected.example:${secret}`,
  ]);
});

secured('Python’s urllib reaches a listed host over HTTP and HTTPS, and no other', async () => {
  const plain = await serveHttp((_asked, answer) => answer.end('hello'));
  const secure = await serveHttps((_asked, answer) => answer.end('secret'));
  const { broker, told } = await openForwarded([`${HOST}:${plain}`, `${HOST}:${secure}`]);
  const ran = await runForwarded(
    broker,
    python(
      'import ssl, urllib.error, urllib.request',
      `context = ssl.create_default_context(cafile="${certificateFile()}")`,
      'def read(url, **more): return urllib.request.urlopen(url, timeout=20, **more).read().decode()',
      `print(read("http://${HOST}:${plain}/"))`,
      `print(read("https://${HOST}:${secure}/", context=context))`,
      `for url in ("http://evil.example/", "https://evil.example/", "http://${HOST}:${secure}/"):`,
      '  try: read(url)',
      '  except urllib.error.URLError as error: print(error)',
    ),
  );
  expect(ran.err).toBe('');
  expect(ran.out.split('\n')).toEqual([
    'hello',
    'secret',
    'HTTP Error 403: Forbidden',
    '<urlopen error Tunnel connection failed: 403 Egress refused>',
    // The host is listed at this port, for whatever is spoken there.
    expect.stringMatching(/^HTTP Error 400|Remote end closed|^HTTP Error 502/),
  ]);
  await vi.waitFor(() => expect(told.filter(({ outcome }) => outcome === 'refused')).toHaveLength(2));
});

isolated('A program without the variables, and one that uses plain sockets, reaches nothing', async () => {
  const port = await serveHttp((_asked, answer) => answer.end('hello'));
  const { broker } = await openForwarded([`${HOST}:${port}`]);
  const ran = await runForwarded(
    broker,
    python(
      'import socket',
      `for address in (("127.0.0.1", ${port}), ("${HOST}", ${port}), ("93.184.216.34", 80)):`,
      '  try: socket.create_connection(address, timeout=5); print("connected")',
      '  except OSError as error: print(type(error).__name__)',
    ),
  );
  expect(ran).toEqual({ code: 0, out: 'ConnectionRefusedError\ngaierror\nOSError', err: '' });
});

isolated(
  'A loopback host that is listed is reached through the forwarder, and the sandbox’s own without it',
  async () => {
    const port = await serveHttp((_asked, answer) => answer.end('outside'));
    const { broker } = await openForwarded([`127.0.0.1:${port}`]);
    const ran = await runForwarded(
      broker,
      python(
        'import http.server, threading, urllib.request',
        'class Own(http.server.BaseHTTPRequestHandler):',
        '  def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b"own")',
        '  def log_message(self, *args): pass',
        'server = http.server.HTTPServer(("127.0.0.1", 0), Own)',
        'threading.Thread(target=server.serve_forever, daemon=True).start()',
        'def read(port): return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read().decode()',
        `print(read(${port}), read(server.server_port))`,
      ),
    );
    expect(ran).toEqual({ code: 0, out: 'outside own', err: '' });
  },
);

isolated('What is not a request of a proxy is answered and harms nothing', async () => {
  const { broker, told } = await openForwarded([HOST]);
  const ran = await runForwarded(
    broker,
    python(
      'import socket',
      'for text in ("GET /etc/passwd HTTP/1.1", "GET https://h.example/ HTTP/1.1", "CONNECT x HTTP/1.1", "CONNECT a:b@h.example:1 HTTP/1.1", "CONNECT [::1 HTTP/1.1", "junk"):',
      '  client = socket.create_connection(("127.0.0.1", 3128), timeout=20)',
      '  client.sendall(f"{text}\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n".encode())',
      '  print(client.recv(1000).split(b"\\r\\n")[0].decode())',
    ),
  );
  expect(ran.err).toBe('');
  expect(ran.out.split('\n')).toEqual([
    'HTTP/1.1 400 Bad Request',
    'HTTP/1.1 400 Bad Request',
    'HTTP/1.1 400 Bad Request',
    'HTTP/1.1 400 Bad Request',
    'HTTP/1.1 400 Bad Request',
    'HTTP/1.1 400 Bad Request',
  ]);
  expect(told).toEqual([]);
});

isolated('The program behind the forwarder has its input, its output and its end', async () => {
  const { broker } = await openForwarded([HOST]);
  expect(await runForwarded(broker, ['sh', '-c', 'cat; echo out; echo err >&2; exit 7'])).toEqual({
    ...{ code: 7, out: 'out', err: 'err' },
  });
  expect((await runForwarded(broker, ['sh', '-c', 'kill -TERM $$'])).code).toBe(143);
  expect(await runForwarded(broker, ['/no/such/program'])).toMatchObject({ code: 127, out: '' });
});

isolated('A signal to the forwarder reaches the program', async () => {
  const { broker } = await openForwarded([HOST]);
  const script = 'trap "echo ended; exit 3" TERM; kill -TERM $PPID; while :; do sleep 0.05; done';
  expect(await runForwarded(broker, ['sh', '-c', script])).toEqual({ code: 3, out: 'ended', err: '' });
});

test('A broker without a forwarder gives no variables of it', async () => {
  const { broker } = await openBroker([HOST]);
  expect(broker.env).toEqual({});
  expect(broker.forwarderArguments).toEqual([]);
});
