/*
 * The attacker signs in to one app from everywhere and by the hundred. Each takes bcrypt 93 ms of threads that all apps share, with
 * room for 64 more: what is too many must be told so to that app, and not to the buyers of others.
 */
import { systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLane } from '../../../core/src/users/lane.ts'
import { loginHashing } from '../../../core/src/users/passwords.ts'
import { plainPasswords } from '../../../core/src/users/testing.ts'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { onPage, openWorld, type Shop, type World } from '../world.ts'

const { hasher } = plainPasswords()
const { threads, waitingMax, waitMsMax } = loginHashing

/** Threads as core's, each of whose works ends when it is told to. */
function createThreads() {
  const inLane = createLane(systemPlatform, { runningMax: threads, waitingMax, waitMsMax })
  const released = Promise.withResolvers<void>()
  let taken = 0
  const slow = async <Result>(work: () => Promise<Result>) => {
    taken += 1
    try {
      return await inLane(async () => {
        await released.promise
        return work()
      })
    } finally {
      taken -= 1
    }
  }
  return {
    passwords: {
      ...hasher,
      hash: (text: string) => slow(() => hasher.hash(text)),
      verify: (text: string, hash: string | null) => slow(() => hasher.verify(text, hash)),
    },
    taken: () => taken,
    release: released.resolve,
  }
}

let threadsOfCore: ReturnType<typeof createThreads>
let world: World
beforeEach(async () => {
  threadsOfCore = createThreads()
  world = await openWorld(undefined, { passwords: threadsOfCore.passwords })
})
afterEach(async () => {
  threadsOfCore.release()
  await world.close()
})

const ask = (shop: Shop, path: string, n: number): Promise<ApiAnswer> =>
  world.send({
    method: 'POST',
    path: `/v1/auth/${path}`,
    headers: { ...onPage(shop), 'x-test-address': `203.0.${n >> 8}.${n & 255}` },
    body: {
      email: `buyer-${n}@example.org`,
      ...(path === 'login' && { password: 'correct horse' }),
    },
  })

const places = threads + waitingMax

test('one app’s logins and sign-ups have at most half of the places, and a buyer of another is not turned away', async () => {
  const flood = Array.from({ length: 4 * places }, (_, n) =>
    ask(world.shop, n % 2 === 0 ? 'login' : 'codes', n),
  )
  await expect.poll(threadsOfCore.taken).toBeGreaterThanOrEqual(places / 2 - 1)
  const code = ask(world.other, 'codes', 4 * places)
  await expect.poll(threadsOfCore.taken).toBeGreaterThanOrEqual(places / 2)
  expect(threadsOfCore.taken()).toBeLessThanOrEqual(places / 2 + 1)
  threadsOfCore.release()
  expect((await code).status).toBe(202)
  expect((await ask(world.other, 'login', 4 * places)).status).toBe(401)
  await Promise.all(flood)
})
