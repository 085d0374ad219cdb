import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from '../repository/files.ts';
import type { CheckFinding } from './finding.ts';

/** A file that turns bytes into text in a way that replaces what is not UTF-8, and why it may. */
interface AllowedDecoding {
  readonly file: string;
  readonly why: string;
}

const OWN_FILE = 'a file of this package, which is published with it';
const PEM = 'PEM is ASCII: a replaced byte makes it no key, and says so';
const CHECKED = 'isUtf8 has judged the bytes just before';
const SHOWN = 'free text that is shown to a person and never parsed';

const ALLOWED: readonly AllowedDecoding[] = [
  { file: 'packages/cli/src/base/package-file.ts', why: OWN_FILE },
  { file: 'packages/cli/src/demo/demo-world.ts', why: OWN_FILE },
  { file: 'packages/cli/src/demo/show-evidence.ts', why: 'evidence that the demo has written itself' },
  { file: 'packages/cli/src/pipeline/hall/copy-workers.ts', why: 'a built worker of this repository' },
  { file: 'packages/cli/src/pipeline/hall/prepare-folder.ts', why: `${OWN_FILE}; and ${PEM}` },
  { file: 'packages/conformance/src/fixtures/load-fixtures.ts', why: OWN_FILE },
  { file: 'packages/conformance/src/protocol/line-splitter.ts', why: SHOWN },
  { file: 'packages/conformance/src/runner/text-tail.ts', why: SHOWN },
  { file: 'packages/hall/src/delivery/process/process-output.ts', why: SHOWN },
  { file: 'packages/hall/src/delivery/process/process-tree.ts', why: 'the kernel writes it, in ASCII' },
  { file: 'packages/hall/src/deployment/create/attest-example.ts', why: `${OWN_FILE}; and ${PEM}` },
  { file: 'packages/hall/src/deployment/create/create-deployment.ts', why: OWN_FILE },
  { file: 'packages/hall/src/deployment/settings/json-file.ts', why: 'only for the place of a syntax error' },
  { file: 'packages/hall/src/deployment/create/signing-key-file.ts', why: PEM },
  { file: 'packages/hall/src/deployment/settings/read-checkpoints.ts', why: PEM },
  { file: 'packages/hall/src/http/request-body.ts', why: CHECKED },
  { file: 'packages/hall/src/registry/ban-list/ban-list-source.ts', why: CHECKED },
  {
    file: 'packages/hall/src/storage/payload/data-keys.ts',
    why: 'base64 and ids are ASCII: a replaced byte makes it no key',
  },
  { file: 'packages/hall/src/storage/payload/data-key.ts', why: 'the tag of GCM vouches for the text' },
  { file: 'packages/hall/src/storage/ledger/high-water-mark.ts', why: 'a code covers the text' },
  { file: 'packages/hall/src/witness-host/serve-witness.ts', why: CHECKED },
  { file: 'packages/mcp/src/upstream/stdio/log-lines.ts', why: SHOWN },
  {
    file: 'packages/sandbox/src/egress/inside/routes.ts',
    why: 'a table that the Hall has written, inside a sandbox',
  },
  { file: 'packages/policy/src/opa/opa-bundle.ts', why: 'only the version of an installed package' },
  { file: 'packages/policy/src/server/policy-server.ts', why: CHECKED },
  { file: 'packages/sandbox/src/egress/read-refused.ts', why: 'free text that is escaped and shown' },
  { file: 'packages/worker-kit/src/permit/replay-folder.ts', why: 'only digits are accepted' },
  { file: 'workers/doc-hasher/src/signing-key.ts', why: PEM },
  { file: 'workers/embedder/src/embed-with-server.ts', why: CHECKED },
  { file: 'workers/embedder/src/word-vectors.ts', why: 'an asset of this package, which its build writes' },
  { file: 'workers/human-approver/src/page/script.ts', why: 'a page of its own server, in the browser' },
  { file: 'workers/human-approver/src/web/request.ts', why: CHECKED },
  { file: 'workers/web-fetcher/src/content/decode-text.ts', why: 'asks for the name of an encoding only' },
  { file: 'workers/web-fetcher/src/content/guess-charset.ts', why: 'asks for the name of an encoding only' },
];

const SOURCES = /^(?:packages|workers)\/[^/]+\/src\/.*\.ts$/;
/** What decodes as UTF-8 and puts U+FFFD where the bytes are not. */
const REPLACING = [
  /new TextDecoder\((?![^)]*fatal: true)/,
  /\.toString\((?:'utf-?8'|"utf-?8")/,
  /\breadFile(?:Sync)?\([^;]*?,\s*'utf-?8'/,
  /\bencoding: 'utf-?8'/,
  /\.setEncoding\(/,
  /\bcreateInterface\(/,
  /\bresponse\.(?:text|json)\(\)/,
];

/**
 * Every place in a package or worker that would decode foreign bytes with replacements: two different texts
 * would look the same, and what was signed would not be what is read. A file that may do so stands in the table
 * above with its reason; a row without such a place is a finding as well.
 */
export function checkDecoding(root: string, allowed = ALLOWED): CheckFinding[] {
  const places = listFiles(root)
    .filter((file) => SOURCES.test(file))
    .flatMap((file) => placesIn(root, file));
  const isAllowed = (file: string) => allowed.some((row) => row.file === file);
  return [
    ...places
      .filter(({ file }) => !isAllowed(file))
      .map(({ file, line, found }) => `${file}:${line}: replaces what is not UTF-8: ${found}`),
    ...allowed
      .filter((row) => !places.some(({ file }) => file === row.file))
      .map(({ file }) => `${file}: is allowed to replace what is not UTF-8, but does not`),
  ];
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly found: string;
}

function placesIn(root: string, file: string): Place[] {
  const text = readFileSync(join(root, file), 'utf8');
  return REPLACING.flatMap((pattern) =>
    [...text.matchAll(new RegExp(pattern, 'g'))].map(({ index, 0: found }) => ({
      file,
      line: text.slice(0, index).split('\n').length,
      found: found.replace(/\s+/g, ' ').slice(0, 60),
    })),
  );
}
