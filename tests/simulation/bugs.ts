/** A mistake that somebody could make: a file from the root, the text that is there once, and what stands there instead. */
export interface SimulatedBug {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly plant: string
}

const scripts = 'core/inventory/generated/scripts.ts'

/** How many worlds it takes at most until one is broken. */
export const seedsMax = 500

/** The mistakes that the design is there to rule out. Each must break a world. */
export const simulatedBugs: readonly SimulatedBug[] = [
  {
    name: 'no pin',
    file: 'edge/src/confirm-hold.ts',
    find: 'const pin = await reportOf(inventory(caller).pin(event, grantId, owner, pinLeaseMs))',
    plant: `void pinLeaseMs
    const pin = await reportOf(
      inventory(caller).read(event, grantId, owner).then((read) =>
        read.word !== 'hold'
          ? read
          : { ...read, word: read.hold.status === 'held' ? 'pinned' : read.hold.status },
      ) as never,
    )`,
  },
  {
    name: 'reconcile by read',
    file: 'core/src/reconcile/sweep.ts',
    find: 'const decided = await decideExpired(',
    plant: `void decideExpired
    const decided = await (async (store: typeof ctx.store, grant: { grantId: typeof grantId }, _now: Date) =>
      (await store.get(appId, 'reservations', { eventId, grantId: grant.grantId }))?.status)(`,
  },
  {
    name: 'no conditional count check',
    file: 'core/src/bookings/commit-booking.ts',
    find: 'if (sold !== ids.length) throw new SeatsTaken()',
    plant: 'void sold',
  },
  {
    name: 'body re-run after unknown commit',
    file: 'core/src/bookings/cancel-booking.ts',
    find: 'if (error instanceof BookingChanged) continue',
    plant: `if (error instanceof BookingChanged) continue
      if (error instanceof StoreError) {
        ;(call as { deadlineMs: number }).deadlineMs += 8_000
        continue
      }`,
  },
  {
    name: 'release without owner check',
    file: scripts,
    find: "findHold(KEYS[1], grant, owner, now)\\nif not hold then return event end\\nif hold.status ~= 'held'",
    plant:
      "findHold(KEYS[1], grant, parseHold(redis.call('HGET', KEYS[1], holdField(grant))).owner, now)\\n" +
      "if not hold then return event end\\nif hold.status ~= 'held'",
  },
  {
    name: 'expired CONFIRMING treated as free',
    file: scripts,
    find: "(seat.state == 'H' and seat.till <= now)\\n",
    plant: "((seat.state == 'H' or seat.state == 'C') and seat.till <= now)\\n",
  },
  {
    name: 'non-idempotent hold',
    file: scripts,
    find: 'if present(values[4]) then\\n',
    plant: 'if false then\\n',
  },
  {
    name: 'nothing is compared after a loss',
    file: 'core/src/reconcile/loop.ts',
    find: 'await drift?.look(event)',
    plant: 'void drift',
  },
  {
    name: 'what is over is never swept',
    file: 'core/src/reconcile/sweep.ts',
    find: 'if (verdicts.length > 0) await ctx.inventory.sweep(ref, verdicts)',
    plant: 'void verdicts',
  },
  {
    name: 'the edge waits for core as long as it takes',
    file: 'edge/src/core-client.ts',
    find: 'const signal = platform.deadline(leftMs)',
    plant: 'const signal = platform.deadline(leftMs * 100)',
  },
  {
    name: 'nothing can be held any more after some sales',
    file: scripts,
    find: "local cfg = event.cfg\\nif cfg.sale ~= 'open'",
    plant: "local cfg = event.cfg\\nif event.ver > 9 or cfg.sale ~= 'open'",
  },
  {
    name: 'capture before commit',
    file: 'core/src/bookings/confirm-hold.ts',
    find: "if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')",
    plant: `if (taken.word === 'unknown') return refusal(call, 'outcome_unknown')
  if (taken.state === 'authorised' && taken.paymentId) {
    const charge = { paymentId: taken.paymentId, amount: due.amount, currency }
    await ctx.findProvider(provider, account)?.capture(charge, newBookingId(ctx.platform), remaining(ctx, call))
  }`,
  },
]
