/** Header names, lower case as HTTP/2 sends them. */
export const headers = {
  apiKey: 'x-api-key',
  userAgent: 'user-agent',
  appId: 'x-app-id',
  externalUserId: 'x-external-user-id',
  externalUserEmail: 'x-external-user-email',
  externalUserName: 'x-external-user-name',
  /** The address of a server's buyer, who is then counted as one on a page is. */
  clientAddress: 'x-client-address',
  idempotencyKey: 'idempotency-key',
  idempotentReplayed: 'idempotent-replayed',
  requestId: 'x-request-id',
  /** `<epoch>.<ver>` of the inventory that an availability map was read from. */
  version: 'x-holdfast-version',
  /** Beside a receipt: whether the ticket is good. */
  ticket: 'x-holdfast-ticket',
  /** The signed word of the edge to core. */
  edgeAssertion: 'x-holdfast-assertion',
  /**
   * On core's refusal of that word, the caller of the edge is not to blame for it. `true`: nothing was done. `replayed`:
   * the same word came before, and what became of it is told there.
   */
  edgeRefused: 'x-holdfast-edge-refused',
  rateLimitLimit: 'ratelimit-limit',
  rateLimitRemaining: 'ratelimit-remaining',
  rateLimitReset: 'ratelimit-reset',
  retryAfter: 'retry-after',
} as const
