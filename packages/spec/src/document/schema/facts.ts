import { type Static, Type } from 'typebox';
import { type Spent, SpentSchema } from './budget.ts';
import { closed, hashRead, nullable, supervisorLevel, time, UUID_PATTERN } from './common.ts';

const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const text = Type.String();

/** What the caller observed for this one decision (section 4.4). */
export const FactsSchema = closed(
  {
    now: time({ description: 'The instant of the decision, UTC.' }),
    decision_id: Type.String({ pattern: UUID_PATTERN }),
    workers: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: closed({
            available: Type.Optional(Type.Boolean()),
            current_hash: Type.Optional(nullable(text)),
            signed: Type.Optional(Type.Boolean()),
          }),
        },
      ),
    ),
    banned_hashes: Type.Optional(Type.Array(hashRead())),
    chain: Type.Optional(closed({ blast_score: Type.Optional(count), depth: Type.Optional(count) })),
    policy: Type.Optional(Type.Unknown({ description: "The policy gate's verdict; step 13 checks it." })),
    credential: Type.Optional(
      nullable(
        closed({
          valid: Type.Boolean(),
          tenant_id: Type.Optional(nullable(text)),
          reason: Type.Optional(nullable(text)),
        }),
      ),
    ),
    approval: Type.Optional(
      nullable(closed({ id: text, level: supervisorLevel, resolver: text, decision_digest: hashRead() })),
    ),
    frozen: Type.Optional(nullable(closed({ scope: text, reason: text }))),
    'x.spent': Type.Optional(SpentSchema),
  },
  { title: 'Facts', description: 'What was observed for one decision (WCP section 4.4).' },
);

/** What was observed of one worker: absent members count as available, no hash, unsigned. */
export interface WorkerFacts {
  readonly available?: boolean;
  readonly current_hash?: string | null;
  readonly signed?: boolean;
}

/** What the caller observed for this one decision (section 4.4). */
export type Facts = Omit<Static<typeof FactsSchema>, 'workers' | 'x.spent'> & {
  workers?: { readonly [worker_id: string]: WorkerFacts };
  'x.spent'?: Spent;
};
