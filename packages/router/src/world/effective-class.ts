import { QOS_CLASSES, type QosClass } from '@wcp/spec/document';
import { floorOf, stricter } from './settings.ts';
import { engineOf, type World } from './world.ts';

/** What is served last: the class of whatever is not a class, and of every request in a world that denies. */
const LEAST_URGENT: QosClass = 'P3';

/**
 * The class that a request is served in (R19): the one that it names, lowered to the floor of its tenant. Whoever
 * queues requests before deciding about them orders them by this, since the request itself may claim any class. Never
 * throws: what is not a class, and any class in a world that denies everything, is the least urgent one.
 *
 * @param world from `compileWorld`
 * @param tenantId the tenant of the request
 * @param qosClass what the request says, in whatever form it arrived
 * @example
 * import { compileWorld, effectiveQosClass } from '@wcp/router';
 *
 * const config = { tenant_floors: { 'acme:agent': { qos_class: 'P2' } } };
 * const world = compileWorld({ rules: [], workers: [], config });
 * console.log(effectiveQosClass(world, 'acme:agent', 'P0')); // P2
 */
export function effectiveQosClass(world: World, tenantId: string, qosClass: unknown): QosClass {
  const { broken, settings } = engineOf(world);
  if (broken) return LEAST_URGENT;
  const said = QOS_CLASSES.find((each) => each === qosClass) ?? LEAST_URGENT;
  return stricter(QOS_CLASSES, said, floorOf(settings.tenant_floors, tenantId)?.qos_class ?? null);
}
