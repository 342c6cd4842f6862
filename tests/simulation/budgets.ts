import { networkShare } from '@holdfast/contract'
import type { Complain } from './complaints.ts'

/** What an address holds is counted until the end of a slot of so long. */
const slotMs = 10_000

/** A hold as Redis was heard to make it, until it was heard to end it. */
interface Counted {
  readonly owner: string
  readonly units: number
  readonly charged: readonly string[]
  untilMs: number
  isPinned: boolean
}

/** What the scripts said that were heard; the first of each is `word`. */
interface Said {
  readonly args: readonly string[]
  readonly reply: readonly string[]
}

/**
 * I14: no address, nor its network, holds more than its budget, and what it did not use it gets back. Counts by itself, from what
 * the scripts were asked and said.
 */
export function createBudgets(complain: Complain) {
  const open = new Map<string, Counted>()
  /** After Redis has lost something it counts less than was heard, and not more. */
  let hasLost = false

  const countOf = (isTheirs: (hold: Counted) => boolean, isOver: (hold: Counted) => boolean) =>
    [...open.values()]
      .filter((hold) => isTheirs(hold) && (hold.isPinned || !isOver(hold)))
      .reduce((sum, { units }) => sum + units, 0)
  const isPast = (nowMs: number) => (hold: Counted) => hold.untilMs <= nowMs
  const isSlotPast = (nowMs: number) => (hold: Counted) => Math.ceil(hold.untilMs / slotMs) * slotMs <= nowMs

  function held(
    grant: string,
    { owner, charged, units, most, untilMs, nowMs }: Wish & { untilMs: number },
  ): void {
    if (open.has(grant)) return
    open.set(grant, { owner, units, charged, untilMs, isPinned: false })
    for (const [n, name] of charged.entries()) {
      const count = countOf((hold) => hold.charged.includes(name), isPast(nowMs))
      const budget = most * (n === 0 ? 1 : networkShare)
      if (count > budget && !hasLost) complain('I14', `${name} holds ${count}, and may hold ${budget}`)
    }
  }

  function refused(scope: string, { owner, charged, units, most, share, nowMs }: Wish): void {
    const [address, network] = charged
    const name = scope === 'network' ? network : address
    if (hasLost || scope === 'owner' || name === undefined) return
    const count = countOf((hold) => hold.charged.includes(name), isSlotPast(nowMs)) + units
    const owned = countOf((hold) => hold.owner === owner, isSlotPast(nowMs)) + units
    const budget = most * (scope === 'network' ? networkShare : 1)
    const isShared = scope === 'address' && count > budget / 2 && owned > share
    if (count <= budget && !isShared)
      complain('I14', `${name} may hold ${budget}, and was refused to hold ${count}`)
  }

  interface Wish {
    readonly owner: string
    readonly charged: readonly string[]
    readonly units: number
    readonly most: number
    readonly share: number
    readonly nowMs: number
  }

  const heard: Record<string, (said: Said, nowMs: number) => void> = {
    hold({ args, reply: [word = '', grant = '', , , , until] }, nowMs) {
      const [, owner = '', , , address = '', network = '', units = '', share = '', , ...seats] = args
      const charged = [address && `address ${address}`, network && `network ${network}`].filter(Boolean)
      const wish = { owner, charged, units: seats.length, most: Number(units), share: Number(share), nowMs }
      if (word === 'held') held(grant, { ...wish, untilMs: Number(until) })
      if (word === 'too_many') refused(grant, wish)
    },
    extend({ args: [grant = ''], reply: [word, , , , , until] }) {
      const hold = open.get(grant)
      if (hold && word === 'extended') hold.untilMs = Number(until)
    },
    pin({ args: [grant = ''], reply: [word] }) {
      const hold = open.get(grant)
      if (hold && word === 'pinned') hold.isPinned = true
    },
    release({ args: [grant = ''], reply: [word] }) {
      if (word === 'released') open.delete(grant)
    },
    sweep({ args, reply: [word] }, nowMs) {
      if (word !== 'swept') return
      for (let i = 0; i < args.length; i += 2) {
        const hold = open.get(args[i] ?? '')
        if (hold && (args[i + 1] !== 'lapsed' || (!hold.isPinned && isPast(nowMs)(hold))))
          open.delete(args[i] ?? '')
      }
    },
    apply({ args, reply: [word] }) {
      if (word === 'applied') for (const truth of args) open.delete(truth.split('|')[6] ?? '')
    },
    publish({ reply: [word] }) {
      if (word === 'published') open.clear()
    },
  }

  return {
    ran({ script, args, reply }: Said & { readonly script: string }) {
      heard[script]?.({ args, reply }, Number(reply.at(-1)))
    },
    lost() {
      hasLost = true
    },
  }
}
