interface StandardJsonSchema {
  readonly '~standard'?: { readonly jsonSchema?: { input(options: { target: string }): object } };
}

/**
 * The JSON Schema of the arguments of a tool, whatever library describes them; undefined where it does not tell. It is
 * what the Hall knows a tool by.
 */
export function jsonSchemaOf(schema: unknown): object | undefined {
  const { jsonSchema } = Object(schema) as { readonly jsonSchema?: unknown };
  if (isObject(jsonSchema) && !('then' in jsonSchema)) return jsonSchema;
  const standard = (Object(schema) as StandardJsonSchema)['~standard'];
  if (standard !== undefined) return standard.jsonSchema?.input({ target: 'draft-2020-12' });
  return isObject(schema) && typeof (schema as { type?: unknown }).type === 'string' ? schema : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
