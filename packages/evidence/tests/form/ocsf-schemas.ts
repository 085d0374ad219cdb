import { type TSchema, Type } from 'typebox';

/**
 * What OCSF 1.9.0 says of the two classes, as far as events of receipts may use it: transcribed from the sources of
 * the schema (base_event, api_activity, entity_management and the objects that they name), because JSON Schema is
 * compiled from those by a server that a build cannot reach. Closed: a member that was not looked up there is found.
 */
const closed = (properties: Record<string, TSchema>, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });
const atLeastOne = (...names: string[]) => ({ anyOf: names.map((name) => ({ required: [name] })) });
const text = Type.String({ minLength: 1 });
const optional = Type.Optional(text);
const one = (...values: number[]) => Type.Enum(values);
const ENTITY = atLeastOne('name', 'uid');

const metadata = closed({
  version: Type.Literal('1.9.0'),
  product: closed({ name: optional, uid: optional, vendor_name: optional }, ENTITY),
  uid: optional,
  event_code: optional,
  log_name: optional,
  sequence: Type.Optional(Type.Integer()),
  tenant_uid: optional,
  correlation_uid: optional,
  original_time: optional,
});

const base = (categoryUid: number, categoryName: string, classUid: number, className: string) => ({
  activity_id: one(0, 1, 2, 3, 4, 99),
  activity_name: optional,
  category_uid: Type.Literal(categoryUid),
  category_name: Type.Optional(Type.Literal(categoryName)),
  class_uid: Type.Literal(classUid),
  class_name: Type.Optional(Type.Literal(className)),
  type_uid: one(...[0, 1, 2, 3, 4, 99].map((activity) => classUid * 100 + activity)),
  time: Type.Integer({ minimum: 0 }),
  severity_id: one(0, 1, 2, 3, 4, 5, 6, 99),
  severity: optional,
  status_id: Type.Optional(one(0, 1, 2, 99)),
  status: optional,
  status_code: optional,
  duration: Type.Optional(Type.Integer({ minimum: 0 })),
  metadata,
  raw_data: optional,
});

const policy = closed({ name: optional, uid: optional }, ENTITY);
const authorization = closed(
  { decision: optional, policy: Type.Optional(policy) },
  atLeastOne('decision', 'policy'),
);
const actor = closed(
  { app_uid: optional, app_name: optional, authorizations: Type.Optional(Type.Array(authorization)) },
  atLeastOne('app_name', 'app_uid'),
);
const api = closed({
  operation: text,
  service: Type.Optional(closed({ name: optional, uid: optional }, ENTITY)),
  request: Type.Optional(closed({ uid: text })),
  response: Type.Optional(closed({ code: Type.Optional(Type.Integer()), error: optional })),
});
const resource = closed({ uid: optional, name: optional, type: optional }, ENTITY);
const entity = closed(
  { uid: optional, name: optional, type: optional, data: Type.Optional(Type.Object({})) },
  ENTITY,
);

/** The schemas of the classes, by their numbers. */
export const OCSF_SCHEMAS = {
  3004: closed({ ...base(3, 'Identity & Access Management', 3004, 'Entity Management'), entity }),
  6003: closed({
    ...base(6, 'Application Activity', 6003, 'API Activity'),
    actor,
    api,
    src_endpoint: closed({ svc_name: optional }, atLeastOne('svc_name')),
    resources: Type.Optional(Type.Array(resource)),
  }),
};
