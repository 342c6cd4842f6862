import { AppId } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { accountsText, type Delivery, deliver, type Verb } from '../support/provider-fake.ts'
import { type FakeRazorpay, startFakeRazorpay } from '../support/razorpay/index.ts'
import { limitless } from '../support/selling.ts'
import {
  consoleOf,
  type Data,
  doneIn,
  failedIn,
  type UnifiedApp,
  type UnifiedClient,
  unifiedApp,
  unifiedClient,
  unifiedSeat,
  unifiedUser,
} from '../support/unified.ts'
import { everyGround, useWorld } from './world.ts'

describe.each(everyGround)(
  'what clients of Unified Booking pay to Razorpay, on $store and the $redis Redis',
  (ground) => {
    let razorpay: FakeRazorpay
    beforeAll(async () => {
      razorpay = await startFakeRazorpay()
    })
    const world = useWorld(
      ground,
      () => ({ RAZORPAY_ACCOUNTS: accountsText({ default: razorpay }) }),
      () => ({ UNIFIED_DEFAULT_PROVIDER: 'razorpay' }),
    )
    afterAll(() => razorpay?.stop())
    afterEach(() => {
      razorpay.faults.length = 0
      razorpay.webhooks.length = 0
    })

    const edge = () => world().stack.edgeUrl
    let admin: UnifiedClient
    let shop: UnifiedApp
    let asha: UnifiedClient
    let next = 1
    beforeAll(async () => {
      admin = await consoleOf(edge(), world().stack.secrets)
      shop = await unifiedApp(edge(), admin, { name: 'Cinema', domain: 'MOVIE' })
      await admin.send('PATCH', `/v1/admin/apps/${shop.appId}`, { rateLimits: limitless })
      const { token } = await unifiedUser(shop, 'asha@example.org')
      asha = shop.page.with({ authorization: `Bearer ${token}` })
    })

    /** A seat that a page has reserved, and its order. */
    const ordered = async (): Promise<Data> => {
      const seat = await unifiedSeat(shop, asha, { entityId: `entity-${next++}`, price: 250.5 })
      const { reservationToken } = doneIn(await asha.post('/reserve-seat', { seatId: seat._id }))
      const order = doneIn(await asha.post('/create-order', { reservationToken, amount: 250.5 }))
      return { reservationToken, seat, order }
    }
    /** What the page sends after Razorpay's form has closed, in the form's own names. */
    const handed = (orderId: string, outcome: 'authorised' | 'captured'): Data => {
      const { id, order, signature } = razorpay.pay(orderId, outcome)
      return { razorpay_payment_id: id, razorpay_order_id: order, razorpay_signature: signature }
    }
    const confirm = (reservationToken: string, paid: object) =>
      asha.post('/confirm-booking', { reservationToken, ...paid })
    const bookingOf = async (id: string): Promise<Data> => doneIn(await asha.get(`/booking/${id}`)).booking
    const statusBecomes = (id: string, status: string) =>
      until(async () => (await bookingOf(id)).paymentStatus === status)
    const tell = async (deliveries: readonly Delivery[]) => {
      for (const delivery of deliveries) {
        const answer = await deliver(`${edge()}/webhook/razorpay`, delivery)
        expect(await answer.json(), delivery.event).toMatchObject({ success: true, data: { received: true } })
      }
    }
    const told = (event: string): Delivery[] => razorpay.webhooks.filter((one) => one.event === event)
    const isFree = async (entityId: string) => {
      const { count } = doneIn(await asha.get(`/seats?entityId=${entityId}`))
      return count === 1
    }
    /** While it lasts, nobody can do this by the API. */
    const holdBack = (verb: Verb) => {
      for (let n = 0; n < 100; n++) razorpay.faults.push({ verb, kind: 'lost' })
    }

    test('an order is of what the seat costs, whatever the client says, and the same for the same token', async () => {
      const seat = await unifiedSeat(shop, asha, { entityId: `entity-${next++}`, price: 250.5 })
      const { reservationToken } = doneIn(await asha.post('/reserve-seat', { seatId: seat._id }))
      const before = razorpay.books().size
      const ask = (more: object) => asha.post('/create-order', { reservationToken, ...more })
      for (const lie of [
        { amount: 1 },
        { amount: 250 },
        { amount: 250.5, currency: 'USD' },
        { amount: 'free' },
        {},
      ]) {
        failedIn('VALIDATION_ERROR', await ask(lie))
      }
      expect(razorpay.books().size).toBe(before)
      const order = doneIn(await ask({ amount: 250.5, currency: 'INR', metadata: { any: 'thing' } }))
      expect(order).toEqual({
        orderId: expect.stringMatching(/^order_/),
        amount: 25_050,
        currency: 'INR',
        reservationToken,
        keyId: razorpay.account.keyId,
      })
      expect(doneIn(await ask({ amount: '250.50' }))).toEqual(order)
      expect(razorpay.books().size).toBe(before + 1)
      failedIn(
        'NOT_FOUND',
        await shop.server
          .with({ 'x-external-user-id': 'b' })
          .post('/create-order', { reservationToken, amount: 250.5 }),
      )
      const answers = await Promise.all([order, order].map(() => ask({ amount: 250.5 })))
      expect(answers.map((answer) => doneIn(answer).orderId)).toEqual([order.orderId, order.orderId])
    })

    test('what Razorpay’s form gave the page confirms the booking, and the money is taken once', async () => {
      const { reservationToken, order } = await ordered()
      const paid = handed(order.orderId, 'authorised')
      const { bookingId, booking, seat } = doneIn(await confirm(reservationToken, paid))
      expect(booking).toMatchObject({ amount: 250.5, currency: 'INR', paymentId: order.orderId })
      expect(['PENDING', 'SUCCESS']).toContain(booking.paymentStatus)
      expect(seat.status).toBe('BOOKED')
      await statusBecomes(bookingId, 'SUCCESS')
      expect(doneIn(await confirm(reservationToken, paid)).bookingId).toBe(bookingId)
      await tell([...razorpay.webhooks, ...razorpay.webhooks])
      expect(razorpay.books().get(order.orderId)).toEqual({ captured: 25_050, refunded: 0, reserved: 0 })
    })

    test('a forged signature, one of another order, and an order that nobody paid book nothing', async () => {
      const [mine, other] = [await ordered(), await ordered()]
      failedIn('PAYMENT_ERROR', await confirm(mine.reservationToken, { paymentId: mine.order.orderId }))
      const [paid, theirs] = [
        handed(mine.order.orderId, 'authorised'),
        handed(other.order.orderId, 'authorised'),
      ]
      const forgeries = [
        { ...paid, razorpay_signature: theirs.razorpay_signature },
        { ...paid, razorpay_signature: '0'.repeat(64) },
        { ...paid, razorpay_order_id: theirs.razorpay_order_id },
        { paymentId: 'pay_nobodyknows1' },
      ]
      for (const forged of forgeries) failedIn('PAYMENT_ERROR', await confirm(mine.reservationToken, forged))
      failedIn('CONFLICT', await confirm(mine.reservationToken, theirs))
      doneIn(await confirm(mine.reservationToken, paid))
      doneIn(await confirm(other.reservationToken, theirs))
    })

    test('what was refused because nobody had paid is booked when somebody has, twice at once too', async () => {
      const { reservationToken, order } = await ordered()
      const named = { paymentId: order.orderId }
      failedIn('PAYMENT_ERROR', await confirm(reservationToken, named))
      razorpay.pay(order.orderId, 'authorised')
      const answers = await Promise.all([confirm(reservationToken, named), confirm(reservationToken, named)])
      const ids = answers.filter(({ status }) => status === 200).map((answer) => doneIn(answer).bookingId)
      expect(new Set(ids).size).toBe(1)
      expect(doneIn(await confirm(reservationToken, named)).bookingId).toBe(ids[0])
      await statusBecomes(ids[0], 'SUCCESS')
      expect(razorpay.books().get(order.orderId)).toEqual({ captured: 25_050, refunded: 0, reserved: 0 })
    })

    test('payment.captured moves a booking from PENDING to SUCCESS', async () => {
      const { reservationToken, order } = await ordered()
      holdBack('capture')
      const { bookingId } = doneIn(await confirm(reservationToken, handed(order.orderId, 'authorised')))
      expect((await bookingOf(bookingId)).paymentStatus).toBe('PENDING')
      // Nothing but the webhook can tell.
      holdBack('look')
      razorpay.captureByHand(order.orderId)
      await tell(told('payment.captured'))
      expect((await bookingOf(bookingId)).paymentStatus).toBe('SUCCESS')
    })

    test('payment.captured books the seat for a buyer whose page was closed', async () => {
      const { seat, order } = await ordered()
      handed(order.orderId, 'captured')
      await tell(told('payment.captured'))
      const find = async (): Promise<Data> =>
        doneIn(await asha.get('/my-bookings?limit=50')).bookings.find(
          (one: Data) => one.entityId === seat.entityId,
        )
      await until(async () => (await find()) !== undefined)
      expect(await find()).toMatchObject({
        paymentStatus: 'SUCCESS',
        paymentId: order.orderId,
        amount: 250.5,
      })
    })

    test('payment.failed is an attempt that failed: another may follow, and a late one takes nothing away', async () => {
      const { reservationToken, order, seat } = await ordered()
      razorpay.pay(order.orderId, 'declined')
      const failed = told('payment.failed')
      expect(failed).toHaveLength(1)
      await tell(failed)
      failedIn('PAYMENT_ERROR', await confirm(reservationToken, { paymentId: order.orderId }))
      expect(await isFree(seat.entityId)).toBe(false)
      const { bookingId } = doneIn(await confirm(reservationToken, handed(order.orderId, 'authorised')))
      await statusBecomes(bookingId, 'SUCCESS')
      await tell(failed)
      expect((await bookingOf(bookingId)).paymentStatus).toBe('SUCCESS')
    })

    test('refund.processed of money that was never taken moves a booking to FAILED, and its seat is free', async () => {
      const { reservationToken, order, seat } = await ordered()
      holdBack('capture')
      const { bookingId } = doneIn(await confirm(reservationToken, handed(order.orderId, 'authorised')))
      razorpay.lapse(order.orderId)
      await tell(told('refund.processed'))
      await statusBecomes(bookingId, 'FAILED')
      await until(() => isFree(seat.entityId))
    })

    test('refund.processed of a cancelled booking ends its refund', async () => {
      const { reservationToken, order, seat } = await ordered()
      const { bookingId } = doneIn(await confirm(reservationToken, handed(order.orderId, 'authorised')))
      await statusBecomes(bookingId, 'SUCCESS')
      razorpay.delayRefunds(true)
      const rotated = await admin.post(`/v1/admin/apps/${shop.appId}/keys/rotate`, { kind: 'secret' })
      const server = unifiedClient(edge(), { 'x-api-key': (rotated.body as Data).key })
      const cancelled = await server.post(`/v1/bookings/${bookingId}/cancel`)
      expect(cancelled.status, cancelled.text).toBe(200)
      const { refundId } = (cancelled.body as Data).cancellation
      const refund = () => world().store.get(AppId.parse(shop.appId), 'refunds', { refundId })
      await until(async () => razorpay.books().get(order.orderId)?.refunded === 25_050)
      razorpay.delayRefunds(false)
      expect(await refund()).toMatchObject({ state: 'PENDING', amount: 25_050 })
      razorpay.settleRefunds('done')
      await tell(told('refund.processed'))
      expect(await refund()).toMatchObject({ state: 'DONE' })
      expect(await bookingOf(bookingId)).toMatchObject({ status: 'CANCELLED' })
      await until(() => isFree(seat.entityId))
    })

    test('a webhook that Razorpay did not sign is refused and changes nothing', async () => {
      const [mine, other] = [await ordered(), await ordered()]
      holdBack('capture')
      const { bookingId } = doneIn(
        await confirm(mine.reservationToken, handed(mine.order.orderId, 'authorised')),
      )
      razorpay.pay(other.order.orderId, 'captured')
      const [captured] = told('payment.captured')
      if (!captured) throw new Error('nothing was told')
      const text = new TextDecoder().decode(captured.body).replaceAll(other.order.orderId, mine.order.orderId)
      const body = new TextEncoder().encode(text)
      for (const headers of [{}, captured.headers, { ...captured.headers, 'x-razorpay-signature': '' }]) {
        const answer = await deliver(`${edge()}/webhook/razorpay`, { event: 'forged', body, headers })
        expect(answer.status).toBe(401)
        expect(await answer.json()).toMatchObject({ success: false, error: { code: 'AUTHENTICATION_ERROR' } })
      }
      expect((await bookingOf(bookingId)).paymentStatus).toBe('PENDING')
      razorpay.faults.length = 0
      await statusBecomes(bookingId, 'SUCCESS')
    })

    test('what is paid for one app’s reservation buys nothing in another app at the same account', async () => {
      const other = await unifiedApp(edge(), admin, { name: 'Bus', domain: 'BUS' })
      const rival = other.page.with({
        authorization: `Bearer ${(await unifiedUser(other, 'rival@example.org')).token}`,
      })
      const seat = await unifiedSeat(other, rival, { entityId: `entity-${next++}`, price: 250.5 })
      const { reservationToken } = doneIn(await rival.post('/reserve-seat', { seatId: seat._id }))
      const mine = await ordered()
      const paid = handed(mine.order.orderId, 'authorised')
      failedIn('PAYMENT_ERROR', await rival.post('/confirm-booking', { reservationToken, ...paid }))
      const { bookingId } = doneIn(await confirm(mine.reservationToken, paid))
      await statusBecomes(bookingId, 'SUCCESS')
      expect(razorpay.books().get(mine.order.orderId)).toEqual({ captured: 25_050, refunded: 0, reserved: 0 })
    })
  },
)
