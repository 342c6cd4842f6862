import type { Invariant, Plant } from '../support/plants.ts'

/** A mistake, and the promise that the first world which it breaks must be seen to break. */
export interface SimulatedBug extends Plant {
  readonly breaks: Invariant
  /** Where the search begins: a world that it broke when this was written, so that there is little to search. */
  readonly firstWorld: number
}

const scripts = 'core/inventory/generated/scripts.ts'

/** How many worlds it takes at most, from the first, until one is broken. */
export const seedsMax = 500

/** The mistakes that the design is there to rule out. Each must break a world. */
export const simulatedBugs: readonly SimulatedBug[] = [
  {
    name: 'no pin',
    file: 'edge/src/confirm-hold.ts',
    find: 'const pin = await reportOf(inventory(caller).pin(event, grantId, owner, pinLeaseMs))',
    plant: `void pinLeaseMs
    const pin = await reportOf(
      inventory(caller).read(event, grantId, owner).then((read) => {
        if (read.word !== 'hold') return read
        const { hold, nowMs } = read
        const isOpen = hold.status === 'held' || hold.status === 'confirming'
        return { word: isOpen ? ('pinned' as const) : hold.status, hold, nowMs }
      }),
    )`,
    breaks: 'I5',
    firstWorld: 27,
  },
  {
    name: 'reconcile by read',
    file: 'core/src/reconcile/sweep.ts',
    find: `const decided = await decideExpired(
      ctx.store,
      { ...ref, grantId, owner: null },
      new Date(ctx.platform.now()),
    )`,
    plant: `void decideExpired
    const decided = (await ctx.store.get(appId, 'reservations', { eventId, grantId }))?.status`,
    // Its seats are freed, and given to another, while the commit of the first is under way.
    breaks: 'I4',
    firstWorld: 143,
  },
  {
    name: 'no conditional count check',
    file: 'core/src/bookings/commit-booking.ts',
    find: 'if (sold !== ids.length) throw new SeatsTaken()',
    plant: 'void sold',
    breaks: 'I1',
    firstWorld: 5,
  },
  {
    name: 'body re-run after unknown commit',
    file: 'core/src/bookings/cancel-booking.ts',
    find: 'if (error instanceof BookingChanged) continue',
    plant: `if (error instanceof BookingChanged) continue
      if (error instanceof StoreError) {
        call = { ...call, deadlineMs: call.deadlineMs + 8_000 }
        continue
      }`,
    breaks: 'I8',
    firstWorld: 23,
  },
  {
    name: 'release without owner check',
    file: scripts,
    find: "findHold(KEYS[1], grant, owner, now)\\nif not hold then return event end\\nif hold.status ~= 'held'",
    plant:
      "findHold(KEYS[1], grant, parseHold(redis.call('HGET', KEYS[1], holdField(grant))).owner, now)\\n" +
      "if not hold then return event end\\nif hold.status ~= 'held'",
    breaks: 'I5',
    firstWorld: 1,
  },
  {
    name: 'expired CONFIRMING treated as free',
    file: scripts,
    find: "(seat.state == 'H' and seat.till <= now)\\n",
    plant: "((seat.state == 'H' or seat.state == 'C') and seat.till <= now)\\n",
    breaks: 'I4',
    firstWorld: 92,
  },
  {
    name: 'non-idempotent hold',
    file: scripts,
    find: 'if present(values[4]) then\\n',
    plant: 'if false then\\n',
    breaks: 'I8',
    firstWorld: 2,
  },
  {
    name: 'nothing is compared after a loss',
    file: 'core/src/reconcile/loop.ts',
    find: 'await drift?.look(event)',
    plant: 'void drift',
    breaks: 'I10',
    firstWorld: 19,
  },
  {
    name: 'what is over is never swept',
    file: 'core/src/reconcile/sweep.ts',
    find: 'if (verdicts.length > 0) await ctx.inventory.sweep(ref, verdicts)',
    plant: 'void verdicts',
    breaks: 'I6',
    firstWorld: 4,
  },
  {
    name: 'the edge waits for core as long as it takes',
    file: 'edge/src/core-client.ts',
    find: 'const signal = platform.deadline(leftMs)',
    plant: 'const signal = platform.deadline(leftMs * 100)',
    breaks: 'I13',
    firstWorld: 2,
  },
  {
    name: 'nothing can be held any more after some sales',
    file: scripts,
    find: "local cfg = event.cfg\\nif cfg.sale ~= 'open'",
    plant: "local cfg = event.cfg\\nif event.ver > 9 or cfg.sale ~= 'open'",
    breaks: 'I13',
    firstWorld: 4,
  },
  {
    name: 'capture before commit',
    file: 'core/src/bookings/confirm-hold.ts',
    find: "if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')",
    plant: `if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')
  if (taken.state === 'authorised' && taken.paymentId) {
    const charge = { paymentId: taken.paymentId, amount: due.amount, currency }
    await ctx.findProvider(provider, account)?.capture(charge, newBookingId(ctx.platform), remainingMs(ctx.platform, call.deadlineMs))
  }`,
    breaks: 'I3',
    firstWorld: 2,
  },
]
