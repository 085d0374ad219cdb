import { UpstreamError } from './upstream-error.ts';

/** What is waited for, unless the call's time is over or it is withdrawn before: then nothing ran. */
export async function withinCall<Value>(
  awaited: Promise<Value>,
  timeout_ms: number,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal?.aborted) throw new UpstreamError('DELIVERY_WITHDRAWN');
  return new Promise<Value>((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new UpstreamError('DELIVERY_NO_TIME'))), timeout_ms);
    const abort = () => end(() => reject(new UpstreamError('DELIVERY_WITHDRAWN')));
    const end = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      act();
    };
    signal?.addEventListener('abort', abort);
    awaited.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    );
  });
}
