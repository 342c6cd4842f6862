import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { startLoad } from './load.ts'
import { foundTown } from './town.ts'

const eventId = 'premiere'
const seatCount = 5_000
const secret = () => randomBytes(32).toString('base64url')
const json = (...values: readonly unknown[]) => JSON.stringify(values)

/** The public part of a key, as RECEIPT_KEYS_OLD takes it. */
const publicOf = (jwk: string) => {
  const { d: _, ...rest } = JSON.parse(jwk)
  return rest
}

/** The steps of edge/README.md, "Rotating secrets", in their order; all secrets at once. */
test('the keys of the edge, of receipts and of tokens are changed under load: no request fails, nobody is logged out', {
  timeout: 240_000,
}, async () => {
  const town = await foundTown()
  await town.migrate()
  await town.replaceCore()
  await town.replaceEdge()
  const { secrets } = town
  const shop = await town.openShop(eventId, seatCount)
  const { page } = shop
  // One buyer may not hold as often as a crowd.
  const early = await Promise.all(Array.from({ length: 50 }, () => page.createGuest({})))
  const tokenOf = (n: number) => early[n % early.length]?.token ?? ''
  let tries = 0
  /** Buys, and gives the id of the key that signed the receipt: one that is published at this moment. */
  const prove = async (userToken: string) => {
    const buyer = page.with({ userToken })
    const { id: holdId } = await buyer.createHold({ eventId, seats: [`S-${seatCount - tries++}`] })
    const { receipt } = await buyer.confirmHold({ eventId, holdId, payment: { id: `pay_${holdId}` } })
    const keys: JSONWebKeySet = await page.readSigningKeys()
    return (await jwtVerify(receipt, createLocalJWKSet(keys))).protectedHeader.kid
  }
  // Those who came before the change, and those who come now.
  const load = startLoad({ eventId, server: shop.server }, 4, async (n) =>
    page.with({ userToken: n % 5 === 0 ? (await page.createGuest({})).token : tokenOf(n) }),
  )
  onTestFinished(() => load.stop())
  const firstKid = await prove(tokenOf(0))

  const [userSecret, adminSecret] = [secret(), secret()]
  const oldKey = secrets.edgeAssertionKeys
  const newKey = `next:${secret()}`
  const receiptKey = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
  const newTokens = { USER_TOKEN_SECRET: userSecret, ADMIN_TOKEN_SECRET: adminSecret }
  const steps = [
    // Core takes the new key of the edge, and publishes the key of receipts that will sign.
    () =>
      town.replaceCore({
        env: {
          EDGE_ASSERTION_KEYS: `${oldKey},${newKey}`,
          RECEIPT_KEYS_OLD: json(publicOf(receiptKey)),
        },
      }),
    // The edge signs with its new key, and takes tokens of both secrets.
    () =>
      town.replaceEdge({
        env: {
          EDGE_ASSERTION_KEYS: `${newKey},${oldKey}`,
          ...newTokens,
          USER_TOKEN_SECRET_OLD: secrets.userTokenSecret,
          ADMIN_TOKEN_SECRET_OLD: secrets.adminTokenSecret,
        },
      }),
    // Core signs with what is new, and forgets the old key of the edge.
    () =>
      town.replaceCore({
        env: {
          EDGE_ASSERTION_KEYS: newKey,
          ...newTokens,
          RECEIPT_KEY: receiptKey,
          RECEIPT_KEYS_OLD: json(publicOf(secrets.receiptKey)),
        },
      }),
  ]
  for (const step of steps) {
    await step()
    await load.more(20)
    await prove(tokenOf(0))
  }
  expect(await prove((await page.createGuest({})).token)).not.toBe(firstKid)
  await load.stop()
  expect(load.faults).toEqual([])

  // When the last old token has run out, the old secrets go: they are good for nothing any more.
  await town.replaceEdge({ env: { EDGE_ASSERTION_KEYS: newKey, ...newTokens } })
  const late = await page.createGuest({})
  await prove(late.token)
  await expect(prove(tokenOf(0))).rejects.toMatchObject({ status: 401, code: 'invalid_token' })
  const audit = await town.audit(shop, eventId, load.booked)
  expect(audit).toEqual(Object.fromEntries(Object.keys(audit).map((name) => [name, 0])))
})
