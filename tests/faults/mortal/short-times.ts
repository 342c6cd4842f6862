/**
 * What the times of a mortal core are. In the order of the originals: core's budget < the edge's < the lease; and what a
 * dead core began is done by repair long before a payment has been pending for too long.
 */
export const shortTimes = {
  pinLeaseMs: 12_000,
  claimAbandonedMs: 12_000,
  paymentHeadStartMs: 9_000,
  paymentPendingMsMax: 60_000,
} as const
