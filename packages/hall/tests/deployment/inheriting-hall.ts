/** Opens the Hall in a folder, dispatches one request and prints the answer of the worker. */
import { openDeployment } from '../../src/index.ts';

const [dir = ''] = process.argv.slice(2);
const { hall, close } = await openDeployment(dir, { listens: false, env: process.env });
const { decision, result } = await hall.dispatch({
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.example',
  correlation_id: 'c-1',
  request: {},
});
await close();
console.log(JSON.stringify(result?.result ?? decision));
