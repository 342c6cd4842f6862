/*
 * The attacker knows the id of a key, as everybody does who reads a page, and sends wrong keys with it from many addresses:
 * each cost 93 ms of the one thread that compares keys, and right keys waited behind them or were told to come again.
 */
import { crc32 } from 'node:zlib'
import { base62Of, headers, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLane } from '../../../core/src/users/lane.ts'
import { keyHashing } from '../../../core/src/users/passwords.ts'
import { plainPasswords } from '../../../core/src/users/testing.ts'
import type { Tap } from '../taps.ts'
import { openWorld, type World } from '../world.ts'

const { hasher } = plainPasswords()
const { threads: runningMax, waitingMax, waitMsMax } = keyHashing

/** A thread that compares keys as core's does, until it is kept busy: then none of what it was given ends. */
function createThread() {
  const inLane = createLane(systemPlatform, { runningMax, waitingMax, waitMsMax })
  const released = Promise.withResolvers<void>()
  const full = Promise.withResolvers<void>()
  let isBusy = false
  return {
    keyHasher: {
      ...hasher,
      verify: async (text: string, hash: string | null) => {
        const work = inLane(async () => {
          if (isBusy) await released.promise
          return hasher.verify(text, hash)
        })
        work.catch(full.resolve)
        return work
      },
    },
    full: full.promise,
    keepBusy: () => {
      isBusy = true
    },
    release: released.resolve,
  }
}

let thread: ReturnType<typeof createThread>
let world: World
beforeEach(async () => {
  thread = createThread()
  // What edges remember of keys is over, as it is after some seconds.
  const forgetful: Tap = ({ port, method }, run) => (port === 'cache' && method === 'get' ? null : run())
  world = await openWorld(forgetful, { keyHasher: thread.keyHasher })
})
afterEach(async () => {
  thread.release()
  await world.close()
})

type Sent = Readonly<Record<string, string>>

/** Asks an edge that has not heard of any key. */
const ask = (path: string, sent: Sent) => world.send({ method: 'GET', path, headers: sent }, world.openEdge())

/** Sends more wrong keys than are compared and may wait, each from an address of its own, until all are answered or no more may wait. */
async function flood(path: string, keys: (n: number) => Sent): Promise<void> {
  thread.keepBusy()
  const enough = runningMax + waitingMax + 10
  const answers = Array.from({ length: enough }, (_, n) => ask(path, keys(n)))
  await Promise.race([Promise.all(answers), thread.full])
}

/** A key with a known id, whose checksum is right. */
function wrongKeyLike(key: string): string {
  const body = key.slice(0, 28) + base62Of(systemPlatform.random(16))
  return body + crc32(body).toString(16).padStart(8, '0')
}

describe('while wrong keys are sent by the hundred', () => {
  test('keys of ours are answered at once, the one with their id too', async () => {
    const { publishableKey, secretKey } = world.shop
    await flood('/v1/events', () => ({ [headers.apiKey]: wrongKeyLike(publishableKey) }))
    for (const key of [publishableKey, secretKey])
      expect((await ask('/v1/events', { [headers.apiKey]: key })).status).toBe(200)
  })

  test('a predecessor’s key that was used before is answered at once', async () => {
    const { appId } = world.shop
    const chosen = 'the-key-of-a-predecessor-0123456789'
    const admin = { authorization: `Bearer ${await world.adminToken()}` }
    const rotating = { path: `/v1/admin/apps/${appId}/keys/rotate`, body: { kind: 'legacy', key: chosen } }
    expect((await world.send({ method: 'POST', ...rotating, headers: admin })).status).toBe(201)
    const path = '/seats?entityId=none'
    const sent = (key: string) => ({ [headers.appId]: appId, [headers.apiKey]: key })
    // The key is good, and its page has shown no user.
    expect((await ask(path, sent(chosen))).text).toContain('invalid_token')
    await flood(path, (n) => sent(`wrong-key-${String(n).padStart(30, '0')}`))
    expect((await ask(path, sent(chosen))).text).toContain('invalid_token')
  })
})
