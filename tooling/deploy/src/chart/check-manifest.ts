import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';

/** A document for Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
  readonly data?: unknown;
}

/** What validates a document of one kind. @throws where it is not one */
type Model = new (data: never) => { validate(): void };

const MODELS: Readonly<Record<string, Model>> = {
  'v1 ConfigMap': core.ConfigMap,
  'v1 Service': core.Service,
  'v1 ServiceAccount': core.ServiceAccount,
  'apps/v1 StatefulSet': apps.StatefulSet,
  'policy/v1 PodDisruptionBudget': policy.PodDisruptionBudget,
  'networking.k8s.io/v1 NetworkPolicy': networking.NetworkPolicy,
};

/** What the schema of Kubernetes refuses in a document, and the members that it does not know. */
export function checkManifest(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const model = MODELS[kind];
  if (model === undefined) return [`${kind} is of no kind that this chart may have.`];
  const refusal = refusalOf(model, manifest);
  if (refusal !== null) return [`${manifest.kind}: ${refusal}`];
  return unknownMembers(model, manifest).map((path) => `${manifest.kind}: ${path} is unknown to Kubernetes.`);
}

function refusalOf(model: Model, manifest: unknown): string | null {
  try {
    new model(manifest as never).validate();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** No member that the schema knows can be a symbol: where one is accepted, nobody looks at the member. */
function unknownMembers(model: Model, manifest: unknown): string[] {
  return pathsOf(manifest)
    .filter((path) => refusalOf(model, withSymbol(manifest, path)) === null)
    .map((path) => `/${path.join('/')}`);
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (Object(value) !== value) return [];
  return Object.entries(value as object).flatMap(([name, each]) => [
    [...path, name],
    ...pathsOf(each, [...path, name]),
  ]);
}

function withSymbol(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return Symbol('nothing');
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  copy[name] = withSymbol(copy[name], rest);
  return copy;
}
