import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { holdEnds, invariants, shedReasons } from './facts.ts'

/** Bounds in seconds: fine where an answer should be, and up to what core may take for one, which is 8 s. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8]
/** Of one call: a script on a Redis nearby takes less than a millisecond. */
const callSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 8]

/** A counter that is there with 0 for each of its labels from the start: from nothing to 1 Prometheus sees no increase. */
function countedFromZero<Label extends string>(
  counter: Counter<Label>,
  label: Label,
  values: readonly string[],
) {
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0)
  return counter
}

/** What is counted and timed of requests, confirms and the calls that they make. */
function ofRequests(registers: [Registry]) {
  const answered = ['route', 'method', 'status'] as const
  return {
    requests: new Counter({
      name: 'holdfast_http_requests_total',
      help: 'Answers to the edge, by route pattern.',
      labelNames: answered,
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'holdfast_http_request_duration_seconds',
      help: 'From arrival to answer, by route pattern.',
      labelNames: answered,
      buckets: requestSeconds,
      registers,
    }),
    confirms: new Counter({
      name: 'holdfast_confirms_total',
      help: 'Confirms by what they were told: confirmed, or the code of the refusal.',
      labelNames: ['code'],
      registers,
    }),
    stageSeconds: new Histogram({
      name: 'holdfast_confirm_stage_seconds',
      help: 'The stages of a confirm.',
      labelNames: ['stage'],
      buckets: requestSeconds,
      registers,
    }),
    storeSeconds: new Histogram({
      name: 'holdfast_store_call_seconds',
      help: 'Statements of the store, whole transactions and their commits.',
      labelNames: ['operation'],
      buckets: callSeconds,
      registers,
    }),
    redisSeconds: new Histogram({
      name: 'holdfast_redis_call_seconds',
      help: 'Scripts on Redis.',
      labelNames: ['script'],
      buckets: callSeconds,
      registers,
    }),
    shed: countedFromZero(
      new Counter({
        name: 'holdfast_shed_total',
        help: 'Requests that were refused because they could not be answered in time.',
        labelNames: ['reason'],
        registers,
      }),
      'reason',
      shedReasons,
    ),
  }
}

/** What repair sees and does. */
function ofRepair(registers: [Registry]) {
  return {
    holds: countedFromZero(
      new Counter({
        name: 'holdfast_holds_total',
        help: 'What the log of the inventory tells of holds.',
        labelNames: ['code'],
        registers,
      }),
      'code',
      holdEnds,
    ),
    freed: new Counter({
      name: 'holdfast_sweep_freed_total',
      help: 'Seats that were freed because nobody confirmed them in time.',
      registers,
    }),
    drift: new Counter({
      name: 'holdfast_drift_mended_total',
      help: 'Seats of which Redis said otherwise than the store, which were mended.',
      registers,
    }),
    losses: new Counter({
      name: 'holdfast_redis_losses_total',
      help: 'Times that Redis came back without what it had acknowledged, for each event.',
      registers,
    }),
    broken: countedFromZero(
      new Counter({
        name: 'holdfast_invariant_broken_total',
        help: 'Times that repair saw what must never be.',
        labelNames: ['invariant'],
        registers,
      }),
      'invariant',
      invariants,
    ),
    leaseHeld: new Gauge({
      name: 'holdfast_lease_held',
      help: 'Whether this process has the lease of repair.',
      registers,
    }),
    addressShare: new Gauge({
      name: 'holdfast_address_share',
      help: 'The largest part that one client address has of what is held of an event, told by whoever has the lease.',
      registers,
    }),
    outboxOpen: new Gauge({
      name: 'holdfast_outbox_open',
      help: 'Messages that wait, told by whoever has the lease.',
      registers,
    }),
    outboxOldest: new Gauge({
      name: 'holdfast_outbox_oldest_seconds',
      help: 'How long the oldest of them has waited.',
      registers,
    }),
    deadLetters: new Gauge({
      name: 'holdfast_dead_letters',
      help: 'Messages that were given up.',
      registers,
    }),
  }
}

/** Every metric of one core, with its registry. charts/holdfast/files/metrics.yaml lists them; a test compares. */
export function createInstruments() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return { registry, ...ofRequests([registry]), ...ofRepair([registry]) }
}
