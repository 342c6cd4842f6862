import { claimAbandonedMs, PaymentId, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import type { Core } from '../context.ts'
import { grantId, owner } from '../testing.ts'
import { claimKey, completeKey } from './claim-key.ts'
import { decideAgainst } from './decide-grant.ts'
import { finishClaims } from './finish-claims.ts'
import { readReply } from './read-reply.ts'
import { audit, confirm, type OpenStore, pinned, told, type World, worldsOn } from './testing.ts'

/** What becomes of keys whose holders died, on any store: each test opens an empty one. */
export function claimsSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  /** Claims the key of the n-th grant, and dies. */
  const die = async ({ core, appId, eventId }: World, n: number, key: string, payment = `pay_${n}`) => {
    const about = { eventId, grantId: grantId(n), paymentId: PaymentId.parse(payment) }
    const asked = { appId, owner: owner(n), key, about }
    const fingerprint = JSON.stringify([n, { id: payment }])
    const outcome = await claimKey(core, { ...asked, fingerprint })
    if (outcome.word !== 'claimed') throw new Error(outcome.word)
    return outcome.claim
  }
  const replyTo = ({ core, appId }: World, n: number, key: string) =>
    readReply(core, { appId, owner: owner(n), key })
  const later = ({ core }: World, ms = claimAbandonedMs): Core => ({
    ...core,
    platform: { ...systemPlatform, now: () => systemPlatform.now() + ms },
  })
  const left = ({ core, appId }: World) => core.store.count(appId, 'idempotency', { status: 'CLAIMED' })

  describe(`claims that were left behind on ${name}`, () => {
    test('F13: get the booking that their grant became, byte for byte', async () => {
      const w = await world()
      const { body } = await confirm(w, { n: 1, pin: pinned('A-1'), key: 'first' })
      await die(w, 1, 'second')
      expect(await finishClaims(w.core)).toBe(0)
      expect(await finishClaims(later(w))).toBe(1)
      expect((await replyTo(w, 1, 'second')).reply).toEqual({ status: 201, body })
      expect(await left(w)).toBe(0)
      const again = await confirm(w, { n: 1, pin: pinned('A-1'), key: 'second' })
      expect(again).toMatchObject({ status: 201, body, replayed: true })
    })

    test('F3: are let go where nothing was sold as they asked, and the same request is answered then', async () => {
      const w = await world()
      await confirm(w, { n: 1, pin: pinned('A-1'), key: 'first' })
      await die(w, 1, 'paid twice', 'pay_other')
      await die(w, 2, 'undecided')
      await die(w, 3, 'expired')
      const { appId, eventId } = w
      await decideAgainst(w.core, { appId, eventId, grantId: grantId(3), owner: owner(3) }, 'EXPIRED')
      expect(await finishClaims(later(w))).toBe(3)
      expect(await left(w)).toBe(0)
      expect(await finishClaims(later(w))).toBe(0)

      const twice = { n: 1, pin: pinned('A-1'), key: 'paid twice', payment: 'pay_other' }
      await expect(confirm(w, twice).then(told)).resolves.toMatchObject({ code: 'hold_confirmed' })
      const undecided = await confirm(w, { n: 2, pin: pinned('A-2'), key: 'undecided' })
      expect(undecided.status).toBe(201)
      const expired = await confirm(w, { n: 3, pin: pinned('A-3'), key: 'expired' })
      expect(told(expired).code).toBe('hold_expired')
      expect(await audit(w)).toEqual({ booked: 2, bookings: 2 })
    })

    test('F13: are not taken from somebody who has come back with the key', async () => {
      const w = await world()
      await confirm(w, { n: 1, pin: pinned('A-1'), key: 'first' })
      const dead = await die(w, 1, 'second')
      const store = {
        ...w.core.store,
        async find(...args: Parameters<Core['store']['find']>) {
          const found = await w.core.store.find(...args)
          if (args[1] === 'idempotency') await die({ ...w, core: later(w) }, 1, 'second')
          return found
        },
      } as Core['store']
      await finishClaims({ ...later(w), store })
      expect(await left(w)).toBe(1)
      expect(await replyTo(w, 1, 'second')).toEqual({ reply: null })
      await expect(completeKey(w.core.store, dead, { status: 201, body: '' })).rejects.toThrow()
    })
  })
}
