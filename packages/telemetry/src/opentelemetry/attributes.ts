import type { Attributes } from '@opentelemetry/api';

/** The plain members of an event or context as `wcp.*` attributes; null and nested members are left out. */
export function wcpAttributes(members: object): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(members)) {
    const plain = plainValue(value);
    if (plain !== null) attributes[`wcp.${name}`] = plain;
  }
  return attributes;
}

function plainValue(value: unknown): string | number | boolean | string[] | null {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

/**
 * The `gen_ai.*` attributes of a run (section 7): from the evidence entries of kind `model_usage`
 * that the worker reported, with the sum of the tokens and the last model. None where it called no model.
 *
 * @example
 * ```ts
 * import { modelAttributes } from '@wcp/telemetry/opentelemetry';
 *
 * const evidence = [{ kind: 'model_usage', model: 'small', input_tokens: 12, output_tokens: 3 }];
 * console.log(modelAttributes(evidence, 'cap.doc.summarize')['gen_ai.usage.input_tokens']); // 12
 * ```
 */
export function modelAttributes(evidence: readonly object[], capabilityId: string | null): Attributes {
  const usages = evidence.filter(isUsage);
  if (usages.length === 0) return {};
  const attributes: Attributes = {
    'gen_ai.usage.input_tokens': sum(usages.map((usage) => usage.input_tokens)),
    'gen_ai.usage.output_tokens': sum(usages.map((usage) => usage.output_tokens)),
  };
  const model = usages.at(-1)?.model;
  if (typeof model === 'string') attributes['gen_ai.request.model'] = model;
  if (capabilityId !== null) attributes['gen_ai.tool.name'] = capabilityId;
  return attributes;
}

interface Usage {
  readonly kind: 'model_usage';
  readonly model?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
}

function isUsage(entry: object): entry is Usage {
  return (entry as Partial<Usage>).kind === 'model_usage';
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0);
}
