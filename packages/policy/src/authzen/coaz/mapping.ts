import { type Static, Type } from 'typebox';

const text = Type.String({ minLength: 1, maxLength: 4_096 });
const members = Type.Union([text, Type.Object({}, { additionalProperties: true })]);
const properties = Type.Optional(members);
const closed = { additionalProperties: false };

const subject = Type.Object({ type: Type.Optional(text), id: Type.Optional(text), properties }, closed);
const action = Type.Object({ name: text, properties }, closed);
const resource = Type.Object({ type: text, id: text, properties }, closed);
const context = Type.Optional(members);

/** One check of a mapping with several. Whoever is checked stands above, once for all of them. */
const entry = Type.Object(
  { action: Type.Optional(action), resource: Type.Optional(resource), context },
  closed,
);

/** The request that a mapping is a template of: exactly one of the two (COAZ). */
export const EvaluationMappingSchema = Type.Object(
  { evaluation: Type.Object({ subject: Type.Optional(subject), action, resource, context }, closed) },
  closed,
);
export const EvaluationsMappingSchema = Type.Object(
  {
    evaluations: Type.Object(
      {
        subject: Type.Optional(subject),
        action: Type.Optional(action),
        resource: Type.Optional(resource),
        context,
        evaluations: Type.Array(entry, { minItems: 1, maxItems: 64 }),
      },
      closed,
    ),
  },
  closed,
);

type EvaluationMapping = Static<typeof EvaluationMappingSchema>;
type EvaluationsMapping = Static<typeof EvaluationsMappingSchema>;

/** A template of a request, in which every text may be an expression. */
export type ToolMapping = EvaluationMapping | EvaluationsMapping;

/** What `tools/call` of a tool asks that declares nothing (COAZ-MCP). */
export const DEFAULT_MAPPING: ToolMapping = {
  evaluation: {
    subject: { type: 'identity', id: '$token.sub' },
    context: { agent: '$token.?client_id' },
    action: { name: 'tools/call' },
    resource: { type: 'tool', id: '$params.name' },
  },
};
