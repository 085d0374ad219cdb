import { WcpError } from '@wcp/spec';

/**
 * `ERR_WCP_STORE` of what rests on something that changed meanwhile, mostly at another Hall. Nothing of it was written; made again,
 * it may be.
 */
export class Overtaken extends WcpError {
  constructor() {
    super(
      'ERR_WCP_STORE',
      'Something that this rests on changed at the same moment. Nothing was written. Ask again.',
    );
  }
}

/** `ERR_WCP_STORE` of an outcome that comes too late: another Hall has recorded the dispatch as `unknown`. */
export class SettledElsewhere extends WcpError {
  constructor() {
    super(
      'ERR_WCP_STORE',
      'Another Hall has recorded this dispatch as unknown, because this one gave no sign of life. What came of it is not in the evidence.',
    );
  }
}
