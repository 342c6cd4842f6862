/** Values of a series, as promtool writes them: `0+5x80` begins at 0 and grows by 5, 80 times. */
type Values = string

/** What is so while all is well: series of core, and of the edge, by name and labels, every 15 s for half an hour. */
export const healthy: Readonly<Record<string, Values>> = {
  'holdfast_lease_held{pod="core-0"}': '1x120',
  'holdfast_lease_held{pod="core-1"}': '0x120',
  'holdfast_invariant_broken_total{invariant="I1"}': '0x120',
  'holdfast_invariant_broken_total{invariant="I3"}': '0x120',
  'holdfast_http_requests_total{status="201"}': '0+1000x120',
  'holdfast_http_requests_total{status="503"}': '0+10x120',
  'holdfast_outbox_oldest_seconds{}': '2x120',
  'holdfast_dead_letters{}': '0x120',
  'holdfast_drift_mended_total{}': '0+1x8 8x112',
  'holdfast_redis_losses_total{}': '3x120',
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/holds/:hold/confirm",le="2"}':
    '0+999x120',
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/holds/:hold/confirm",le="8"}':
    '0+1000x120',
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/holds/:hold/confirm",le="+Inf"}':
    '0+1000x120',
  // Another route may be slow.
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/seats",le="2"}': '0x120',
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/seats",le="8"}': '0+10x120',
  'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/seats",le="+Inf"}': '0+10x120',
  'holdfast_shed_total{reason="event_loop"}': '7x120',
  'holdfast_address_share{}': '0.1x120',
  'holdfast_holds_total{code="held"}': '0+100x120',
  'holdfast_address_budget_total{outcome="refused"}': '0+5x120',
  'holdfast_address_budget_total{outcome="observed"}': '0x120',
  'nodejs_eventloop_lag_p99_seconds{pod="core-0"}': '0.02x120',
}

/** What is changed so that one alert must be told, and what it then says. */
export interface Condition {
  readonly changes: Readonly<Record<string, Values | null>>
  /** Labels of the alert beside its severity. */
  readonly labels?: Readonly<Record<string, string>>
  readonly summary: string
}

/** One condition for each alert. */
export const conditions: Readonly<Record<string, Condition>> = {
  HoldfastInvariantBroken: {
    changes: { 'holdfast_invariant_broken_total{invariant="I3"}': '0x110 1x10' },
    labels: { invariant: 'I3' },
    summary: 'An invariant (I3) is broken.',
  },
  HoldfastDown: {
    changes: Object.fromEntries(Object.keys(healthy).map((name) => [name, null])),
    labels: { namespace: 'tickets', service: 'shop-holdfast-core' },
    summary: 'No core tells anything. Holds may go on, nobody can confirm.',
  },
  HoldfastErrors: {
    changes: { 'holdfast_http_requests_total{status="503"}': '0+250x120' },
    summary: '20% of the answers are 5xx.',
  },
  HoldfastLeaseWithoutHolder: {
    changes: { 'holdfast_lease_held{pod="core-0"}': '1x100 0x20' },
    summary: 'No core has the lease of repair; expired holds and lost messages wait.',
  },
  HoldfastOutboxLag: {
    changes: { 'holdfast_outbox_oldest_seconds{}': '2x100 90x20' },
    summary: 'What a commit promised has waited 1m 30s.',
  },
  HoldfastDeadLetters: {
    changes: { 'holdfast_dead_letters{}': '0x80 2x40' },
    summary: '2 messages were given up.',
  },
  HoldfastDrift: {
    changes: { 'holdfast_drift_mended_total{}': '0x20 0+1x100' },
    summary: 'Redis differed from the store in 60 seats, which were mended.',
  },
  HoldfastRedisLoss: {
    changes: { 'holdfast_redis_losses_total{}': '3x110 4x10' },
    summary: 'Redis has lost writes that it had acknowledged.',
  },
  HoldfastSlowConfirms: {
    changes: {
      'holdfast_http_request_duration_seconds_bucket{route="/v1/events/:event/holds/:hold/confirm",le="2"}':
        '0+900x120',
    },
    summary: 'One confirm in a hundred takes 7.4s, of the 8 s that it may.',
  },
  HoldfastShedding: {
    changes: { 'holdfast_shed_total{reason="event_loop"}': '7x60 7+1x60' },
    labels: { reason: 'event_loop' },
    summary: 'Core refuses work because of event_loop.',
  },
  HoldfastAddressShare: {
    changes: { 'holdfast_address_share{}': '0.1x60 0.9x60' },
    summary: 'One client address has 90% of what is held of an event.',
  },
  HoldfastAddressBudget: {
    changes: { 'holdfast_address_budget_total{outcome="refused"}': '0+100x120' },
    summary: '50% of the holds are more than their client address may have.',
  },
  HoldfastEventLoopLag: {
    changes: { 'nodejs_eventloop_lag_p99_seconds{pod="core-0"}': '0.02x60 0.5x60' },
    labels: { pod: 'core-0' },
    summary: 'The event loop of core-0 is late by 500ms.',
  },
}
