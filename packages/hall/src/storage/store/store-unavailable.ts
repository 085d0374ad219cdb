import { WcpError } from '@wcp/spec';

/** `ERR_WCP_STORE` of a database that is away, busy or a replica for now: it says nothing about what it holds. */
export class StoreUnavailable extends WcpError {
  constructor(message: string, cause: unknown) {
    super('ERR_WCP_STORE', message, { cause });
  }
}
