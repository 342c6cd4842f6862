import { AdminSession, HoldView, PaymentView } from '@holdfast/contract'
import { type Caller, type Operation, type OperationId, operations } from '@holdfast/contract/operations'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { seedEvents } from '../../edge/dev/seed.ts'
import { until } from '../contract/inventory/poll.ts'
import { codePrintedFor } from '../support/letters.ts'
import { type Client, createClient, told } from './client.ts'
import { type Shop, useWorld } from './world.ts'

/** What is made on the way, whose ids no example can know. */
const Made = z.union([
  z
    .object({ guest: z.object({ id: z.string() }), token: z.string() })
    .transform(({ token }) => ({ guestToken: token })),
  z
    .object({ user: z.object({ id: z.string() }), token: z.string() })
    .transform(({ user, token }) => ({ userId: user.id, userToken: token })),
  z
    .object({ sessions: z.tuple([z.object({ id: z.string() })]) })
    .transform(({ sessions: [{ id }] }) => ({ sessionId: id })),
  z.object({ app: z.object({ id: z.string() }) }).transform(({ app }) => ({ appId: app.id })),
  z.object({ id: z.string(), type: z.literal('webhook.test') }).transform(({ id }) => ({ deliveryId: id })),
  z.object({ receipt: z.string(), id: z.string() }).transform(({ id }) => ({ bookingId: id })),
  z
    .object({ cancellation: z.object({ refundId: z.string() }) })
    .transform(({ cancellation }) => ({ refundId: cancellation.refundId })),
  z
    .object({ rows: z.tuple([z.object({ id: z.string(), app: z.string() })]) })
    .transform(({ rows: [{ id, app }] }) => ({ rowId: id, rowApp: app })),
  z.unknown().transform(() => ({})),
])

type Sendable = Operation & { readonly caller: Exclude<Caller, 'provider'> }

describe('the examples of the reference can be sent as they stand', () => {
  const world = useWorld('embedded')
  const made: Record<string, string> = {}
  let senders: Record<Exclude<Caller, 'provider' | 'account'>, Client>
  let shop: Shop
  let seat = 20

  /** An admin in a session of their own. */
  const signedIn = async (): Promise<Client> => {
    const { edgeUrl, secrets } = world().stack
    const body = { email: secrets.adminEmail, password: secrets.adminPassword }
    const anybody = createClient(edgeUrl, {})
    const { token } = told(200, AdminSession, await anybody.call('POST', '/v1/admin/login', { body }))
    return anybody.with({ authorization: `Bearer ${token}` })
  }

  beforeAll(async () => {
    const { edgeUrl } = world().stack
    shop = await world().openShop()
    await seedEvents(edgeUrl, shop.secretKey, () => {})
    const anybody = createClient(edgeUrl, {})
    const guest = await shop.guest()
    senders = {
      anybody,
      app: shop.page,
      buyer: guest,
      reader: guest,
      server: shop.server,
      admin: await signedIn(),
    }
  })

  /** Every example that is about a hold has one of its own. */
  const newHold = async (): Promise<string> => {
    const body = { seats: [`B-${seat++}`] }
    const answer = await senders.buyer.call('POST', '/v1/events/theatre/holds', { body })
    return told(201, HoldView, answer).id
  }

  /** Whether the example of a payment has given back what was cancelled. */
  const isRefunded = async (): Promise<boolean> => {
    const { paymentId } = operations.readPayment.example.params
    const answer = await senders.reader.call('GET', `/v1/payments/${paymentId}`)
    return told(200, PaymentView, answer).refunds.some(({ status }) => status === 'done')
  }

  /** A code that was mailed to an address just now. */
  const mailed = async (email = 'ada@example.com') => {
    await shop.page.call('POST', '/v1/auth/codes', { body: { email } })
    return codePrintedFor(world().stack, email)
  }

  const bodyOf = async (id: OperationId, { example }: Operation): Promise<unknown> => {
    const { adminEmail: email, adminPassword: password } = world().stack.secrets
    if (id === 'logInAdmin') return { email, password }
    if (id === 'signUp' || id === 'resetPassword') return { ...Object(example.body), code: await mailed() }
    if (id === 'changeEmail') return { ...Object(example.body), code: await mailed('ada@example.net') }
    if (id === 'exportPerson' || id === 'erasePerson') return { person: `ext:${shop.appId}:user-1` }
    if (id === 'exportAnybody' || id === 'eraseAnybody') return { person: `pool:${made.userId}` }
    if (id === 'mergeGuest') return { ...Object(example.body), guestToken: made.guestToken }
    if (id === 'retryOutboxRow') return { app: made.rowApp }
    const isOfShop = id === 'retryPayment' || id === 'settleRefundByHand'
    return isOfShop ? { ...Object(example.body), app: shop.appId } : example.body
  }

  const senderOf = async (id: OperationId, caller: Sendable['caller']): Promise<Client> => {
    // Whoever signs out is gone.
    if (id === 'signOut' || id === 'eraseMe') return shop.guest()
    if (id === 'signOutAdmin') return signedIn()
    if (id === 'endSessions') {
      const body = { email: 'ada@example.net', password: 'correct horse battery' }
      Object.assign(made, Made.parse((await shop.page.call('POST', '/v1/auth/login', { body })).body))
    }
    // The guest who buys has no account to tell of.
    const isAccounts = caller === 'account' || id === 'verifyUser' || id === 'mergeGuest'
    return isAccounts ? shop.page.with({ authorization: `Bearer ${made.userToken}` }) : senders[caller]
  }

  /** What a provider sends is signed by it: `tests/contract/payments` has fakes that do. */
  const isSendable = (entry: [OperationId, Operation]): entry is [OperationId, Sendable] =>
    entry[1].caller !== 'provider'
  const table = (Object.entries<Operation>(operations) as [OperationId, Operation][]).filter(isSendable)

  test.each(table)('%s', async (id, operation) => {
    const { caller, example } = operation
    if (example.params && 'holdId' in example.params) {
      // What is booked has the seats that another example gives back.
      made.holdId = id === 'confirmHold' && made.firstHold ? made.firstHold : await newHold()
    }
    const path = operation.path.replaceAll(
      /\{(\w+)\}/g,
      (_, name) => made[name] ?? example.params?.[name] ?? '',
    )
    const query = new URLSearchParams(example.query).toString()
    const body = await bodyOf(id, operation)
    const sender = await senderOf(id, caller)
    const answer = await sender.call(operation.method, query ? `${path}?${query}` : path, {
      ...(body !== undefined && { body }),
    })
    expect([answer.status, answer.status === example.status ? '' : answer.text]).toEqual([example.status, ''])
    Object.assign(made, Made.parse(answer.body))
    if (id === 'createHold') made.firstHold = HoldView.parse(answer.body).id
    if (id === 'cancelBooking') await until(isRefunded)
    if (example.answer instanceof Object) {
      const fields = Object.keys(example.answer).toSorted()
      expect(Object.keys(z.looseObject({}).parse(answer.body)).toSorted()).toEqual(fields)
    }
  })
})
