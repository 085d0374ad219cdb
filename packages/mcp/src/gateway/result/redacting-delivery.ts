import type { Delivered, Delivery, DeliveryCall } from '@wcp/hall';
import { type ResultRules, redacted } from './result-rules.ts';

/**
 * A delivery whose results are redacted before the Hall has them: what is kept back is then in no answer, no receipt's
 * hash and no stored result of an approved call. The delivery itself where there is nothing to keep back.
 */
export function redactingDelivery(delivery: Delivery, { patterns }: Pick<ResultRules, 'patterns'>): Delivery {
  if (patterns.length === 0) return delivery;
  return {
    record: delivery.record,
    dir: delivery.dir,
    isAvailable: () => delivery.isAvailable?.() ?? true,
    restsFor: () => delivery.restsFor?.() ?? 0,
    containment: () => delivery.containment?.() ?? null,
    onConnection: (tell) => delivery.onConnection?.(tell),
    observe: () => delivery.observe(),
    close: () => delivery.close(),
    async deliver(call: DeliveryCall): Promise<Delivered> {
      const delivered = await delivery.deliver(call);
      const { result } = delivered;
      if (result === null) return delivered;
      const [kept, deny_reason] = [result.result, result.deny_reason].map((each) => redacted(each, patterns));
      return {
        ...delivered,
        result: { ...result, result: kept, deny_reason: deny_reason as typeof result.deny_reason },
      };
    },
  };
}
