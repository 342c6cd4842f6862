import {
  BookingView,
  CreatedApp,
  HoldView,
  headers,
  OrderView,
  PutEndpointReply,
  RotatedKey,
  UserSession,
} from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MailServer, startMailServer } from '../../core/src/users/testing-mail.ts'
import { callApi } from '../../edge/dev/api.ts'
import { until } from '../contract/inventory/poll.ts'
import { buyerOf, createClient, refused, told } from '../e2e/client.ts'
import { type Shop, useWorld } from '../e2e/world.ts'
import { type Databases, mongos } from '../support/databases.ts'
import { codeIn } from '../support/letters.ts'
import { accountsText, deliver } from '../support/provider-fake.ts'
import { type FakeRazorpay, startFakeRazorpay } from '../support/razorpay/index.ts'
import { type FakeStripe, startFakeStripe } from '../support/stripe/index.ts'
import { ticketsClient } from '../support/tickets.ts'
import { logOf, requestsIn, secretShapes } from './log-lines.ts'
import { tellsImports, toldImport } from './told-imports.ts'

const mailPassword = 'mailPassword-Tr5Ew3Qa'
const password = 'userPassword-Hg6Fd4Sa'
const wrong = {
  key: `hf_sk_${'Wr0ng'.repeat(8)}`,
  password: 'wrongPassword-Nb7Vc5',
  token: 'wrongToken-Mk8Jh6',
}
const account = {
  email: 'ada.lovelace@holdfast.test',
  password,
  name: 'Ada Lovelace',
  phone: '+49 30 5550123',
}
const ticketsEvent = 'the-show'

/** What a round of background work tells when the store does not answer. */
const failedInBackground = /"level":"error".*_failed"/

describe('the logs of a journey that uses every secret, while all is well and while nothing is', () => {
  let [stripe, razorpay, mail, databases]: [FakeStripe?, FakeRazorpay?, MailServer?, Databases?] = []
  const there = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('it is there only while tests run')
    return part
  }
  beforeAll(async () => {
    stripe = await startFakeStripe()
    razorpay = await startFakeRazorpay()
    mail = await startMailServer()
  })
  const world = useWorld(
    {
      store: mongos[0].store,
      redis: 'embedded',
      async start() {
        databases = await mongos[0].start()
        return databases
      },
    },
    () => ({
      ...tellsImports,
      STRIPE_ACCOUNTS: accountsText({ default: there(stripe) }),
      RAZORPAY_ACCOUNTS: accountsText({ default: there(razorpay) }),
      ALLOW_MAIL_IN_LOG: '0',
      SMTP_URL: `smtp://holdfast:${mailPassword}@127.0.0.1:${there(mail).port}`,
      MAIL_FROM: 'seats@holdfast.test',
    }),
  )
  afterAll(async () => {
    for (const part of [stripe, razorpay, mail]) await part?.stop()
  })

  const never = new Set<string>()
  const secret = (text: string | undefined): string => {
    if (text === undefined || text.length < 6) throw new Error('that is no secret')
    never.add(text)
    return text
  }
  let edgeLog = ''
  let confirmId = ''

  beforeAll(async () => {
    const { stack, openShop } = world()
    const { edgeAssertionKeys, receiptKey, adminEmail, ...rest } = stack.secrets
    const keys = [edgeAssertionKeys.split(':')[1], JSON.parse(receiptKey).d, adminEmail]
    for (const text of [...keys, ...Object.values(rest)]) secret(text)
    for (const text of [mailPassword, ...Object.values(account), ...Object.values(wrong)]) secret(text)
    for (const fake of [there(stripe), there(razorpay)]) {
      const { webhookSecrets, apiUrl: _, ...more } = fake.account
      for (const text of [...webhookSecrets, ...Object.values(more)]) secret(String(text))
    }
    const shop = await openShop({ paymentProvider: 'stripe' })
    await shop.sell(ticketsEvent, 40)
    edgeLog = logOf(stack, 'edge')
    await stack.restartEdge({ TICKETS_APP_ID: shop.appId, TICKETS_EVENT_ID: ticketsEvent })
    await visit(shop)
    await guess(shop)
    await payEverywhere(shop)
    await breakThings(shop)
    edgeLog += logOf(stack, 'edge')
  })

  /** People come by every door: by password, by code, as guests, by the word of the app's server, as the admin. */
  async function visit(shop: Shop): Promise<void> {
    for (const key of [shop.publishableKey, shop.secretKey]) secret(key)
    const { email } = account
    await shop.page.call('POST', '/v1/auth/codes', { body: { email } })
    const proven = { ...account, code: secret(codeIn(there(mail).letters.at(-1))) }
    const session = told(201, UserSession, await shop.page.call('POST', '/v1/auth/signup', { body: proven }))
    told(200, UserSession, await shop.page.call('POST', '/v1/auth/login', { body: { email, password } }))
    await shop.page.with({ authorization: `Bearer ${secret(session.token)}` }).call('POST', '/v1/auth/verify')
    const vouched = { 'x-external-user-id': 'ann', 'x-external-user-email': secret('ann@shop.test') }
    const hold = await buyerOf(shop.server.with(vouched), { eventId: ticketsEvent }).hold(['S-1'])
    await shop.server.with(vouched).call('DELETE', hold.headers.get('location') ?? '')

    const tickets = ticketsClient(world().stack.edgeUrl)
    const invited = secret('grace.hopper@holdfast.test')
    await tickets.post('/auth/register', { email: invited })
    const code = secret(/^(\d{6})/m.exec(there(mail).letters.at(-1) ?? '')?.[1])
    const asked = { email: invited, password: secret('codePassword-Zx9Cv7'), otp: code, phone: '0305550199' }
    const joined = await tickets.post('/auth/verify-register', asked)
    expect(joined.status, joined.text).toBe(200)

    const { adminEmail, adminPassword } = world().stack.secrets
    const admin = createClient(world().stack.edgeUrl, { origin: 'http://localhost:1' })
    const logIn = { body: { email: adminEmail, password: adminPassword } }
    const { token } = (await admin.call('POST', '/v1/admin/login', logIn)).body as { token: string }
    const asAdmin = admin.with({ authorization: `Bearer ${secret(token)}` })
    const path = `/v1/admin/apps/${shop.appId}/keys/rotate`
    const rotate = { body: { kind: 'secret', overlapSeconds: 600 } }
    secret(told(201, RotatedKey, await asAdmin.call('POST', path, rotate)).key)
    const made = await asAdmin.call('POST', '/v1/admin/apps', { body: { name: 'Second' } })
    secret(told(201, CreatedApp, made).secretKey)
  }

  /** Others guess. */
  async function guess({ page, server }: Shop): Promise<void> {
    refused('invalid_api_key', await server.with({ 'x-api-key': wrong.key }).call('GET', '/v1/events'))
    const body = { email: account.email, password: wrong.password }
    refused('invalid_credentials', await page.call('POST', '/v1/auth/login', { body }))
    const forged = page.with({ authorization: `Bearer ${wrong.token}` })
    refused('invalid_token', await buyerOf(forged, { eventId: ticketsEvent }).hold(['S-2']))
    const odd = `/v1/events/${encodeURIComponent(account.email)}?key=${wrong.key}`
    await page.call('GET', odd)
    await callApi(`${world().stack.coreUrl}/v1/bookings`, {
      headers: { [headers.edgeAssertion]: wrong.token },
    })
    await callApi(`${world().stack.edgeUrl}/${wrong.key}/${wrong.token}`)
  }

  /** They pay at each provider, whose webhooks come rightly and wrongly signed; and the app is told, in vain. */
  async function payEverywhere(shop: Shop): Promise<void> {
    const { edgeUrl } = world().stack
    const nobody = { url: 'http://localhost:9/hooks', events: ['booking.confirmed'] }
    const endpoint = await shop.server.call('PUT', '/v1/webhooks/main', { body: nobody })
    secret(told(201, PutEndpointReply, endpoint).secret)
    const other = await world().openShop({ paymentProvider: 'razorpay' })
    await other.sell('there', 4)
    for (const [at, eventId, fake] of [
      [shop, ticketsEvent, there(stripe)],
      [other, 'there', there(razorpay)],
    ] as const) {
      const guest = await at.guest()
      const buyer = buyerOf(guest, { eventId })
      const { id } = told(201, HoldView, await buyer.hold(['S-3']))
      const path = `/v1/events/${eventId}/holds/${id}`
      const order = told(201, OrderView, await guest.call('POST', `${path}/order`, { body: {} }))
      if (order.clientSecret) secret(order.clientSecret)
      const payment = fake.pay(order.id, 'authorised')
      if (payment.signature) secret(payment.signature)
      const paid = await guest.call('POST', `${path}/confirm`, { body: { payment } })
      secret(told(201, BookingView, paid).receipt)
      confirmId = paid.headers.get(headers.requestId) ?? ''
      await until(async () => fake.webhooks.length > 0)
      const url = `${edgeUrl}/v1/payments/${order.provider}/default/webhook`
      const delivery = fake.webhooks[0]
      if (!delivery) throw new Error('nothing was told')
      expect((await deliver(url, delivery)).status).toBe(200)
      const forged = { ...delivery, headers: { ...delivery.headers, 'x-razorpay-signature': wrong.token } }
      await deliver(url, { ...forged, body: new TextEncoder().encode('{}') })
    }
    await until(async () => logOf(world().stack, 'core').includes('"event":"delivery_failed"'))
  }

  /** First the providers are away, then the store, then Redis. */
  async function breakThings(shop: Shop): Promise<void> {
    const guest = await shop.guest()
    const buyer = buyerOf(guest, { eventId: ticketsEvent })
    const held = await Promise.all(
      ['S-5', 'S-6'].map(async (seat) => told(201, HoldView, await buyer.hold([seat]))),
    )
    const paid = await Promise.all(
      held.map(async ({ id }) => {
        const path = `/v1/events/${ticketsEvent}/holds/${id}/order`
        const order = told(201, OrderView, await guest.call('POST', path, { body: {} }))
        if (order.clientSecret) secret(order.clientSecret)
        return there(stripe).pay(order.id, 'authorised').id
      }),
    )
    const confirm = (n: number) => buyer.confirm(held[n]?.id ?? '', paid[n] ?? '')
    there(stripe).faults.push({ verb: 'look', kind: 'error_500' })
    expect((await confirm(0)).status).toBe(202)
    await databases?.stop()
    expect((await confirm(1)).status).toBeGreaterThanOrEqual(202)
    await world().stack.redis.stop()
    expect((await buyer.hold(['S-7'])).status).toBe(503)
    expect((await guest.call('GET', `/v1/events/${ticketsEvent}/seats`)).status).toBe(503)
    // Background work gives up on the store in its own time.
    await until(async () => failedInBackground.test(logOf(world().stack, 'core')))
  }

  const texts = () => [edgeLog, logOf(world().stack, 'core')]

  test('have no secret in them, and nobody’s address', () => {
    expect(never.size).toBeGreaterThan(35)
    for (const text of texts()) {
      for (const one of never) expect(text.includes(one), one).toBe(false)
      for (const shape of secretShapes) expect(text.match(shape)?.[0]).toBeUndefined()
    }
  })

  test('have one line for each request at the edge, and one for each that core had for it', () => {
    const [edge, core] = [requestsIn(edgeLog), requestsIn(logOf(world().stack, 'core'))]
    expect(edge.size).toBeGreaterThan(40)
    for (const [id, lines] of edge) {
      expect(lines, id).toHaveLength(1)
      // While somebody is away, core need not have heard what it was asked.
      if (lines.some(({ status }) => status >= 500)) continue
      const hasAsked = lines.some(({ coreMs }) => coreMs !== undefined)
      expect(core.has(id), `${id} ${JSON.stringify(lines)}`).toBe(hasAsked)
    }
    // Somebody knocked at core who is no edge.
    expect(core.get(undefined)).toMatchObject([{ status: 403, code: 'forbidden' }])
    expect([...core.keys()].filter((id) => id !== undefined && !edge.has(id))).toEqual([])
    for (const log of [edge, core]) {
      expect(log.get(confirmId)).toMatchObject([
        { method: 'POST', status: 201, code: 'ok', eventId: 'there' },
      ])
    }
  })

  test('tell by level what was wrong', () => {
    const [edge = '', core = ''] = texts()
    expect(edge).toMatch(
      /"level":"warn".*"route":"\/v1\/events\/:eventId\/holds".*"code":"dependency_unavailable"/,
    )
    expect(core).toMatch(/"level":"warn".*"event":"payment_provider_fault"/)
    expect(core).toMatch(/"level":"warn".*"event":"delivery_failed"/)
    expect(core).toMatch(failedInBackground)
  })

  test('tell nothing of traces, which nobody has asked for: core has not even loaded what makes them', () => {
    for (const text of texts()) expect(text).not.toContain('traceId')
    expect(texts().join('')).not.toContain(toldImport)
  })
})
