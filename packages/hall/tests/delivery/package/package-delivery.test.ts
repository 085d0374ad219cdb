import { describeDelivery } from '../delivery.case.ts';
import { callOf, openCasePackage } from '../support.ts';

const answer_bytes = 100_000;

describeDelivery({
  name: 'a worker in processes of its own',
  answer_bytes,
  cancelled: { status: 'error', code: null, result: { deny_reason: { code: 'WORKER_CANCELLED' } } },
  async open() {
    const { delivery, hash } = await openCasePackage({ limits: { answer_bytes } });
    return { delivery, call: (request, members) => callOf(request, { code_hash: hash, ...members }) };
  },
});
