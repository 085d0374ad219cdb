import type { Manifest } from './check-manifest.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly startupProbe?: unknown;
  readonly livenessProbe?: unknown;
  readonly readinessProbe?: unknown;
  readonly volumeMounts?: readonly { readonly name: string }[];
}

interface StatefulSet extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly volumeClaimTemplates: readonly Manifest[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly automountServiceAccountToken?: boolean;
        readonly securityContext?: {
          readonly runAsNonRoot?: boolean;
          readonly seccompProfile?: { readonly type: string };
        };
        readonly containers: readonly Container[];
        readonly initContainers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

/** The kinds that the chart has, one of each; a Secret is not among them. */
const KINDS = [
  'ConfigMap',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Service',
  'ServiceAccount',
  'StatefulSet',
];

/** What the documents of a chart do not keep of what it promises: confinement, probes, no secret, labels that match. */
export function checkPromises(manifests: readonly Manifest[]): string[] {
  const kinds = manifests.map(({ kind }) => kind).sort();
  if (kinds.join() !== KINDS.join()) return [`The chart has ${kinds.join(', ')}.`];
  const set = manifests.find(({ kind }) => kind === 'StatefulSet') as StatefulSet;
  const pod = set.spec.template.spec;
  const findings = [...checkSelectors(manifests, set), ...checkVolumes(set)];
  if (pod.automountServiceAccountToken !== false) findings.push('The pod gets a token of the cluster.');
  if (pod.securityContext?.runAsNonRoot !== true) findings.push('The pod may run as root.');
  if (pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault')
    findings.push('The pod has no seccomp.');
  for (const container of [...pod.initContainers, ...pod.containers])
    findings.push(...checkContainer(container));
  for (const { name, startupProbe, livenessProbe, readinessProbe } of pod.containers) {
    if (![startupProbe, livenessProbe, readinessProbe].every(Boolean))
      findings.push(`${name}: a probe is missing.`);
  }
  return findings;
}

function checkContainer({ name, securityContext: context, resources }: Container): string[] {
  const findings: string[] = [];
  if (context?.allowPrivilegeEscalation !== false) findings.push(`${name}: privileges may be gained.`);
  if (context?.readOnlyRootFilesystem !== true) findings.push(`${name}: its root is writable.`);
  if (context?.capabilities?.drop?.includes('ALL') !== true) findings.push(`${name}: it has capabilities.`);
  if (resources?.limits?.memory === undefined) findings.push(`${name}: its memory has no limit.`);
  return findings;
}

/** Whatever selects pods selects those of the set. */
function checkSelectors(manifests: readonly Manifest[], set: StatefulSet): string[] {
  const { labels } = set.spec.template.metadata;
  return manifests.flatMap(({ kind, spec }) => {
    const { selector, podSelector } = Object(spec);
    const found = podSelector ?? selector;
    if (found === undefined) return [];
    const wanted = Object.entries((found.matchLabels ?? found) as Record<string, string>);
    const isMet = wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
    return isMet ? [] : [`${kind}: it selects other pods.`];
  });
}

function checkVolumes({ spec }: StatefulSet): string[] {
  const { volumes, containers, initContainers } = spec.template.spec;
  const claimed = spec.volumeClaimTemplates.map(({ metadata }) => metadata.name);
  const there = new Set([...volumes.map(({ name }) => name), ...claimed]);
  const mounted = [...initContainers, ...containers].flatMap(({ volumeMounts = [] }) => volumeMounts);
  const missing = mounted
    .filter(({ name }) => !there.has(name))
    .map(({ name }) => `No volume is named ${name}.`);
  const used = new Set(mounted.map(({ name }) => name));
  return [
    ...missing,
    ...[...there].filter((name) => !used.has(name)).map((name) => `${name} is not mounted.`),
  ];
}
