import { checkId } from '@wcp/spec';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import { z } from 'zod';
import { text } from './fields.ts';

const CAPABILITY = 'capability_id must be the id of a capability, such as cap.doc.summarize.';
const ROW =
  'A capability is {"type": …, "id": …, "action": …, "capability_id": …}; id and action may be absent.';

/** How evaluations of AuthZEN become requests of the Hall. */
export const authzenSchema = z.strictObject(
  {
    defaults: z
      .strictObject(
        {
          env: z.enum(ENVS, `env must be one of ${ENVS.join(', ')}.`).exactOptional(),
          data_label: z
            .enum(DATA_LABELS, `data_label must be one of ${DATA_LABELS.join(', ')}.`)
            .exactOptional(),
          tenant_risk: z
            .enum(TENANT_RISKS, `tenant_risk must be one of ${TENANT_RISKS.join(', ')}.`)
            .exactOptional(),
          qos_class: z
            .enum(QOS_CLASSES, `qos_class must be one of ${QOS_CLASSES.join(', ')}.`)
            .exactOptional(),
        },
        'defaults is {"env": …, "data_label": …, "tenant_risk": …, "qos_class": …}.',
      )
      .exactOptional(),
    capabilities: z
      .array(
        z.strictObject(
          {
            type: text('type must be the type of a resource.'),
            id: text('id must be the id of a resource.').exactOptional(),
            action: text('action must be the name of an action.').exactOptional(),
            capability_id: z.string(CAPABILITY).refine((id) => checkId(id, 'capability').valid, CAPABILITY),
          },
          ROW,
        ),
        'capabilities must be a list.',
      )
      .exactOptional(),
  },
  'authzen is {"defaults": {…}, "capabilities": […]}.',
);
