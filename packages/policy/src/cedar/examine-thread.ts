import { serveQuestions } from '../thread/serve-questions.ts';
import { loadCedar } from './engine-package.ts';
import { examinePolicies, type PolicyTexts } from './examine-policies.ts';

await serveQuestions<PolicyTexts>(async () => {
  const loaded = loadCedar();
  if (!loaded.ok) throw new Error(loaded.finding.message);
  return (texts) => examinePolicies(loaded.cedar, texts);
});
