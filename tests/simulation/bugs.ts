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
    // Its owner is told that they gave back what is being sold.
    breaks: 'I9',
    firstWorld: 33,
  },
  {
    name: 'reconcile by read',
    file: 'core/src/reconcile/sweep.ts',
    find: "const decided = await decideAgainst(ctx, { ...ref, grantId, owner: null }, 'EXPIRED')",
    plant: `void decideAgainst
    const decided = (await ctx.store.get(appId, 'reservations', { eventId, grantId }))?.status`,
    // Its seats are freed while the commit is under way.
    breaks: 'I5',
    firstWorld: 9,
  },
  {
    name: 'no conditional count check',
    file: 'core/src/bookings/commit-booking.ts',
    find: 'if (sold !== ids.length) throw new SeatsTaken()',
    plant: 'void sold',
    breaks: 'I1',
    firstWorld: 34,
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
    firstWorld: 25,
  },
  {
    name: 'release without owner check',
    file: scripts,
    find: "findHold(KEYS[1], KEYS[5], grant, owner, now)\\nif not hold then return event end\\nif hold.status ~= 'held'",
    plant:
      "findHold(KEYS[1], KEYS[5], grant, parseHold(redis.call('HGET', KEYS[1], holdField(grant)) or " +
      "redis.call('GET', KEYS[5])).owner, now)\\nif not hold then return event end\\nif hold.status ~= 'held'",
    breaks: 'I5',
    firstWorld: 2,
  },
  {
    name: 'expired CONFIRMING treated as free',
    file: scripts,
    find: "(seat.state == 'H' and seat.till <= now)\\n",
    plant: "((seat.state == 'H' or seat.state == 'C') and seat.till <= now)\\n",
    breaks: 'I4',
    firstWorld: 64,
  },
  {
    name: 'non-idempotent hold',
    file: scripts,
    find: 'if present(known) then\\n',
    plant: 'if false then\\n',
    breaks: 'I8',
    firstWorld: 1,
  },
  {
    name: 'nothing is compared after a loss',
    file: 'core/src/reconcile/loop.ts',
    find: 'await drift?.look(event)',
    plant: 'void drift',
    breaks: 'I10',
    firstWorld: 2,
  },
  {
    name: 'what is over is never swept',
    file: 'core/src/reconcile/sweep.ts',
    find: 'if (verdicts.length > 0) await ctx.inventory.sweep(ref, verdicts)',
    plant: 'void verdicts',
    breaks: 'I6',
    firstWorld: 2,
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
    firstWorld: 2,
  },
  {
    name: 'webhook matched by id alone',
    file: 'core/src/payments/hear-provider.ts',
    find: 'isOurs(payment, adapter) && (told === null || told === payment.reference)',
    plant: '(void isOurs, void told, void adapter, payment.paymentId === paymentId)',
    breaks: 'I12',
    firstWorld: 16,
  },
  {
    name: 'nobody is ever forgotten',
    file: 'core/src/reconcile/sweep.ts',
    find: 'if (due.hasIdle) await ctx.inventory.forget(ref, forgottenPerBatch)',
    plant: 'void forgottenPerBatch',
    breaks: 'I15',
    firstWorld: 5,
  },
  {
    name: 'counted by owner only',
    file: scripts,
    find: 'record.holds = record.holds + 1\\nputEntry(record, hold, #seats)\\ncharge(charges, hold, #seats)',
    plant: 'record.holds = record.holds + 1\\nputEntry(record, hold, #seats)',
    breaks: 'I14',
    firstWorld: 1,
  },
  {
    // Whoever has moved has nothing there to be given back.
    name: "given back to the caller's address",
    file: scripts,
    find: 'takeEntry(record, grant)\\ncharge(charges, hold, -#seats)\\nseats = freeSeats(seats, grant)',
    plant: 'takeEntry(record, grant)\\nseats = freeSeats(seats, grant)',
    breaks: 'I14',
    firstWorld: 77,
  },
  {
    name: 'replay charged',
    file: scripts,
    find: "local word = same.over ~= '' and 'held_over' or 'held'\\n",
    plant:
      "local word = same.over ~= '' and 'held_over' or 'held'\\n" +
      'local again = readCharges(address, network, values, 6, now, false)\\n' +
      "charge(again, { status = 'held', own = same.own }, seatCount(same))\\n" +
      "for _, one in ipairs(again) do redis.call('HSET', KEYS[1], one.field, packAddress(one.record)) end\\n",
    breaks: 'I14',
    firstWorld: 1,
  },
  {
    name: 'deleted at its expiry',
    file: 'core/src/retention.ts',
    find: 'new Date(keeping.platform.now() + endedHoldMsOf(keeping))',
    plant: 'new Date(keeping.platform.now())',
    breaks: 'I9',
    firstWorld: 1,
  },
  {
    name: 'a decline is final',
    file: 'core/src/bookings/confirm-hold.ts',
    find: 'isFinal(error.code) ?',
    plant: "isFinal(error.code) || error.code === 'payment_declined' ?",
    // Their second card is charged, and the seat is theirs, while the key goes on to say that it was declined.
    breaks: 'I9',
    firstWorld: 2,
  },
  {
    name: 'released by a read',
    file: 'core/src/bookings/release-grant.ts',
    find: "before.decision === 'undecided' ? await decide(ctx, grant, deadlineMs) : before",
    plant:
      "before.decision === 'undecided' ? (void decide, void deadlineMs, { decision: 'released' as const, bookingId: undefined }) : before",
    breaks: 'I5',
    firstWorld: 14,
  },
  {
    name: 'freed before the decision',
    file: 'core/src/bookings/release-grant.ts',
    find: 'const before = await readDecision(ctx.store, grant)',
    plant: `const before = await readDecision(ctx.store, grant)
  await ctx.inventory.sweep(grant, [{ grantId: grant.grantId, verdict: 'released' }])`,
    breaks: 'I5',
    firstWorld: 14,
  },
  {
    name: 'a second begin that lengthens',
    file: scripts,
    find:
      "if hold.status == 'confirming' then return replyHold('pinned', hold, event, now) end\\n" +
      "if hold.status ~= 'held' then return",
    plant:
      "if hold.status == 'confirming' and hold.till <= now then return replyHold('pinned', hold, event, now) end\\n" +
      "if hold.status ~= 'held' and hold.status ~= 'confirming' then return",
    breaks: 'I6',
    firstWorld: 2,
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
  {
    name: 'a refund is not rounded to what the provider can do',
    file: 'core/contract/provider-sums.ts',
    find: 'const whole = rest === 0 ? amount : amount + step - rest',
    plant: 'const whole = amount + 0 * rest',
    breaks: 'I3',
    firstWorld: 5,
  },
  {
    name: 'the start that was sold counts alone',
    file: 'core/src/bookings/terms.ts',
    find: 'const byNow = percentAt(terms, start.now, nowMs)',
    plant: 'const byNow = percentAt(terms, start.sold ?? start.now, nowMs)',
    breaks: 'I3',
    firstWorld: 117,
  },
]
