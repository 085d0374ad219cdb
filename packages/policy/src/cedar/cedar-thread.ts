import { workerData } from 'node:worker_threads';
import { serveQuestions } from '../thread/serve-questions.ts';
import { loadCedar } from './engine-package.ts';
import { createEvaluator, isBreakdown, type PolicyTextsById } from './evaluator.ts';
import type { CedarRequest } from './request/request-form.ts';

const policies = workerData as PolicyTextsById;

await serveQuestions<CedarRequest>(async () => {
  let evaluate = start();
  return (request) => {
    try {
      return evaluate(request);
    } catch (error) {
      if (isBreakdown(error)) evaluate = start();
      throw error;
    }
  };
});

function start() {
  const loaded = loadCedar();
  if (!loaded.ok) throw new Error(loaded.finding.message);
  return createEvaluator(loaded.cedar, policies);
}
