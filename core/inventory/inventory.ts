import { revocationKeptMs, revocationsWholeMs } from '@holdfast/contract'
import type * as z from 'zod'
import type { scripts } from './generated/scripts.ts'
import { endedKeyOf, endedKeyOfGrant, keysOf, receiptKeyOf, revokedKeys, stagedKeysOf } from './keys.ts'
import { type EventSettings, type Inventory, InventoryFault, type SeatTruth } from './port.ts'
import { openReply, replies } from './replies.ts'

export type ScriptName = keyof typeof scripts

/** Runs one script on the Redis that an adapter knows. */
export interface ScriptRunner {
  /**
   * Delivers the script at least once and gives its reply. EVALSHA, then EVAL if Redis has forgotten the script.
   * @throws InventoryFault when no reply came within the deadline, for whatever reason.
   */
  run(script: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/** How inventories lie in Redis: the scripts read no other (`base.lua`). */
const layout = 3

/** `layout=3|rev=7|sale=open|...`; what is not set is left out. */
const settingsText = (s: EventSettings): string =>
  Object.entries({
    layout,
    rev: s.rev,
    sale: s.sale,
    ttl: s.holdTtlMs,
    lifetime: s.holdLifetimeMs,
    seats: s.seatsHeldPerOwner,
    minute: s.holdsPerMinute,
    lapses: s.lapsedHoldsPerOwner,
    coolDown: s.coolDownMs,
    opens: s.onSaleAtMs,
    closes: s.offSaleAtMs,
    currency: s.currency,
  })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join('|')

const truthText = (seat: SeatTruth): string =>
  [
    seat.seatId,
    seat.index,
    seat.rev,
    seat.price,
    seat.state === 'BOOKED' ? 'B' : 'F',
    seat.blocked ? '1' : '0',
    seat.grantId ?? '',
    seat.bookingId ?? '',
  ].join('|')

/** Runs a script and reads its reply. */
type Call = <Name extends ScriptName>(
  name: Name,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<z.infer<(typeof replies)[Name]>>

/** What core does about an inventory in the background. */
function upkeepOf(
  call: Call,
): Pick<Inventory, 'due' | 'sweep' | 'forget' | 'load' | 'publish' | 'check' | 'mend'> {
  return {
    due(event, skip, limit) {
      const { state, due, idle } = keysOf(event)
      return call('due', [state, due, idle], [skip, limit])
    },
    sweep(event, verdicts) {
      const { state, map, due, log, idle } = keysOf(event)
      return call(
        'sweep',
        [state, map, due, log, idle, ...verdicts.map(({ grantId }) => endedKeyOfGrant(event, grantId))],
        verdicts.flatMap(({ grantId, verdict }) => [grantId, verdict]),
      )
    },
    forget(event, limit) {
      const { state, idle } = keysOf(event)
      return call('forget', [state, idle], [limit])
    },
    load(event, epoch, seats) {
      const staged = stagedKeysOf(event, epoch)
      return call('load', [staged.state, staged.map], seats.map(truthText))
    },
    publish(event, epoch, count, settings) {
      const { state, map, due, log, idle } = keysOf(event)
      const staged = stagedKeysOf(event, epoch)
      return call(
        'publish',
        [state, map, due, log, staged.state, staged.map, idle],
        [epoch, count, settingsText(settings)],
      )
    },
    check(event) {
      const { state, map, due, log, idle } = keysOf(event)
      return call('check', [state, map, due, log, idle], [])
    },
    mend(event, seats, isLast) {
      const { state, map, due, log } = keysOf(event)
      return call('mend', [state, map, due, log], [isLast ? '1' : '0', ...seats])
    },
  }
}

/** The inventory on a Redis: names the keys of each script and reads its replies. What is decided, lua/*.lua decides. */
export function createInventory(runner: ScriptRunner): Inventory {
  const call: Call = async (name, keys, args) => {
    const raw = await runner.run(name, keys, args.map(String))
    try {
      return replies[name].parse(openReply(raw)) as z.infer<(typeof replies)[typeof name]>
    } catch {
      throw new InventoryFault(name, 'unreadable reply')
    }
  }

  return {
    ...upkeepOf(call),
    hold(event, { holdKey, owner, operationId, ttlMs, seats, client }) {
      const { state, map, due, log, idle } = keysOf(event)
      const { address = '', network = null, units = 0, ownerShare = 0, isEnforced = false } = client ?? {}
      return call(
        'hold',
        [state, map, due, log, idle, endedKeyOf(event, holdKey)],
        [
          ...[holdKey, owner, operationId, ttlMs ?? ''],
          ...[address, network ?? '', units, ownerShare, isEnforced ? 1 : 0, ...[...seats].sort()],
        ],
      )
    },
    extend(event, grant, owner, operationId, isEnforced) {
      const { state, due, log } = keysOf(event)
      return call(
        'extend',
        [state, due, log, endedKeyOfGrant(event, grant)],
        [grant, owner, operationId, isEnforced ? 1 : 0],
      )
    },
    release(event, grant, owner) {
      const { state, map, due, log } = keysOf(event)
      return call('release', [state, map, due, log, endedKeyOfGrant(event, grant)], [grant, owner])
    },
    pin(event, grant, owner, leaseMs) {
      const { state, map, due, log } = keysOf(event)
      return call('pin', [state, map, due, log, endedKeyOfGrant(event, grant)], [grant, owner ?? '', leaseMs])
    },
    read(event, grant, owner) {
      return call('read', [keysOf(event).state, endedKeyOfGrant(event, grant)], [grant, owner ?? ''])
    },
    reassign(event, grant, from, to) {
      const { state, log, idle } = keysOf(event)
      return call('reassign', [state, log, idle, endedKeyOfGrant(event, grant)], [grant, from, to])
    },
    owned(event, owner) {
      return call('owned', [keysOf(event).state], [owner])
    },
    holders(event, seats) {
      return call('holders', [keysOf(event).state], seats)
    },
    apply(event, seats) {
      const { state, map, due, log } = keysOf(event)
      const grants = new Set(seats.flatMap(({ grantId }) => grantId ?? []))
      const ended = [...grants].map((grantId) => endedKeyOfGrant(event, grantId))
      return call('apply', [state, map, due, log, ...ended], seats.map(truthText))
    },
    configure(event, settings) {
      return call('configure', [keysOf(event).state], [settingsText(settings)])
    },
    snapshot(event) {
      const { state, map } = keysOf(event)
      return call('snapshot', [state, map], [])
    },
    changesSince(event, epoch, ver, limit) {
      const { state, log } = keysOf(event)
      return call('changes', [state, log], [epoch, ver, limit])
    },
    keepReceipt(booking, { owner, ticket, receipt }, ttlMs) {
      return call('keep', [receiptKeyOf(booking)], [owner, ticket, receipt, ttlMs])
    },
    receipt(booking) {
      return call('receipt', [receiptKeyOf(booking)], [])
    },
    revoke(revocations, isWhole) {
      const pairs = revocations.flatMap(({ subject, since }) => [subject, since])
      const { revoked, whole } = revokedKeys
      return call('revoke', [revoked, whole], [revocationKeptMs, isWhole ? revocationsWholeMs : 0, ...pairs])
    },
    revocations(sinceMs, limit) {
      return call('revoked', [revokedKeys.revoked, revokedKeys.whole], [sinceMs, limit])
    },
  }
}
