import type { Delivery, DeliveryCall } from '@wcp/hall';
import type { CallLinks } from '../../delivery/call-links.ts';

/** What a delivery may have beside what it must. */
const OPTIONAL = [
  'isAvailable',
  'restsFor',
  'containment',
  'learnContainment',
  'onConnection',
  'attestation',
] as const satisfies readonly (keyof Delivery)[];

/** A delivery whose calls tell the client that waits for them of progress, and end when it cancels. */
export function linkedDelivery(delivery: Delivery, links: CallLinks): Delivery {
  const present = OPTIONAL.filter((name) => delivery[name] !== undefined);
  return {
    record: delivery.record,
    dir: delivery.dir,
    ...Object.fromEntries(present.map((name) => [name, delivery[name]?.bind(delivery)])),
    observe: (trust) => delivery.observe(trust),
    deliver: (call) => delivery.deliver(linked(call, links)),
    close: () => delivery.close(),
  };
}

function linked(call: DeliveryCall, links: CallLinks): DeliveryCall {
  const client = links.take({ ...call.context, request: call.request });
  if (client === null) return call;
  const { signal = client.signal } = call;
  const onProgress = client.onProgress?.bind(client) ?? call.onProgress;
  return { ...call, onProgress, signal: AbortSignal.any([signal, client.signal]) };
}
