import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import { checkManifest, type Manifest } from './check-manifest.ts';
import { checkPromises } from './check-promises.ts';
import { render } from './render.ts';

/** Values that an operator has to choose. */
const CHOSEN = { database: { existingSecret: 'my-database' } };

/** Values under which every block of the templates is shown. */
const EVERYTHING = {
  image: { pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'registry' }],
  database: { existingSecret: 'my-database', existingCaSecret: 'my-ca' },
  existingEnvSecrets: ['my-webhooks', 'my-worker-keys'],
  persistence: { storageClassName: 'fast' },
  podAnnotations: { 'prometheus.io/scrape': 'true' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: {} },
};

/** What is wrong with a chart: what its own schema, Kubernetes or its promises refuse, with values of three kinds. */
export async function checkChart(folder: string): Promise<string[]> {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const chart = parse(read('Chart.yaml')) as { readonly version: string; readonly appVersion: string };
  const defaults = parse(read('values.yaml')) as object;
  const accepts = new Ajv({ strictSchema: true, allErrors: true }).compile(
    JSON.parse(read('values.schema.json')),
  );
  const findings: string[] = [];
  if (accepts(defaults)) findings.push('values.yaml names a secret of its own: an operator must choose it.');
  for (const chosen of [CHOSEN, EVERYTHING]) {
    const values = merged(defaults, chosen);
    if (!accepts(values)) findings.push(`values.schema.json refuses ${JSON.stringify(accepts.errors)}`);
    const scope = {
      Values: values,
      Release: { Name: 'my-hall', Service: 'Helm' },
      Chart: { Version: chart.version, AppVersion: chart.appVersion },
    };
    const manifests = readdirSync(join(folder, 'templates')).flatMap((name) =>
      manifestsOf(render(read(join('templates', name)), scope), name, findings),
    );
    for (const manifest of manifests) findings.push(...(await checkManifest(manifest)));
    findings.push(...checkPromises(manifests));
  }
  return [...new Set(findings)];
}

function manifestsOf(text: string, name: string, findings: string[]): Manifest[] {
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true });
  for (const { errors } of documents) findings.push(...errors.map(({ message }) => `${name}: ${message}`));
  return [...documents].map((document) => document.toJS() as Manifest);
}

/** As Helm merges values: objects member by member, all else replaced. */
function merged(base: object, over: object): object {
  const entries = Object.entries(over).map(([name, value]) => {
    const before = (base as Record<string, unknown>)[name];
    const isBoth = [before, value].every((each) => Object(each) === each && !Array.isArray(each));
    return [name, isBoth ? merged(before as object, value) : value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}
