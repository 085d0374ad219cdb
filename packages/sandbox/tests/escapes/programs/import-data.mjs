import { attempt } from './attempt.mjs';

attempt(async () => (await import('data:text/javascript,export default "it ran"')).default);
